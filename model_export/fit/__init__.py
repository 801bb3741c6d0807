"""Members of the models, how they are fitted and what was tried."""

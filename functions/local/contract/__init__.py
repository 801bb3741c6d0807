"""The HTTP contract: one document of all functions, and what a change of it breaks."""

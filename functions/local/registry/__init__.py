"""Models in the registry, for people: published, compared, trained on a database."""

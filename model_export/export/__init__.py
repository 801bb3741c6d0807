"""Fitted models as checked files, and the registry they are published to."""

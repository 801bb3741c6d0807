"""Real people's days as training samples."""

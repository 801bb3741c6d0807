"""Models against each other: who is shown which, how good forecasts were, when the difference is clear."""

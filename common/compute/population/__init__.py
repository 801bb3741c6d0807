"""What is known of a pair beside one person's own days: from published studies."""

"""What a forecast is made of: simple rules, model inputs, intervals, shrinkage of moves, what-if."""

"""How good forecasts are on people never seen, and the card that says so."""

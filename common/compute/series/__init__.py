"""From rows to a person's daily series: local days, sleeps, units, sources and gaps."""

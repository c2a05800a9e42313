"""The first day of a city: what is there, what is still missing, the first test fire."""

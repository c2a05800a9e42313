"""Crews on the road: how long help needs to every place, by which way, and how that is known."""

"""Wanghuo 望火: sense, judge, tell, guide. The way of a signal is drawn in docs/map.md."""

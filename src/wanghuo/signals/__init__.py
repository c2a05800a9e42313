"""Everything that devices ever said: the fire log, the routine lane, the last state."""

"""Is it true: alarms, evidence, levels."""

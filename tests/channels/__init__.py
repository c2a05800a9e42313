"""The city's mouths."""

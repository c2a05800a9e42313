"""The city's mouths: how a notice leaves the house."""

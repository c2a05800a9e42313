"""The base map under the places: roads, water, built-up land and names as vector tiles."""

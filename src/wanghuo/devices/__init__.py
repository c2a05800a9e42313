"""The register of everything that senses, and its health."""

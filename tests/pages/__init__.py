"""The cockpit in Chromium against a running house."""

"""Bytes into signals and back; no sockets, no clock."""

"""The city's ears: TCP, UDP, MQTT and carrier pushes."""

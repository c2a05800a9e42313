"""What can be seen of an incident from outside the sensors: weather, pictures, lookouts."""

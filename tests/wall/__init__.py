"""The wall: figures, whose figures, and how long they are kept."""

"""Who is told, how, and what they answered."""

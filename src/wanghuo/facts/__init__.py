"""What wings tell each other: signals going up, facts going out. Never changed once said."""

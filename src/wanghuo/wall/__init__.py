"""The wall: what happens in the city today, how crews and devices do, on one large screen."""

"""Towns, villages, units, places, contacts, stations and water sources."""

"""The desk among its people: who has an incident in hand, and how a shift gives it to the next."""

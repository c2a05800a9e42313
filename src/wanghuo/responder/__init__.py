"""The page that a told person opens on the phone: what burns, where, what helps, the word back."""

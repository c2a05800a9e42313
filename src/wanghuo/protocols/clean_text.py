"""A peer's words, fit to be kept and shown: no control characters, no halves of characters."""


def cleaned(text: str) -> str:
    """`text` with everything that is not printable as a blank; U+0000 fits into no database."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else " " for one in text).strip()

"""What a place is found by, and how a person's words become a search."""

from wanghuo.premises.model import Place, Unit

PHONE_DIGITS_MIN = 4
MASKED = "****"


def search_text(place: Place, unit: Unit | None) -> str:
    """Everything a person may type to find this place, in small letters."""
    unit_name = unit.name if unit is not None and unit.name != place.name else ""
    return " ".join(filter(None, (place.id, place.name, unit_name, place.address))).lower()


def pattern(words: str) -> str:
    """The LIKE pattern of a person's words: a substring, with its wildcards made harmless."""
    plain = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def phone_part(words: str) -> str:
    """The digits to look for in telephone numbers, or "" if these words are not digits."""
    digits = words.strip().replace(" ", "").replace("-", "")
    return digits if digits.isdigit() and len(digits) >= PHONE_DIGITS_MIN else ""


def masked(phone: str) -> str:
    """A telephone number as a role without personal data sees it: 164****0012."""
    if len(phone) <= len(MASKED):
        return MASKED if phone else ""
    return phone[:3] + MASKED + phone[-4:] if len(phone) >= 11 else MASKED + phone[-2:]  # noqa: PLR2004 - a mobile number

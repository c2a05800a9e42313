"""How an incident ends: a disposition, and for a nuisance its cause. Required to close."""

from enum import StrEnum

from wanghuo.errors import Invalid


class Disposition(StrEnum):
    """What it was."""

    FIRE_DAMAGING = "fire_damaging"  # 成灾
    FIRE = "fire"  # put out before it did damage
    NUISANCE = "nuisance"
    TEST = "test"
    DRILL = "drill"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a sensor spoke without a fire."""

    COOKING = "cooking"
    STEAM = "steam"
    SMOKING = "smoking"
    DUST = "dust"
    INSECTS = "insects"
    INCENSE = "incense"
    WORKS = "works"
    WATER = "water"
    DEVICE_FAULT = "device_fault"
    SITING = "siting"
    MALICIOUS = "malicious"


def checked(disposition: str, cause: str) -> tuple[Disposition, Cause | None]:
    """The end that somebody gives an incident. Raises Invalid naming the field and the remedy."""
    try:
        kind = Disposition(disposition)
    except ValueError:
        raise Invalid(
            "disposition", f"{disposition!r} is none", "use one of " + ", ".join(Disposition)
        ) from None
    if kind is not Disposition.NUISANCE and not cause:
        return kind, None
    return kind, checked_cause(cause)


def checked_cause(cause: str) -> Cause:
    """The cause that somebody gives. Raises Invalid."""
    try:
        return Cause(cause)
    except ValueError:
        raise Invalid("cause", f"{cause!r} is none", "use one of " + ", ".join(Cause)) from None

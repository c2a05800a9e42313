"""Which lane a packet rides, at the price of a few byte comparisons. Pure; the gateway's hot path.

Promise (a property test). A packet that holds a fire-lane signal is never called routine; when in
doubt the answer is FIRE, and gb26875_signals decides. CLEARING packets hold nothing but points that
are normal: they matter only while something of that sender is in alarm, and panels send many.
"""

from enum import IntEnum
from typing import Final

from wanghuo.protocols.gb26875_codes import FIRE, NORMAL, OPERATION_CLEARED
from wanghuo.protocols.gb26875_codes import OPERATION_ALARM as ALARM
from wanghuo.protocols.gb26875_codes import OPERATION_RESET as RESET
from wanghuo.protocols.gb26875_frame import Command
from wanghuo.protocols.gb26875_vendor import LANE_ALWAYS, LANE_NEVER, LANE_UNKNOWN, Profile


class Lane(IntEnum):
    """How urgent a packet is."""

    ROUTINE = 0
    STRANGE = 1  # routine, and a person should see it: nobody knows this type
    CLEARING = 2  # normal states: fire lane while the sender is in alarm, else routine
    FIRE = 3  # must be decoded now


ROUTINE, STRANGE, CLEARING, FIRE_LANE = Lane.ROUTINE, Lane.STRANGE, Lane.CLEARING, Lane.FIRE
NOT_NORMAL: Final = 0xFF ^ NORMAL  # of a low status byte
SYSTEM_RESET_HIGH: Final = 1 << 5  # bit 13, in the high byte
URGENT_FLAGS: Final = RESET | ALARM | OPERATION_CLEARED
BODY_WITH_OBJECT_SIZE_BYTES_MIN: Final = 3
SEND, ANSWER = int(Command.SEND), int(Command.ANSWER)


def fire_lane(command: int, body: bytes, profile: Profile) -> bool:
    """Whether the packet may hold a signal of facts.signal.FIRE_LANE."""
    return lane(command, body, profile) >= CLEARING


def lane(command: int, body: bytes, profile: Profile) -> Lane:
    """The lane of a packet with this command byte and application data unit."""
    if command not in (SEND, ANSWER) or not body:
        return ROUTINE
    code = profile.lane_codes[body[0]]
    if code == LANE_NEVER:
        return ROUTINE
    if code == LANE_ALWAYS:
        return FIRE_LANE
    if len(body) < BODY_WITH_OBJECT_SIZE_BYTES_MIN:
        return ROUTINE if len(body) == 1 and body[0] in profile.handshakes else STRANGE
    if code == LANE_UNKNOWN:
        return STRANGE
    return _of_type(code, body, profile)


def _of_type(code: int, body: bytes, profile: Profile) -> Lane:  # noqa: PLR0911 - a table of types
    """The lane of a type that must be looked into."""
    size, count = len(body) - 2, body[1]
    if code == 21:  # noqa: PLR2004 - transmitter state
        if size == 1:
            return FIRE_LANE if body[2] & FIRE else ROUTINE  # without a tag: a heartbeat
        return _of_words(body[2::7], b"", 0) if size == 7 * count else FIRE_LANE
    if code == 2:  # noqa: PLR2004 - component state
        return _of_words(body[9::46], body[10::46], 0) if size == 46 * count else FIRE_LANE
    if code == 1:
        if size != 10 * count:
            return FIRE_LANE
        return _of_words(body[4::10], body[5::10], SYSTEM_RESET_HIGH)
    if code == 3:  # noqa: PLR2004 - component reading
        return _of_readings(body, profile) if size == 16 * count else FIRE_LANE
    step, at = (10, 4) if code == 4 else (8, 2)  # noqa: PLR2004 - operations, types 4 and 24
    if size != step * count:
        return FIRE_LANE
    return FIRE_LANE if any(flags & URGENT_FLAGS for flags in body[at::step]) else ROUTINE


def _of_words(low: bytes, high: bytes, high_urgent: int) -> Lane:
    """The lane of status words, given as their low and high bytes."""
    urgent, clearing = False, False
    for index, word in enumerate(low):
        upper = high[index] if high else 0
        urgent = urgent or bool(word & FIRE) or bool(upper & high_urgent)
        clearing = clearing or not (word & NOT_NORMAL or upper)
    return FIRE_LANE if urgent else CLEARING if clearing else ROUTINE


def _of_readings(body: bytes, profile: Profile) -> Lane:
    """The lane of type 3 objects: any raw value that could be notable."""
    for at in range(2, len(body), 16):
        least = profile.notable_raw.get(body[at + 7] << 8 | body[at + 2])
        if least is not None:
            raw = body[at + 8] | body[at + 9] << 8
            if (raw - 0x10000 if raw & 0x8000 else raw) >= least:
                return FIRE_LANE
    return ROUTINE

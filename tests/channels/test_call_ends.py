"""How calls end that nobody takes, from SIP's own words."""

import pytest

from wanghuo.channels.call_ends import CallEnd, call_end, status_of


@pytest.mark.parametrize(
    ("status", "rang", "end"),
    [
        (486, False, CallEnd.BUSY),
        (600, True, CallEnd.BUSY),
        (603, True, CallEnd.REJECTED),
        (403, False, CallEnd.REJECTED),
        (480, False, CallEnd.NO_ANSWER),
        (487, True, CallEnd.NO_ANSWER),
        (408, True, CallEnd.NO_ANSWER),
        (408, False, CallEnd.UNREACHABLE),
        (None, True, CallEnd.NO_ANSWER),
        (None, False, CallEnd.UNREACHABLE),
        (404, False, CallEnd.UNREACHABLE),
        (484, False, CallEnd.UNREACHABLE),
        (500, True, CallEnd.UNREACHABLE),
        (503, False, CallEnd.UNREACHABLE),
    ],
)
def test_each_status_means_one_end(status: int | None, rang: bool, end: CallEnd) -> None:  # noqa: FBT001 - a row
    assert call_end(status, rang=rang) is end


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("486 Busy Here", 486),
        ("603", 603),
        ("Connection timed out", None),
        ("", None),
        ("4860 x", None),
        ("４８６ x", None),
    ],
)
def test_the_status_is_read_from_the_reason(reason: str, status: int | None) -> None:
    assert status_of(reason) == status

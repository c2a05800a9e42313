"""Arithmetic on telephone sound: 8 kHz, one channel, 16-bit signed, the machine's byte order."""

import math
from array import array
from functools import cache
from operator import mul
from typing import Final

RATE_HZ: Final = 8000
BYTES_PER_S: Final = RATE_HZ * 2
CUTOFF_HZ: Final = 3500.0
REACH: Final = 12  # samples on either side that make one new sample
LOUDEST: Final = 32_000
TONE_HZ: Final = 950.0
TONE_S: Final = 0.35


def silence(span_s: float) -> bytes:
    """So much silence."""
    return bytes(2 * round(span_s * RATE_HZ))


def duration_s(pcm: bytes) -> float:
    """How long this sound lasts."""
    return len(pcm) / BYTES_PER_S


def at_telephone_rate(samples: "array[int]", rate_hz: int) -> bytes:
    """Sound of another rate, band-limited and resampled (windowed sinc). rate_hz: 8000 or more."""
    if rate_hz == RATE_HZ:
        return samples.tobytes()
    divisor = math.gcd(rate_hz, RATE_HZ)
    up, down = RATE_HZ // divisor, rate_hz // divisor
    taps = _taps(up, rate_hz)
    edge = array("h", bytes(2 * REACH))
    padded = edge + samples + edge
    made = array("h")
    for n in range(len(samples) * up // down):
        start, phase = divmod(n * down, up)
        value = sum(map(mul, taps[phase], padded[start : start + 2 * REACH]))
        made.append(max(-LOUDEST, min(LOUDEST, round(value))))
    return made.tobytes()


@cache
def _taps(up: int, rate_hz: int) -> tuple[tuple[float, ...], ...]:
    """The weights of the samples around each of the `up` positions between two samples."""
    wide = 2 * CUTOFF_HZ / rate_hz
    rows = []
    for phase in range(up):
        row = []
        for k in range(2 * REACH):
            away = k - REACH - phase / up
            window = 0.5 + 0.5 * math.cos(math.pi * away / (REACH + 1))
            turn = math.pi * wide * away
            row.append(wide * (math.sin(turn) / turn if turn else 1.0) * window)
        total = sum(row)
        rows.append(tuple(weight / total for weight in row))
    return tuple(rows)


@cache
def alarm_tone(beeps: int = 6) -> bytes:
    """What is heard when there are no words: beeps, then the keys still count."""
    beep = array(
        "h",
        (
            round(12_000 * math.sin(2 * math.pi * TONE_HZ * n / RATE_HZ))
            for n in range(round(TONE_S * RATE_HZ))
        ),
    ).tobytes()
    return (beep + silence(TONE_S)) * beeps

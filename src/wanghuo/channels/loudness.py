"""How loud telephone sound is: peak and level in decibels below full scale, and clipping. Pure."""

import math
from array import array
from typing import Final, NamedTuple

from wanghuo.channels.sound import RATE_HZ

FULL: Final = 32_768
CLIPPED_FROM: Final = 32_767
FRAME: Final = RATE_HZ // 50
QUIET_DB: Final = -50.0  # a frame below it is a pause


class Loudness(NamedTuple):
    """peak_db, level_db: of full scale; level: of what is said. clipped: so many samples."""

    seconds: float
    peak_db: float
    level_db: float
    clipped: int
    spoken_share: float


LOWEST_DB: Final = -30.0  # softer than this, line noise and a siren win


def fit_for_a_telephone(measured: Loudness, longest_s: float) -> bool:
    """Whether it is short enough, never clipped and loud enough to be understood."""
    in_time = 0 < measured.seconds <= longest_s
    return in_time and not measured.clipped and measured.level_db >= LOWEST_DB


def _db(amplitude: float) -> float:
    return round(20 * math.log10(max(amplitude, 1.0) / FULL), 1)


def measured(pcm: bytes) -> Loudness:
    """The measures of this sound."""
    samples = array("h", pcm)
    frames = [samples[at : at + FRAME] for at in range(0, len(samples), FRAME)]
    means = [math.sqrt(sum(s * s for s in frame) / len(frame)) for frame in frames]
    spoken = [mean for mean in means if _db(mean) > QUIET_DB]
    level = math.sqrt(sum(m * m for m in spoken) / len(spoken)) if spoken else 0.0
    return Loudness(
        seconds=round(len(samples) / RATE_HZ, 2),
        peak_db=_db(max(map(abs, samples), default=0)),
        level_db=_db(level),
        clipped=sum(abs(s) >= CLIPPED_FROM for s in samples),
        spoken_share=round(len(spoken) / max(1, len(frames)), 2),
    )

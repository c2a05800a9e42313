"""What a telephone heard: its sound as numbers and as a WAV file, held against what should be said.

The expected sound is made here from the notice's own words, by the product's voice; the two are
compared by how loud they are, 20 ms after 20 ms.
"""

import math
import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from tests.channels.phones import linear

from benchmarks.linked import Linked
from wanghuo.channels import spoken
from wanghuo.channels.speech import Speech
from wanghuo.channels.spoken import Language
from wanghuo.notices.model import Handed

RATE_HZ = 8000
FRAME = 160  # samples, 20 ms
QUIET = 120  # mean of a frame, of 32,767
GAP_FRAMES = 75  # 1.5 s of quiet end a reading
LOUDEST = 32_000
SHIFT_FRAMES = 50  # so far apart may the two begin
LIKE_MIN = 0.9
LEVEL_MIN_DB, CLIPPED_MAX = -40.0, 0.001
READING_MAX_S = 20.0
_HANDED = """
SELECT n.id, n.party_id, n.incident_id, n.number, n.town_code, n.role, n.recipient, n.address,
    n.channel, n.purpose, n.round, n.message, n.repeat_of_unknown, n.attempts, n.planned_at,
    i.opened_at, i.test, i.drill, '{}'::jsonb AS place
FROM notices.notice n JOIN incidents.incident i ON i.id = n.incident_id WHERE n.id = $1
"""


@dataclass(frozen=True)
class Heard:
    """The first reading of one call. level_db: mean of what sounds, below full scale."""

    samples: "array[int]"
    seconds: float
    level_db: float
    clipped: float  # share of its samples

    def wrong(self) -> list[str]:
        """What is not as it should be, in words."""
        found = []
        if self.seconds > READING_MAX_S or not self.seconds:
            found.append(f"the reading lasts {self.seconds:.1f} s")
        if self.level_db < LEVEL_MIN_DB:
            found.append(f"it is as good as silent: {self.level_db:.0f} dB")
        if self.clipped > CLIPPED_MAX:
            found.append(f"{self.clipped:.1%} of it is clipped")
        return found


def reading(alaw: bytes) -> Heard:
    """The first reading out of what came as A-law: from the first sound to the first long quiet."""
    samples = linear(alaw)
    frames = _loudness(samples)
    loud = [n for n, value in enumerate(frames) if value > QUIET]
    if not loud:
        return Heard(array("h"), 0.0, -math.inf, 0.0)
    first = last = loud[0]
    for n in loud:
        if n - last > GAP_FRAMES:
            break
        last = n
    own = samples[first * FRAME : (last + 1) * FRAME]
    power = sum(value * value for value in own) / len(own)
    clipped = sum(abs(value) >= LOUDEST for value in own) / len(own)
    return Heard(own, len(own) / RATE_HZ, 10 * math.log10(power / 32_767**2), clipped)


def likeness(heard: "array[int]", expected: "array[int]") -> float:
    """How alike two sounds rise and fall, 0 to 1, at the shift where they are most alike."""
    one, other = _loudness(heard), _loudness(expected)
    return max(_correlation(one, other, n) for n in range(-SHIFT_FRAMES, SHIFT_FRAMES + 1))


async def handed(house: Linked, notice_id: str) -> Handed:
    """A notice as its channel got it."""
    (row,) = await house.ask(_HANDED, notice_id)
    values = dict(row.items())
    for key in ("message", "place"):
        values[key] = msgspec.json.decode(values[key])
    return msgspec.convert(values, Handed)


def words(notice: Handed, language: Language = "zh") -> tuple[str, str]:
    """What a call about this notice says."""
    return spoken.phrases(notice, language)


async def spoken_sound(speech: Speech, phrases: Sequence[str]) -> "array[int]":
    """The sound of these phrases."""
    made = array("h")
    made.frombytes(await speech.pcm(phrases))
    return made


def keep(path: Path, heard: Heard) -> None:
    """Write a reading as a WAV file, 8 kHz mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(heard.samples.tobytes())


def _loudness(samples: "array[int]") -> list[float]:
    ends = range(0, len(samples) - FRAME + 1, FRAME)
    return [sum(map(abs, samples[n : n + FRAME])) / FRAME for n in ends]


def _correlation(one: Sequence[float], other: Sequence[float], shift: int) -> float:
    """Pearson's, over the whole of both; what one has beyond the other counts as silence."""
    start, end = min(0, shift), max(len(one), len(other) + shift)
    xs = [one[n] if 0 <= n < len(one) else 0.0 for n in range(start, end)]
    ys = [other[n - shift] if 0 <= n - shift < len(other) else 0.0 for n in range(start, end)]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    shared = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    wide = math.sqrt(sum((x - mean_x) ** 2 for x in xs) * sum((y - mean_y) ** 2 for y in ys))
    return shared / wide if wide else 0.0

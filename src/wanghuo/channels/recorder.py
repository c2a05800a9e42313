"""A call as sound: what we say on the left, what the person says on the right. Pure.

Both sides are laid along the clock: what comes late is put where it is heard, what is missing is
silence. The sides may be some hundredths of a second apart.
"""

import io
import sys
import wave
from array import array
from typing import Final

from wanghuo.channels.sound import BYTES_PER_S, RATE_HZ

LAG_S: Final = 0.3  # sound that is on its way
BYTES_MAX: Final = 10 * 60 * BYTES_PER_S  # of one side: a call is over before


class Recorder:
    """Takes both sides as they come. started_s: on the clock that `tick` is told."""

    def __init__(self, started_s: float) -> None:
        self._started_s = started_s
        self._waiting = (bytearray(), bytearray())
        self._laid = (bytearray(), bytearray())

    def said(self, pcm: bytes) -> None:
        """What we gave to the line."""
        self._waiting[0].extend(pcm)

    def heard(self, pcm: bytes) -> None:
        """What came from the line."""
        self._waiting[1].extend(pcm)

    def hushed(self) -> None:
        """What we gave and the line forgot."""
        self._waiting[0].clear()

    def tick(self, now_s: float) -> None:
        """Lay down what belongs before this moment."""
        self._lay(2 * round((now_s - self._started_s - LAG_S) * RATE_HZ))

    def _lay(self, until: int) -> None:
        for waiting, laid in zip(self._waiting, self._laid, strict=True):
            room = min(until, BYTES_MAX) - len(laid)
            if room > 0:
                piece = bytes(waiting[:room])
                del waiting[:room]
                laid.extend(piece + bytes(room - len(piece)))

    def seconds(self) -> float:
        """How long the sound is."""
        return len(self._laid[0]) / BYTES_PER_S

    def wav(self) -> bytes:
        """The whole call: RIFF, 8 kHz, 16 bits, two channels."""
        self._lay(
            max(len(laid) + len(w) for w, laid in zip(self._waiting, self._laid, strict=True))
        )
        left, right = (array("h", bytes(laid)) for laid in self._laid)
        both = array("h", bytes(2 * 2 * len(left)))
        both[0::2], both[1::2] = left, right
        return written(both, channels=2)


def written(samples: "array[int]", *, channels: int = 1) -> bytes:
    """Samples as a WAV file of telephone sound."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return made.getvalue()

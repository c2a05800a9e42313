"""The worker that turns text into telephone sound: `python -m wanghuo.channels.espeak`.

espeak-ng is GPL-3, so it is loaded by this process alone and spoken to over pipes. Each line of
standard input is JSON {text, voice}; the answer is a length of four bytes, big-endian, and so many
bytes of PCM (sound.py). Length 0: this text could not be spoken. It ends with its input.
"""

import ctypes
import os
import sys
from array import array
from pathlib import Path
from typing import Final

import espeakng_loader
import msgspec

from wanghuo.channels import sound

SYNCHRONOUS: Final = 2  # espeak_AUDIO_OUTPUT: the callback gets the sound before Synth returns
CHARS_UTF8: Final = 1
BY_CHARACTER: Final = 1  # espeak_POSITION_TYPE
RATE_PARAMETER: Final = 1
WORDS_PER_MINUTE: Final = 210
CHUNK_MS: Final = 200

_Heard = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Said(msgspec.Struct, frozen=True):
    """One line of the input. voice: as espeak-ng names it, `cmn` or `en`."""

    text: str
    voice: str


class Espeak:
    """The library, loaded once. One text at a time."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._heard = array("h")
        self._callback = _Heard(self._hear)  # kept: the library holds no reference
        os.chdir(Path(espeakng_loader.get_data_path()).parent)  # it truncates long paths
        rate_hz = self._library.espeak_Initialize(SYNCHRONOUS, CHUNK_MS, b".", 0)
        if rate_hz < sound.RATE_HZ:
            raise OSError(f"espeak-ng did not start: {rate_hz}")
        self._rate_hz = int(rate_hz)
        self._library.espeak_SetSynthCallback(self._callback)

    def pcm(self, said: Said) -> bytes:
        """The text as telephone sound; nothing if the voice or the text is not known."""
        self._heard = array("h")
        if self._library.espeak_SetVoiceByName(said.voice.encode()) != 0:
            return b""
        self._library.espeak_SetParameter(RATE_PARAMETER, WORDS_PER_MINUTE, 0)
        text = said.text.encode().replace(b"\0", b" ") + b"\0"
        failed = self._library.espeak_Synth(
            text, ctypes.c_size_t(len(text)), 0, BY_CHARACTER, 0, CHARS_UTF8, None, None
        )
        return b"" if failed else sound.at_telephone_rate(self._heard, self._rate_hz)

    def _hear(self, wave: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if wave and count > 0:
            self._heard.frombytes(ctypes.string_at(wave, count * 2))
        return 0


def main() -> None:
    """Speak line by line until the input ends."""
    espeak = Espeak()
    decoder = msgspec.json.Decoder(Said)
    for line in sys.stdin.buffer:
        pcm = espeak.pcm(decoder.decode(line))
        sys.stdout.buffer.write(len(pcm).to_bytes(4) + pcm)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

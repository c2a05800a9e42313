"""Speech from text: phrases in, telephone sound out, each phrase made once.

The library works in a process of its own (espeak.py says why). It is started when it is first
needed and again when it has died.
"""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from wanghuo.channels import sound
from wanghuo.channels.spoken import Language, shared_phrases
from wanghuo.errors import Unavailable

KEPT_MAX: Final = 200  # phrases, about 150 kB each
TIMEOUT_S: Final = 10.0
BREATH_S: Final = 0.3  # between two phrases
PCM_MAX_BYTES: Final = 60 * sound.BYTES_PER_S
VOICES: Final[dict[Language, str]] = {"zh": "cmn", "en": "en"}
WORKER: Final = (sys.executable, "-m", "wanghuo.channels.espeak")

_log = structlog.get_logger("voice")


class Speech:
    """Speaks one language. command: the worker, as espeak.py describes it."""

    def __init__(self, language: Language = "zh", command: Sequence[str] = WORKER) -> None:
        self._language: Language = language
        self._command = command
        self._worker: Process | None = None
        self._speaking = asyncio.Lock()
        self._making: dict[str, asyncio.Task[bytes]] = {}
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def warm(self) -> None:
        """Make what every call says. Does not fail: a call finds out for itself."""
        with contextlib.suppress(Unavailable):
            await self.pcm(shared_phrases(self._language))

    async def pcm(self, phrases: Sequence[str]) -> bytes:
        """The phrases one after the other, with a breath between. Raises Unavailable."""
        spoken = await asyncio.gather(*map(self._phrase, phrases))
        return sound.silence(BREATH_S).join(spoken)

    async def close(self) -> None:
        """End the worker."""
        making = list(self._making.values())
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)
        await self._end_worker()

    async def _phrase(self, text: str) -> bytes:
        """The sound of one phrase. A call that ends does not stop what others wait for too."""
        pcm = self._kept.get(text)
        if pcm is not None:
            self._kept.move_to_end(text)
            return pcm
        making = self._making.get(text)
        if making is None:
            making = self._making[text] = asyncio.create_task(self._make(text))
            making.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(making)

    async def _make(self, text: str) -> bytes:
        try:
            async with self._speaking:
                pcm = self._kept[text] = await self._spoken(text)
        finally:
            del self._making[text]
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return pcm

    async def _spoken(self, text: str) -> bytes:
        """Ask the worker. One that fails or hangs is ended: the next text gets a new one."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                pcm = await self._ask(await self._alive(), text)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            await self._end_worker()
            raise Unavailable(f"no speech: {error!r}") from error
        if not pcm:
            raise Unavailable("no speech: the voice cannot say it")
        return pcm

    async def _ask(self, worker: Process, text: str) -> bytes:
        assert worker.stdin is not None
        assert worker.stdout is not None
        line = msgspec.json.encode({"text": text, "voice": VOICES[self._language]})
        worker.stdin.write(line + b"\n")
        await worker.stdin.drain()
        size = int.from_bytes(await worker.stdout.readexactly(4))
        if size > PCM_MAX_BYTES:
            raise OSError(f"{size} bytes of sound for one phrase")
        return await worker.stdout.readexactly(size)

    async def _alive(self) -> Process:
        if self._worker is None or self._worker.returncode is not None:
            self._worker = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, start_new_session=True
            )
            _log.info("speech_started", pid=self._worker.pid)
        return self._worker

    async def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        if worker.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
        await worker.wait()
        if worker.stdin is not None:
            worker.stdin.close()

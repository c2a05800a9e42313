"""The live stream: facts fan out from one reader per process to every open page.

Rule 1. One reader follows the stream; a page costs a bounded queue and no subscription.
Rule 2. A page that is too slow is told `resync` and reads its lists again; it never slows the
        reader or another page.
Rule 3. A page resumes by Last-Event-ID, the fact's sequence in the stream: from memory when it was
        away shortly, from the stream itself when longer, by `resync` when the stream has forgotten.
Rule 4. Facts of other towns are never put into a page's queue. Facts of no town are for the city.
Rule 5. Nothing here needs the database: fires that the fallback keeps are shown meanwhile.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, cast

import msgspec
import structlog
from prometheus_client import Counter, Gauge
from starlette.requests import HTTPConnection

from wanghuo.clock import Clock
from wanghuo.engines.ending import end
from wanghuo.engines.stream import FACTS, Stream
from wanghuo.errors import Unavailable
from wanghuo.facts.entry import Entry, SignalEntry, decode
from wanghuo.facts.fact import Fact, Topic
from wanghuo.principal import ALL_TOWNS, Principal
from wanghuo.web.limits import TooMany

UNJUDGED_SUBJECT: Final = "unjudged.fire"
REMEMBERED_MAX: Final = 4096  # facts kept in memory for pages that were away shortly
WAITING_MAX: Final = 512  # facts that may wait for one page
PAGES_MAX: Final = 2000
READ_AGAIN_MAX: Final = 20_000  # older than this a page reads its lists again instead
UNJUDGED_MAX: Final = 1000
JUDGED_WITHIN_S: Final = 10.0  # the fallback is drained this long after the database speaks again
HEARTBEAT: Final = b": heartbeat\n\n"
RETRY_S: Final = 0.5
CHECK_PERIOD_S: Final = 30.0

PAGES = Gauge("wanghuo_live_pages", "Open live streams")
RESYNCS = Counter("wanghuo_live_resyncs", "Pages told to read their lists again", ["why"])

_log = structlog.get_logger("web.live")


Say = Callable[[bytes], Awaitable[None]]


class Frame(msgspec.Struct, frozen=True):
    """One fact as it goes to every page. sequence 0: not in the stream, cannot be resumed from."""

    sequence: int
    town_code: str
    text: bytes


class _Head(msgspec.Struct):
    """What is read of a fact on its way through."""

    topic: str
    town_code: str


_head = msgspec.json.Decoder(_Head)
_fact = msgspec.json.Encoder()


def framed(sequence: int, payload: bytes) -> Frame:
    """A fact's JSON as a server-sent event. Raises msgspec.MsgspecError for anything else."""
    head = _head.decode(payload)
    lines = [b"id: %d" % sequence] if sequence else []
    lines += [b"event: " + head.topic.encode(), b"data: " + payload.replace(b"\n", b" ")]
    return Frame(sequence, head.town_code, b"\n".join(lines) + b"\n\n")


def resync(sequence: int, why: str) -> bytes:
    """The event that tells a page to read its lists again; it resumes after `sequence`."""
    RESYNCS.labels(why).inc()
    return b'id: %d\nevent: resync\ndata: {"why": "%s"}\n\n' % (sequence, why.encode())


def unjudged_fact(entry: Entry) -> Fact | None:
    """A fire of the fallback as a fact for the whole city; None if the entry is no signal."""
    if not isinstance(entry.body, SignalEntry):
        return None
    signal = entry.body.signal
    body = {"entry_id": entry.id, "origin": signal.origin(), "kind": signal.kind.value}
    body |= {"sensor": signal.sensor.value, "text": signal.text}
    return Fact(id=entry.id, topic=Topic.UNJUDGED_FIRE, at=entry.at, town_code="", body=body)


def sees(who: Principal, frame: Frame) -> bool:
    """Whether the fact is of the principal's towns."""
    return who.towns == (ALL_TOWNS,) or frame.town_code in who.towns


class Page:
    """One open page: what waits for it.

    after: facts up to here it has, or will read from its lists. lost: why it must read them again.
    """

    def __init__(self, who: Principal, after: int) -> None:
        self._who = who
        self._waiting: deque[Frame] = deque()
        self._wake = asyncio.Event()
        self.after = after
        self.lost = ""
        self.over = False

    def offer(self, frame: Frame) -> None:
        """Put a fact into the queue; if it is full, empty it: the page will read its lists."""
        if self.lost or not sees(self._who, frame):
            return
        if frame.sequence:
            if frame.sequence <= self.after:
                return
            self.after = frame.sequence
        if len(self._waiting) >= WAITING_MAX:
            self.lose("too_slow")
        else:
            self._waiting.append(frame)
            self._wake.set()

    def lose(self, why: str) -> None:
        """Drop what waits; the page will be told to read its lists again."""
        self._waiting.clear()
        self.lost = why
        self._wake.set()

    def end(self) -> None:
        """The house closes."""
        self.over = True
        self._wake.set()

    async def take(self, timeout_s: float) -> bytes:
        """Everything that waits, as one piece; b"" if nothing came within `timeout_s`."""
        if not self._wake.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), timeout_s)
        self._wake.clear()
        taken = b"".join(frame.text for frame in self._waiting)
        self._waiting.clear()
        return taken


class Live:
    """The reader and its pages."""

    def __init__(self, stream: Stream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._pages: set[Page] = set()
        self._frames: deque[Frame] = deque(maxlen=REMEMBERED_MAX)
        self._unjudged: deque[tuple[float, Frame]] = deque(maxlen=UNJUDGED_MAX)
        self._ready = asyncio.Event()
        self._over = False
        self._reader: asyncio.Task[None] | None = None
        self.last = 0  # the newest sequence that every page has been offered
        self._floor = 0  # every fact after this one is remembered

    async def start(self) -> None:
        """Begin to read; returns at once, also while the stream is down."""
        self._reader = asyncio.ensure_future(self._read())

    async def close(self) -> None:
        """End every page, then stop reading. Repeating is harmless."""
        self._over = True
        for page in self._pages:
            page.end()
        if self._reader is not None:
            await end(self._reader)

    async def ready(self, timeout_s: float) -> bool:
        """Whether the reader has reached the stream, waiting at most `timeout_s`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), timeout_s)
        return self._ready.is_set()

    def join(self, who: Principal, after: int) -> Page:
        """A page that gets every fact after `after` from memory and from now on.

        Raises TooMany if the house is full; `knows(after)` must hold.
        """
        if len(self._pages) >= PAGES_MAX:
            raise TooMany("too many open pages", 10.0)
        page = Page(who, after)
        for frame in self._frames:
            page.offer(frame)
        for _heard_s, frame in self._unjudged:
            page.offer(frame)
        page.over = self._over
        self._pages.add(page)
        PAGES.set(len(self._pages))
        return page

    def leave(self, page: Page) -> None:
        """The page was closed."""
        self._pages.discard(page)
        PAGES.set(len(self._pages))

    def knows(self, after: int) -> bool:
        """Whether every fact after `after` is in memory."""
        return self._floor <= after

    async def gap(self, after: int) -> str:
        """Why a page cannot resume after `after` ("" if it can). Raises Unavailable."""
        first, last = await self._stream.extent(FACTS)
        if after > last:
            return "unknown_id"
        if after + 1 < first:
            return "forgotten"
        return "too_long_away" if last - after > READ_AGAIN_MAX else ""

    async def read_up(self, who: Principal, after: int, say: Say) -> int:
        """Say what is in the stream after `after` until memory begins; how far it came.

        Raises Unavailable while the stream is down.
        """
        async with contextlib.aclosing(self._stream.follow(FACTS, after)) as messages:
            async for message in messages:
                if message is None:
                    await say(HEARTBEAT)
                    continue
                with contextlib.suppress(msgspec.MsgspecError):  # the reader logged it
                    frame = framed(message.sequence, message.payload)
                    if sees(who, frame):
                        await say(frame.text)
                after = message.sequence
                if self.knows(after):
                    break
        return after

    async def _read(self) -> None:
        """Follow the stream for ever."""
        stop = None
        try:
            while True:
                try:
                    stop = stop or await self._stream.listen(UNJUDGED_SUBJECT, self._hear)
                    first, last = await self._stream.extent(FACTS)
                    await self._follow(first, last)
                except Unavailable as error:
                    _log.info("live_waits", why=str(error))
                    await self._clock.sleep(RETRY_S)
        finally:
            if stop is not None:
                with contextlib.suppress(Unavailable):
                    await stop()

    async def _follow(self, first: int, last: int) -> None:
        """Remember the newest facts, then tell each new one; returns if the stream began anew."""
        start = max(first - 1, last - REMEMBERED_MAX, 0)
        if self.last and start <= self.last <= last:
            start = self.last  # nothing was missed: go on
        else:
            self._begin(start, last)
        checked_s = self._clock.monotonic_s()
        async with contextlib.aclosing(self._stream.follow(FACTS, start)) as messages:
            if start >= last:
                self._ready.set()
            async for message in messages:
                if message is not None:
                    self._tell(message.sequence, message.payload)
                    if message.sequence >= last:
                        self._ready.set()
                elif self._clock.monotonic_s() - checked_s > CHECK_PERIOD_S:
                    checked_s = self._clock.monotonic_s()
                    if (await self._stream.extent(FACTS))[1] < self.last:
                        return

    def _begin(self, start: int, last: int) -> None:
        """Forget what another life of the stream told; open pages read their lists again."""
        self._frames.clear()
        self._floor = start
        self.last = last
        for page in self._pages:
            page.lose("began_anew")

    def _tell(self, sequence: int, payload: bytes) -> None:
        try:
            frame = framed(sequence, payload)
        except msgspec.MsgspecError as error:
            _log.error("strange_fact", sequence=sequence, error=repr(error))
            return
        if len(self._frames) == REMEMBERED_MAX:
            self._floor = self._frames[0].sequence
        self._frames.append(frame)
        self.last = max(self.last, sequence)
        spoken_s = self._clock.monotonic_s() - JUDGED_WITHIN_S
        while self._unjudged and self._unjudged[0][0] < spoken_s:
            self._unjudged.popleft()
        for page in self._pages:
            page.offer(frame)

    async def _hear(self, _subject: str, payload: bytes) -> None:
        """A fire that the fallback keeps while the database is down."""
        try:
            fact = unjudged_fact(decode(payload))
        except msgspec.MsgspecError as error:
            _log.error("strange_unjudged_fire", error=repr(error))
            return
        if fact is None:
            return
        frame = framed(0, _fact.encode(fact))
        self._unjudged.append((self._clock.monotonic_s(), frame))
        for page in self._pages:
            page.offer(frame)


def live_of(connection: HTTPConnection) -> Live:
    """The live stream of this process."""
    return cast("Live", connection.app.state.live)

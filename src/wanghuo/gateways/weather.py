"""Weather from outside, put beside incidents. The chain never waits for it.

Rule 1. A source that fails leaves its last value, with its age and why it is silent.
Rule 2. Nothing here touches an incident: samples stand beside it in a table of their own.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.listen import Listener
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.errors import Invalid, Unavailable
from wanghuo.settings import Settings
from wanghuo.sights import demo_weather, store, weather_files
from wanghuo.sights.store import Beside
from wanghuo.sights.weather import Observation, Sample, nearest
from wanghuo.sights.weather_files import Mapped, SourceError

JUDGED_CHANNEL: Final = "judged"  # what the judge says when an entry is judged
LOOK_S: Final = 2.0
PAUSE_S: Final = 0.25  # behind a fire's first calls, and in a storm not for each fire
PAUSES: Final = 10  # and with thousands of open ones the database has ten times as long in peace
RETRY_S: Final = 60.0
AT_ONCE: Final = 200
ASKED_AT_ONCE: Final = 8
CELLS_A_DEGREE: Final = 20  # incidents within some 5 km share one question to the source
CELLS_MAX: Final = 512

_log = structlog.get_logger("gateways.weather")


class Source(Protocol):
    """Somebody who observes the weather."""

    name: str

    async def observe(self, lon: float, lat: float, now: datetime) -> Observation:
        """What holds at a point. Raises SourceError."""
        ...


class DemoSource:
    """The demo city's weather."""

    name = "demo"

    def __init__(self, seed: int) -> None:
        self._seed = seed

    async def observe(self, lon: float, lat: float, now: datetime) -> Observation:
        """The same everywhere."""
        del lon, lat
        return demo_weather.observed(self._seed, now)


class FileSource:
    """A CSV file that somebody else writes; read again when it has changed."""

    name = "file"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed_ns = -1
        self._known: list[Observation] = []

    async def observe(self, lon: float, lat: float, now: datetime) -> Observation:
        """The newest observation of the nearest station."""
        await asyncio.to_thread(self._read)
        found = nearest(self._known, lon, lat, now)
        if found is None:
            raise SourceError("nothing_near")
        return found

    def _read(self) -> None:
        try:
            changed_ns = self._path.stat().st_mtime_ns
            if changed_ns != self._changed_ns:
                text = self._path.read_text(encoding="utf-8")
                self._known, left_out = weather_files.of_csv(text)
                self._changed_ns = changed_ns
                _log.info("weather_file_read", rows=len(self._known), left_out=left_out)
        except OSError as error:
            raise SourceError("no_answer", str(error)) from error
        except UnicodeDecodeError as error:
            raise SourceError("unreadable", str(error)) from error


class HttpSource:
    """A weather service; one question for each cell of the map and period."""

    name = "http"

    def __init__(self, url: str, mapped: Mapped, http: OutboundHttp, period_s: float) -> None:
        self._url = url
        self._mapped = mapped
        self._http = http
        self._period_s = period_s
        self._cells: dict[tuple[int, int], tuple[datetime, Observation]] = {}

    async def observe(self, lon: float, lat: float, now: datetime) -> Observation:
        """What the service says of this cell, or said within its period."""
        cell = round(lon * CELLS_A_DEGREE), round(lat * CELLS_A_DEGREE)
        kept = self._cells.get(cell)
        if kept is not None and (now - kept[0]).total_seconds() < self._period_s:
            return kept[1]
        url = self._url.replace("{lon}", f"{lon:.4f}").replace("{lat}", f"{lat:.4f}")
        try:
            answer = await self._http.get(url)
        except Unavailable as error:
            raise SourceError("no_answer", str(error)) from error
        if not answer.ok:
            raise SourceError("refused", str(answer.status))
        made = weather_files.of_json(answer.body, self._mapped, now)
        if len(self._cells) >= CELLS_MAX:
            self._cells.clear()
        self._cells[cell] = now, made
        return made


def source_of(settings: Settings, http: OutboundHttp) -> Source | None:
    """The configured source, or None. Raises Invalid for a mapping that cannot be used."""
    asked = settings.weather
    demo = asked.source == "auto" and settings.city == "cixi"
    if asked.source == "demo" or demo:
        return DemoSource(settings.seed)
    if asked.source == "file":
        return FileSource(Path(asked.path))
    if asked.source == "http":
        try:
            text = Path(asked.mapping).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid("weather.mapping", str(error), "give a readable TOML file") from error
        return HttpSource(asked.url, weather_files.mapping(text), http, asked.period_s)
    return None


class Weatherman:
    """Puts samples beside open incidents: at their opening, at each level, and once a period."""

    def __init__(
        self, database: Database, source: Source, clock: Clock, *, period_s: float
    ) -> None:
        self._database = database
        self._source = source
        self._clock = clock
        self._period_s = period_s
        self._last: Observation | None = None
        self._trouble = ""
        self._looked_s = 0.0

    async def run(self) -> None:
        """Work for ever; end it by cancelling."""
        async with Listener(self._database.dsn, (JUDGED_CHANNEL,), self._clock) as listener:
            while True:
                ticket = listener.ticket(JUDGED_CHANNEL)
                try:
                    put = await self.work_once()
                except (*DOWN, SqlError) as error:
                    _log.info("weather_waits", why=repr(error))
                    put = 0
                if not put:
                    await listener.wait(JUDGED_CHANNEL, ticket, LOOK_S)
                await self._clock.sleep(max(PAUSE_S, PAUSES * self._looked_s))

    async def work_once(self) -> int:
        """Put what is due now; how many samples."""
        now, began_s = self._clock.now_utc(), self._clock.monotonic_s()
        async with self._database.transaction() as tx:
            due = await store.weather_due(
                tx, now, period_s=self._period_s, retry_s=RETRY_S, size=AT_ONCE
            )
        self._looked_s = self._clock.monotonic_s() - began_s
        if not due:
            return 0
        samples = await self._samples(due, now)
        async with self._database.transaction() as tx:
            await store.put_weather(tx, samples)
        return len(samples)

    async def _samples(self, due: Sequence[Beside], now: datetime) -> list[Sample]:
        places = asyncio.Semaphore(ASKED_AT_ONCE)

        async def one(beside: Beside) -> Sample:
            async with places:
                return await self._sample(beside, now)

        return list(await asyncio.gather(*map(one, due)))

    async def _sample(self, beside: Beside, now: datetime) -> Sample:
        trouble, seen = "", self._last
        try:
            self._last = seen = await self._source.observe(beside.lon, beside.lat, now)
        except SourceError as error:
            trouble = error.reason
            if trouble != self._trouble:
                _log.warning("weather_source_silent", source=self._source.name, why=str(error))
        self._trouble = trouble
        return Sample(
            incident_id=beside.id,
            town_code=beside.town_code,
            level=beside.level,
            taken_at=now,
            source=self._source.name,
            period_s=self._period_s,
            trouble=trouble,
            observed=seen,
        )

"""Weather beside incidents, from real files and sockets: a source that fails stops nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.notices.city import Desk, settle
from tests.notices.makers import a_point, sensed
from wanghuo.clock import HandClock, WallClock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.postgres import Database
from wanghuo.gateways.weather import (
    DemoSource,
    FileSource,
    HttpSource,
    Source,
    Weatherman,
    source_of,
)
from wanghuo.settings import Settings, WeatherSettings, as_toml, load
from wanghuo.sights import store, weather_files

MAPPED = weather_files.mapping("[paths]\nwind_m_s = 'speed'\nwind_from_deg = 'deg'\n")
Say = Callable[[bytes], bytes]


@asynccontextmanager
async def a_service(say: Callable[[str], bytes]) -> AsyncIterator[str]:
    """A weather service on loopback. say: the raw bytes for a request line."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        answer = say(head.split(b"\r\n")[0].decode())
        try:
            writer.write(answer)
            await (writer.drain() if answer else reader.read())  # silent until the caller goes
        except OSError:
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
        len(body),
        body,
    )


async def a_fire(database: Database) -> Desk:
    await settle(database)
    desk = Desk(database)
    await desk.hear(sensed(a_point(1), 0))
    return desk


async def samples(database: Database) -> list[Any]:
    async with database.transaction() as tx:
        incident_id = await tx.fetchval("SELECT id FROM incidents.incident")
        return await store.weather_of(tx, incident_id)


def man(
    database: Database, source: Source, clock: HandClock, period_s: float = 600.0
) -> Weatherman:
    return Weatherman(database, source, clock, period_s=period_s)


async def test_a_sample_at_the_opening_at_each_level_and_once_a_period(database: Database) -> None:
    desk = await a_fire(database)
    weatherman = man(database, DemoSource(7), desk.clock)
    assert await weatherman.work_once() == 1
    assert await weatherman.work_once() == 0
    await desk.hear(sensed(a_point(2), 20))
    await desk.clock.turn(1)
    assert await weatherman.work_once() == 1
    await desk.clock.turn(601)
    assert await weatherman.work_once() == 1
    assert [one.level for one in await samples(database)] == [2, 2, 1]


async def test_a_service_is_asked_at_the_incident_and_once_for_its_neighbourhood(
    database: Database,
) -> None:
    desk, asked = await a_fire(database), []

    def say(line: str) -> bytes:
        asked.append(line)
        return ok(b'{"speed": 6, "deg": 225}')

    async with a_service(say) as url:
        http = OutboundHttp(timeout_s=20)
        source = HttpSource(f"{url}/w?x={{lon}}&y={{lat}}", MAPPED, http, 600.0)
        await man(database, source, desk.clock).work_once()
        await source.observe(121.251, 30.301, desk.clock.now_utc())
        await http.close()
    assert asked == ["GET /w?x=121.2500&y=30.3000 HTTP/1.1"]
    (sample,) = await samples(database)
    assert (sample.observed.wind_from_deg, sample.observed.wind_m_s) == (225, 6)


async def test_every_way_to_fail_is_said_and_keeps_the_last_value(database: Database) -> None:
    desk = await a_fire(database)
    answers = iter(
        [
            ok(b'{"speed": 6, "deg": 225}'),
            b"HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n",
            b"",
            ok(b"<html>"),
            ok(b"9" * 3_000_000),
        ]
    )
    async with a_service(lambda _: next(answers)) as url:
        http = OutboundHttp(timeout_s=3)
        source = HttpSource(url + "/{lon}/{lat}", MAPPED, http, 60.0)
        weatherman = man(database, source, desk.clock, 60.0)
        for _ in range(5):
            assert await weatherman.work_once() == 1
            await desk.clock.turn(61)
        await http.close()
    kept = await samples(database)
    assert [one.trouble for one in reversed(kept)] == [
        "", "refused", "no_answer", "unreadable", "unreadable",
    ]  # fmt: skip
    assert {one.observed.wind_m_s for one in kept} == {6}


async def test_a_file_is_read_again_when_it_has_changed(database: Database, tmp_path: Path) -> None:
    desk, path = await a_fire(database), tmp_path / "weather.csv"
    weatherman = man(database, FileSource(path), desk.clock, 60.0)
    assert await weatherman.work_once() == 1
    at = desk.clock.now_utc().isoformat()
    path.write_text(f"time,wind_from_deg,wind_m_s\n{at},90,7\n", encoding="utf-8")
    await desk.clock.turn(61)
    assert await weatherman.work_once() == 1
    newest, first = await samples(database)
    assert (first.trouble, first.observed) == ("no_answer", None)
    assert (newest.trouble, newest.observed.wind_m_s) == ("", 7)


async def test_the_weatherman_hears_of_a_fire_by_himself(database: Database) -> None:
    await settle(database)
    working = asyncio.ensure_future(
        Weatherman(database, DemoSource(7), WallClock(), period_s=3600.0).run()
    )
    await Desk(database).hear(sensed(a_point(1), 0))

    async with asyncio.timeout(10):
        while not await samples(database):  # noqa: ASYNC110 - the weatherman puts them
            await asyncio.sleep(0.01)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert len(await samples(database)) == 1


def test_the_source_is_chosen_by_the_settings_which_survive_their_file(tmp_path: Path) -> None:
    http = OutboundHttp()
    assert isinstance(source_of(Settings(), http), DemoSource)
    assert source_of(Settings(city="/a/real/one"), http) is None
    (tmp_path / "m.toml").write_text("[paths]\nwind_m_s = 'a'\n", encoding="utf-8")
    asked = WeatherSettings(source="http", url="http://x/{lon}", mapping=str(tmp_path / "m.toml"))
    made = msgspec.structs.replace(Settings(), weather=asked)
    assert isinstance(source_of(made, http), HttpSource)
    path = tmp_path / "s.toml"
    path.write_text(as_toml(made), encoding="utf-8")
    assert load(path).weather == asked

"""The doctor finds each illness, names its remedy, and looks on when one part is dead."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from tests.conftest import Dsn
from wanghuo.clock import HandClock, WallClock
from wanghuo.engines.embedded_nats import EmbeddedNats
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.settings import Settings
from wanghuo.web import doctor
from wanghuo.web.doctor import Finding, examine, graded

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@pytest.fixture
async def house(
    dsn: Dsn, nats_server: EmbeddedNats, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Settings]:
    """The settings of a healthy house: engines, a listener on every port, private files."""
    assert nats_stream.connected
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "credentials.toml").touch(mode=0o600)
    (tmp_path / "index.html").touch()
    listening = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    number = listening.sockets[0].getsockname()[1]
    yield Settings(
        data_dir=data,
        cockpit_dir=tmp_path,
        migrations_dir=MIGRATIONS,
        http_port=number,
        gb26875_port=number,
        mqtt_port=number,
        postgres_dsn=dsn("wanghuo_engine").replace("wanghuo_engine", "{role}"),
        nats_url=nats_server.url,
    )
    listening.close()


async def add_canary(database: Database, age: str = "0 s") -> None:
    async with database.transaction("*") as tx:
        await tx.execute(
            "INSERT INTO incidents.incident (id, number, place_id, place_name, category, town_code,"
            " level, level_peak, state, profile, policy_version, test, opened_at, last_at,"
            " log_odds_milli, sentence) VALUES ('i', 'n', '', '', '', '', 0, 0, 'closed',"
            " 'validated', '1', true, now(), now() - $1::text::interval, 0, '{}')",
            age,
        )


async def found(settings: Settings) -> dict[str, Finding]:
    return {finding.part: finding for finding in await examine(settings, WallClock())}


async def test_a_healthy_house_has_no_complaint(house: Settings, database: Database) -> None:
    await add_canary(database)
    findings = await found(house)
    ill = [finding for finding in findings.values() if finding.state == "ill"]
    assert ill == []
    assert {"database", "migrations", "clock", "inbox", "outbox", "stream", "disk"} <= set(findings)
    assert findings["database"].en.startswith("PostgreSQL 1")


LATE_FIRE = (
    "WITH l AS (INSERT INTO signals.fire_log (entry_id, at, entry)"
    " VALUES ('e', now() - interval '1 min', '') RETURNING seq)"
    " INSERT INTO signals.inbox SELECT seq FROM l"
)
LATE_FACT = (
    "INSERT INTO engines.outbox (fact_id, topic, town_code, at, body)"
    " VALUES ('f', 'incident', '', now() - interval '1 min', '{}')"
)
LATE_TIMER = (
    "INSERT INTO engines.timer (id, kind, subject, due_at) VALUES ('t', 'k', 's', now() -"
    " interval '1 min')"
)
DEAD_OWNER = "INSERT INTO engines.lease VALUES ('judge', 'x', now() - interval '1 min')"
UNKNOWN_BYTES = (
    "INSERT INTO gateways.quarantine (id, at, door, peer, reason, raw)"
    " VALUES ('q', now(), 'mqtt', 'p', 'r', '')"
)


@pytest.mark.parametrize(
    ("part", "state", "statement"),
    [
        ("inbox", "ill", LATE_FIRE),
        ("outbox", "ill", LATE_FACT),
        ("timers", "ill", LATE_TIMER),
        ("leases", "ill", DEAD_OWNER),
        ("quarantine", "warning", UNKNOWN_BYTES),
    ],
)
async def test_what_waits_too_long_is_found(
    house: Settings, database: Database, part: str, state: str, statement: str
) -> None:
    await add_canary(database)
    async with database.transaction("*") as tx:
        await tx.execute(statement)
    findings = await found(house)
    bad = {name for name, finding in findings.items() if finding.state != "ok"}
    assert bad == {part}
    assert findings[part].state == state
    assert findings[part].remedy_zh
    assert findings[part].remedy_en


@pytest.mark.parametrize("age", ["10 min", ""])
async def test_a_synthetic_fire_that_stays_away_is_found(
    house: Settings, database: Database, age: str
) -> None:
    async with database.transaction("*") as tx:
        await tx.execute("INSERT INTO premises.town VALUES ('330282112', '新浦镇', 'XP', 121, 30)")
    if age:
        await add_canary(database, age)
    assert (await found(house))["synthetic fire"].state == "ill"


async def test_in_a_house_without_a_town_the_synthetic_fire_is_only_waited_for(
    house: Settings,
) -> None:
    told = (await found(house))["synthetic fire"]
    assert told.state == "warning"
    assert "first town" in told.en


async def test_a_schema_that_is_behind_is_found(house: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "newer"
    folder.mkdir()
    for path in MIGRATIONS.glob("*.sql"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "9999_alarms_more.sql").write_text("SELECT 1", encoding="utf-8")
    newer = msgspec.structs.replace(house, migrations_dir=folder)
    finding = (await found(newer))["migrations"]
    assert (finding.state, finding.remedy_en) == ("ill", "run wanghuo migrate")
    assert "9999" in finding.en


def no_database(house: Settings) -> Settings:
    return msgspec.structs.replace(house, postgres_dsn="postgresql://x@127.0.0.1:1/wanghuo")


def no_stream(house: Settings) -> Settings:
    return msgspec.structs.replace(house, nats_url="nats://127.0.0.1:1")


def no_engines(house: Settings) -> Settings:
    return msgspec.structs.replace(house, nats_url="", postgres_dsn="")


def no_port(house: Settings) -> Settings:
    return msgspec.structs.replace(house, mqtt_port=1)


def open_secrets(house: Settings) -> Settings:
    (house.data_dir / "credentials.toml").chmod(0o644)
    return house


def no_pages(house: Settings) -> Settings:
    return msgspec.structs.replace(house, cockpit_dir=house.data_dir)


@pytest.mark.parametrize(
    ("broken", "ill"),
    [
        (no_database, {"database"}),
        (no_stream, {"stream"}),
        (no_engines, {"database", "stream"}),
        (no_port, {"port mqtt"}),
        (open_secrets, {"files"}),
        (no_pages, {"cockpit"}),
    ],
)
async def test_a_dead_part_is_found_and_the_others_are_looked_at(
    house: Settings, database: Database, broken: Callable[[Settings], Settings], ill: set[str]
) -> None:
    await add_canary(database)
    findings = await found(broken(house))
    bad = {name for name, finding in findings.items() if finding.state != "ok"}
    assert bad == ill
    assert all(findings[part].remedy_en for part in ill)


async def test_fires_in_the_fallback_are_found(
    house: Settings, database: Database, nats_stream: Stream
) -> None:
    await add_canary(database)
    await nats_stream.publish("fallback.fire", b"x", "id")
    finding = (await found(house))["FIRE_FALLBACK"]
    assert (finding.state, finding.en) == ("ill", "1 wait for the database")


async def test_a_clock_that_is_wrong_is_found(house: Settings, database: Database) -> None:
    await add_canary(database)
    wrong = HandClock(WallClock().now_utc())
    await wrong.turn(60)
    findings = {finding.part: finding for finding in await examine(house, wrong)}
    assert findings["clock"].state == "ill"


def test_a_figure_is_graded_by_its_limits() -> None:
    assert [graded(value, 2, 10) for value in (0, 1.9, 2, 9.9, 10, 99)] == [
        "ok", "ok", "warning", "warning", "ill", "ill",
    ]  # fmt: skip


def test_a_full_disk_is_found(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "DISK_FREE_ILL_BYTES", 1 << 60)
    assert doctor.disk(house).state == "ill"

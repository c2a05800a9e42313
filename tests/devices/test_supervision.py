"""Who has fallen silent counts as offline, and nobody else does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.clock import HandClock
from wanghuo.devices import health_store, supervision
from wanghuo.devices.feed import SilenceWatch
from wanghuo.devices.model import SEEN_ALIVE, SILENT, Health
from wanghuo.devices.supervision import NOBODY, Supervision, silent_before
from wanghuo.engines.postgres import Database
from wanghuo.errors import Invalid
from wanghuo.settings import HOME

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
PANEL, POINT = "gb26875:790300000000", "gb26875:790300000000/1.1.40.0a000200"
OTHER_PANEL, BATTERY, CHANNEL = "gb26875:01", "access:cx01/D1", "access:cx01/D1/2"
POLICY = Supervision("t", 90_000, {"gb26875": 7_200})


@given(
    seconds=st.integers(60, 86_400),
    listened_s=st.integers(0, 200_000),
    quiet_s=st.integers(0, 200_000),
)
def test_silence_counts_only_while_somebody_listened(
    seconds: int, listened_s: int, quiet_s: int
) -> None:
    since, heard = (NOON - timedelta(seconds=s) for s in (listened_s, quiet_s))
    found = silent_before(Supervision("t", seconds), NOON, since)
    assert (heard < found.others) == (quiet_s > seconds and listened_s >= seconds)
    assert found.others == NOBODY or found.others == NOON - timedelta(seconds=seconds)


def test_the_shipped_file_serves_whoever_has_none_of_his_own(tmp_path: Path) -> None:
    shipped = supervision.load(tmp_path, HOME / "policy")
    assert shipped.transport == {"gb26875": 7_200}
    own = 'version = "ours"\nsilent_max_s = 3600\n'
    (tmp_path / "supervision.toml").write_text(own, encoding="utf-8")
    assert supervision.load(tmp_path, HOME / "policy") == Supervision("ours", 3600)


@pytest.mark.parametrize(
    "text", ["", 'version = "1"\nsilent_max_s = 5', 'version = "1"\nsilent_max_s = 99\nx = 1', "="]
)
def test_a_wrong_file_is_refused_by_name(text: str) -> None:
    with pytest.raises(Invalid, match=r"supervision\.toml"):
        supervision.parse(text)


async def states(database: Database) -> dict[str, tuple[str, str]]:
    asked = [PANEL, POINT, OTHER_PANEL, BATTERY, CHANNEL]
    async with database.transaction() as tx:
        found = await health_store.health_of(tx, asked)
    return {origin: (one.state, one.detail) for origin, one in found.items()}


async def say(database: Database, *rows: Health) -> None:
    async with database.transaction() as tx:
        await health_store.upsert_health(tx, rows)


async def listen(watch: SilenceWatch, clock: HandClock, hours: float) -> int:
    """Look every three minutes for so long; how many fell silent."""
    silent = 0
    for _look in range(round(hours * 20)):
        await clock.turn(180)
        silent += await watch.look_once()
    return silent


async def test_who_is_silent_is_offline_until_the_next_word(database: Database) -> None:
    clock = HandClock(NOON)
    watch = SilenceWatch(database, POLICY, clock)
    await watch.look_once()
    await say(
        database,
        Health(PANEL, NOON, "fault", "主电故障"),
        Health(POINT, NOON, "normal"),
        Health(BATTERY, NOON, "normal"),
        Health(CHANNEL, NOON, "normal"),
    )
    assert await listen(watch, clock, 2) == 0, "two hours are allowed"
    await say(database, Health(OTHER_PANEL, clock.now_utc(), "normal"))
    assert await listen(watch, clock, 1) == 1
    assert await states(database) == {
        PANEL: ("offline", SILENT),
        POINT: ("normal", ""),  # it does not speak for itself
        OTHER_PANEL: ("normal", ""),
        BATTERY: ("normal", ""),
        CHANNEL: ("normal", ""),
    }
    await say(database, Health(PANEL, clock.now_utc(), SEEN_ALIVE))
    assert (await states(database))[PANEL] == ("fault", "主电故障"), "what was known holds again"
    await say(database, Health(PANEL, clock.now_utc(), "normal"))
    assert await listen(watch, clock, 2.5) == 2
    await say(database, Health(PANEL, clock.now_utc(), SEEN_ALIVE))
    assert (await states(database))[PANEL] == ("normal", "")


async def test_a_device_on_a_battery_has_a_day(database: Database) -> None:
    clock = HandClock(NOON)
    watch = SilenceWatch(database, POLICY, clock)
    await watch.look_once()
    await say(database, Health(BATTERY, NOON, "normal"), Health(CHANNEL, NOON, "normal"))
    assert await listen(watch, clock, 25) == 0
    assert await listen(watch, clock, 0.1) == 1
    found = await states(database)
    assert found[BATTERY] == ("offline", SILENT)
    assert found[CHANNEL] == ("normal", "")


async def test_while_this_house_was_down_nobody_was_silent(database: Database) -> None:
    clock = HandClock(NOON)
    watch = SilenceWatch(database, POLICY, clock)
    await say(database, Health(PANEL, NOON, "normal"))
    assert await listen(watch, clock, 1) == 0
    await clock.turn(3 * 3600)  # the house was down
    assert await listen(watch, clock, 2) == 0
    assert await listen(watch, clock, 0.1) == 1


async def test_thousands_fall_silent_in_parts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_store, "SILENT_BATCH", 3)
    clock = HandClock(NOON)
    watch = SilenceWatch(database, POLICY, clock)
    await watch.look_once()
    await say(database, *(Health(f"gb26875:{n:012x}", NOON, "normal") for n in range(8)))
    assert await listen(watch, clock, 2.1) == 8
    assert await watch.look_once() == 0

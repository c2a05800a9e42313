"""`wanghuo replay`: the whole fire log judged again in an empty database beside the real one."""

from urllib.parse import urlsplit, urlunsplit

import msgspec

from wanghuo.alarms import store as alarms
from wanghuo.clock import Clock, WallClock
from wanghuo.compose.commands import say
from wanghuo.compose.house import dsn, owner_dsn
from wanghuo.compose.policies import alarm_policy
from wanghuo.compose.reach import READER, reached
from wanghuo.engines.copying import copy_tables, drop_database, fresh_database
from wanghuo.engines.migrate import migrate
from wanghuo.engines.postgres import Database
from wanghuo.notices import feed as notices
from wanghuo.settings import Settings

TARGET = "wanghuo_replay"
REGISTERS = (
    "premises.town",
    "premises.village",
    "premises.unit",
    "premises.place",
    "premises.contact",
    "premises.station",
    "premises.roster",
    "premises.water",
    "devices.operator",
    "devices.sender",
    "devices.device",
    "dispatch.travel",
)
TRIES = 5  # the real house goes on judging meanwhile


class Replayed(msgspec.Struct):
    """What a replay found. digest: of incidents, ledgers, timelines and parties."""

    entries: int
    seconds: float
    equal: bool
    digest: str
    digest_again: str


async def replay(settings: Settings, *, as_json: bool) -> int:
    """Judge again and compare; 0 if every byte is the same."""
    async with reached(settings) as found:
        await fresh_database(owner_dsn(found), TARGET)
        try:
            result = await _replayed(found, WallClock())
        finally:
            await drop_database(owner_dsn(found), TARGET)
    if as_json:
        say(msgspec.json.encode(result).decode())
    else:
        verdict = "the same, byte for byte" if result.equal else "NOT the same"
        say(f"{result.entries} entries judged again in {result.seconds:.1f} s: {verdict}")
        say(f"  as kept     {result.digest}\n  judged again {result.digest_again}")
        if not result.equal:
            say(
                "  It is judged with the registers of now: places, contacts, stations or travel"
                " times that were imported or ranked since a fire change who was chosen for it."
            )
    return 0 if result.equal else 1


async def _replayed(settings: Settings, clock: Clock) -> Replayed:
    await migrate(_beside(owner_dsn(settings)), settings.migrations_dir)
    await copy_tables(owner_dsn(settings), _beside(owner_dsn(settings)), REGISTERS)
    source = await Database.open(dsn(settings, READER), size_max=2, name="replay")
    target = await Database.open(_beside(dsn(settings, READER)), size_max=3, name="replay")
    policy = alarm_policy(settings)
    began_s = clock.monotonic_s()
    try:
        for _ in range(TRIES):
            entries = await notices.replay(source, target, policy, clock)
            seconds = clock.monotonic_s() - began_s
            kept, again = await notices.digest(source), await notices.digest(target)
            if kept == again or not await _moved_on(source, entries):
                break
    finally:
        await source.close()
        await target.close()
    return Replayed(entries, round(seconds, 2), kept == again, kept, again)


async def _moved_on(source: Database, judged: int) -> bool:
    """Whether the real house judged more meanwhile; then the two are not comparable yet."""
    async with source.transaction() as tx:
        return bool(await alarms.judged_log(tx, judged, 1))


def _beside(server_dsn: str) -> str:
    """The same server and role, the database of the replay."""
    return urlunsplit(urlsplit(server_dsn)._replace(path=f"/{TARGET}"))

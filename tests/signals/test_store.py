"""The fire log keeps order, takes each entry once, and a claim is taken back by a rollback."""

import pytest

from tests.conftest import Dsn
from tests.signals.makers import NOON, a_signal, an_entry
from wanghuo.engines import together
from wanghuo.engines.postgres import Database
from wanghuo.facts.entry import Entry, TimerEntry
from wanghuo.facts.signal import SignalKind
from wanghuo.signals import store
from wanghuo.signals.routine import Last


async def test_entries_are_claimed_in_the_order_of_appending_and_once(database: Database) -> None:
    entries = [an_entry(n) for n in range(10)]
    async with database.transaction() as tx:
        assert await store.append(tx, entries[:6]) == 6
        assert await store.append(tx, entries[4:]) == 4, "known ids are left alone"
    async with database.transaction() as tx:
        assert [one.entry for one in await store.claim(tx, 7)] == entries[:7]
    async with database.transaction() as tx:
        claimed = await store.claim(tx, 7)
        assert [one.entry for one in claimed] == entries[7:]
        assert await store.claim(tx, 7) == []


async def test_a_claim_that_rolls_back_is_not_taken(database: Database) -> None:
    async with database.transaction() as tx:
        await store.append(tx, [an_entry(1)])
    with pytest.raises(ZeroDivisionError):
        await _claim_and_fail(database)
    async with database.transaction() as tx:
        assert len(await store.claim(tx, 9)) == 1


async def _claim_and_fail(database: Database) -> None:
    async with database.transaction() as tx:
        await store.claim(tx, 9)
        raise ZeroDivisionError


async def test_only_signals_are_counted_as_signals(database: Database) -> None:
    timer = TimerEntry(timer_id="t", kind="k", subject="s", due_at=NOON)
    async with database.transaction() as tx:
        await store.append(tx, [an_entry(1), Entry(id="x" * 24, at=NOON, body=timer)])
        claimed = await store.claim(tx, 9)
        assert len(claimed) == 2
        await together.run(tx, [store.counting_fires(claimed)])
        assert await store.totals(tx) == {"fire": 1, "routine": 0}


@pytest.mark.parametrize("role", ["wanghuo_gateway", "wanghuo_web"])
async def test_gateway_and_web_may_append_and_nothing_more(dsn: Dsn, role: str) -> None:
    opened = await Database.open(dsn(role))
    async with opened.transaction() as tx:
        assert await store.append(tx, [an_entry(1)]) == 1
    with pytest.raises(Exception, match="permission denied"):
        await _claim(opened)
    await opened.close()


async def _claim(database: Database) -> None:
    async with database.transaction() as tx:
        await store.claim(tx, 1)


async def test_an_older_state_never_replaces_a_newer_one(database: Database) -> None:
    def last(number: int) -> Last:
        said = a_signal(number, SignalKind.READING)
        return Last("gb26875:1/1", said.received_at, said.kind, "temperature", float(number), "℃")

    async with database.transaction() as tx:
        await store.upsert_last(tx, [last(5)])
        await store.upsert_last(tx, [last(3)])
        assert await store.last_of(tx, ["gb26875:1/1", "unknown"]) == {"gb26875:1/1": last(5)}

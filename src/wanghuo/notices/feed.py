"""The judge and the caller at work: entries out of the inbox, notices into their channels.

The judge is one at a time (a lease), the caller may run anywhere: it claims what is due. Both are
woken by NOTIFY and look by themselves at least once a second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain
from typing import Any, Final

import msgspec
import structlog

from wanghuo.alarms import store as alarms
from wanghuo.alarms.policy import Policy
from wanghuo.clock import Clock
from wanghuo.engines import lease, outbox, telemetry
from wanghuo.engines.listen import Listener
from wanghuo.engines.postgres import DOWN, Database, SqlError, Transaction
from wanghuo.errors import Refused
from wanghuo.facts.entry import Entry, SignalEntry, decode, encode
from wanghuo.facts.fact import Fact, Topic
from wanghuo.identity import derived
from wanghuo.notices import rows, store
from wanghuo.notices.asked import Help
from wanghuo.notices.concerned import concerned
from wanghuo.notices.judge import judge
from wanghuo.notices.model import Channel, Handed, NoticeState, PartyRole, SendFailed, Sent
from wanghuo.notices.scene import Changes
from wanghuo.notices.store import Claimant, Outcome
from wanghuo.signals import store as signals

JUDGE: Final = "judge"  # the lease's name
BATCH: Final = 64
HELP_AGE_S: Final = 30.0  # stations and their contacts are read again after this
IDLE_WAIT_S: Final = 1.0
RETRY_PAUSE_S: Final = 0.3
# deadlocks, no room, locks held, cancelled, the system's own faults (PostgreSQL, appendix A)
PASSING_SQL_STATES: Final = ("08", "25", "40", "53", "55", "57", "58", "XX")

CLAIM_S: Final = 15.0  # of a dead caller's notices; a living one renews its claims
RENEW_S: Final = 2.0  # and so long rings a telephone of a party that acknowledged elsewhere
CALLS_AT_ONCE: Final = 32
ATTEMPTS_MAX: Final = 5
BACKOFF_S: Final = 1.0

_log = structlog.get_logger("notices")

# (tx, entry, reason): keeps an entry that the rules could not judge, whole, for a person.
SetAside = Callable[[Transaction, Entry, str], Awaitable[object]]


class Judge:
    """Judges the inbox in order. owner: unique to this process's life; "" takes no lease."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        clock: Clock,
        *,
        owner: str = "",
        set_aside: SetAside | None = None,
    ) -> None:
        self._database = database
        self._policy = policy
        self._clock = clock
        self._owner = owner
        self._set_aside = set_aside
        self._help: Help | None = None
        self._one_by_one = 0

    async def run(self) -> None:
        """Judge for ever while this process owns the lease; end it by cancelling."""
        if not self._owner:
            await self._work()
            return
        await lease.Lease(self._database, self._clock, JUDGE, self._owner).keep(self._work)

    async def _work(self) -> None:
        async with (
            Listener(self._database.dsn, ("inbox",), self._clock) as listener,
            asyncio.TaskGroup() as beside,
        ):
            beside.create_task(self._keep_help())
            while True:
                try:
                    ticket = listener.ticket("inbox")
                    if (1 if self._one_by_one else BATCH) > await self.judge_once():  # no more
                        await listener.wait("inbox", ticket, IDLE_WAIT_S)
                except (*DOWN, SqlError, Refused) as error:
                    _log.info("judge_waits", why=repr(error))
                    await self._clock.sleep(RETRY_PAUSE_S)

    async def judge_once(self, limit: int = BATCH) -> int:
        """Judge the oldest entries in one transaction; how many there were.

        An entry that breaks a rule or does not fit the tables is found by judging one by one, and
        is set aside. Errors of the database that pass go up: the entries stay in the inbox.
        """
        if self._one_by_one:
            self._one_by_one -= 1
            limit = 1
        try:
            return await self._judge(limit)
        except Exception as error:
            if _passes(error):
                raise
            if limit > 1:
                _log.exception("batch_not_judged")
                self._one_by_one = limit
                return limit
            _log.exception("entry_not_judged")
            return await self._put_aside()

    async def _judge(self, limit: int) -> int:
        async with self._database.transaction() as tx:
            if self._owner:
                await lease.hold(tx, JUDGE, self._owner)
            logged = await signals.claim(tx, limit)
            if not logged:
                return 0
            entries = [one.entry for one in logged]
            keys = concerned(entries, self._policy)
            scene = await store.load_scene(tx, keys, await self._known_help(tx), self._policy)
            changes = Changes()
            for entry in entries:
                changes.add(judge(scene, entry, self._policy))
            last = logged[-1]
            facts = rows.incident_facts(scene, changes, last.entry.at, last.entry.id)
            await store.save_changes(tx, changes, facts, logged)
        self._observe(entries)
        return len(logged)

    async def _keep_help(self) -> None:
        """Read stations and contacts again and again, so that no fire waits for it."""
        while True:
            await self._clock.sleep(HELP_AGE_S)
            try:
                async with self._database.connection() as connection:
                    self._help = await store.load_help(connection)
            except (*DOWN, SqlError) as error:
                _log.info("help_waits", why=repr(error))

    async def _known_help(self, tx: Transaction) -> Help:
        """Stations and contacts, read now if they never were."""
        if self._help is None:
            self._help = await store.load_help(tx)
        return self._help

    def _observe(self, entries: Sequence[Entry]) -> None:
        now = self._clock.now_utc()
        for entry in entries:
            if isinstance(entry.body, SignalEntry):
                telemetry.FIRE_TO_INCIDENT_S.observe(max(0.0, (now - entry.at).total_seconds()))

    async def _put_aside(self) -> int:
        """Keep one entry that the rules cannot judge, show it on the desk, and go on."""
        async with self._database.transaction() as tx:
            logged = await signals.claim(tx, 1)
            for one in logged:
                if self._set_aside is not None:
                    await self._set_aside(tx, one.entry, "not_judged")
                body = {"entry_id": one.entry.id, "reason": "not_judged"}
                fact_id = derived("fact", Topic.UNJUDGED_FIRE, one.entry.id)
                fact = Fact(fact_id, Topic.UNJUDGED_FIRE, one.entry.at, "", body)
                await store.save_changes(tx, Changes(), [fact], logged)
        return len(logged)


def _passes(error: Exception) -> bool:
    """Whether the same entries may well be judged a moment later."""
    state = str(getattr(error, "sqlstate", "") or "")
    return isinstance(error, (*DOWN, Refused)) or state.startswith(PASSING_SQL_STATES)


class Caller:
    """Carries due notices through their channels, each channel for itself.

    calls_at_once: of each channel. woken_by: where it is told that something was planned for them.
    A call may take longer than a claim lasts: claims are renewed while it goes on, and it is broken
    off when its notice was answered or stopped meanwhile.
    """

    def __init__(  # noqa: PLR0913 — the engines, the channels, and how they are held
        self,
        database: Database,
        channels: Sequence[Channel],
        clock: Clock,
        *,
        owner: str,
        calls_at_once: int = CALLS_AT_ONCE,
        woken_by: str = store.NOTICES_CHANNEL,
    ) -> None:
        self._database = database
        self._channels = {channel.name: channel for channel in channels}
        self._calls_at_once = calls_at_once
        self._woken_by = woken_by
        self._sending: dict[str, asyncio.Future[Sent]] = {}
        self._clock = clock
        self._who = Claimant(owner, timedelta(seconds=CLAIM_S))
        self._ended: list[tuple[Handed, Outcome]] = []
        self._recording = asyncio.Lock()

    async def run(self) -> None:
        """Call for ever; end it by cancelling.

        All channels are claimed for at once, each as far as it has room: one that is full or dead
        delays no other. What was claimed is sent at once and recorded as it ends.
        """
        under_way: dict[str, set[asyncio.Task[None]]] = {name: set() for name in self._channels}
        dsn, wakes, owner = self._database.dsn, (self._woken_by,), self._who.owner
        async with Listener(dsn, wakes, self._clock, present=owner) as listener:
            renewing = asyncio.create_task(self._renew_claims())
            try:
                while True:
                    ticket = listener.ticket(self._woken_by)
                    full = await self._claim_and_send(under_way)
                    heard = listener.wait(self._woken_by, ticket, IDLE_WAIT_S)
                    await _first_of(heard, full)
            finally:
                for task in (renewing, *chain.from_iterable(under_way.values())):
                    task.cancel()

    async def _claim_and_send(
        self, under_way: dict[str, set[asyncio.Task[None]]]
    ) -> set[asyncio.Task[None]]:
        """Send what is due; the calls of channels that have no more room: when one ends, go on."""
        rooms = {}
        for name, tasks in under_way.items():
            tasks -= {task for task in tasks if task.done()}
            if len(tasks) < self._calls_at_once:
                rooms[name] = self._calls_at_once - len(tasks)
        for notice in await self._claim(rooms):
            call = asyncio.create_task(self._carry(self._channels[notice.channel], notice))
            under_way[notice.channel].add(call)
        return {
            call
            for calls in under_way.values()
            if len(calls) >= self._calls_at_once
            for call in calls
        }

    async def _renew_claims(self) -> None:
        """Keep what is being sent; break off what need not be said any more."""
        while True:
            await self._clock.sleep(RENEW_S)
            if not self._sending:
                continue
            try:
                async with self._database.connection() as connection:
                    now = self._clock.now_utc()
                    stopped = await store.renew(connection, list(self._sending), self._who, now)
            except (*DOWN, SqlError) as error:
                _log.info("claims_wait", why=repr(error))
                continue
            for notice_id in stopped & self._sending.keys():
                self._sending[notice_id].cancel()

    async def _claim(self, rooms: Mapping[str, int]) -> list[Handed]:
        try:
            return await self.claim(rooms)
        except DOWN as error:
            _log.info("caller_waits", why=repr(error))
            await self._clock.sleep(RETRY_PAUSE_S)
            return []

    async def claim(self, rooms: Mapping[str, int]) -> list[Handed]:
        """Take due notices, so many of each channel; committed before anything is sent."""
        async with self._database.connection() as connection:
            return await store.claim(connection, rooms, self._who, self._clock.now_utc())

    async def call_once(self, channel: str) -> int:
        """Claim, send and record what is due in a channel now; how many."""
        claimed = await self.claim({channel: self._calls_at_once})
        await asyncio.gather(*(self._carry(self._channels[channel], n) for n in claimed))
        return len(claimed)

    async def _carry(self, channel: Channel, notice: Handed) -> None:
        """Send one claimed notice and record what became of it.

        What ended meanwhile is recorded with it: one commit for all.
        """
        outcome = await self._send(channel, notice)
        self._ended.append((notice, outcome))  # not in one line: the list may be another by now
        async with self._recording:
            ended, self._ended = self._ended, []
            while ended:
                try:
                    await self._record(ended)
                except DOWN as error:
                    _log.info("outcome_waits", why=repr(error))
                    await self._clock.sleep(RETRY_PAUSE_S)
                else:
                    return

    async def _send(self, channel: Channel, notice: Handed) -> Outcome:
        sending = self._sending[notice.id] = asyncio.ensure_future(channel.send(notice))
        try:
            await asyncio.wait({sending})
            if sending.cancelled():
                return Outcome(notice.id, NoticeState.STOPPED, "stopped")
            sent = sending.result()
        except SendFailed as error:
            return self._failed(notice, error)
        except Exception as error:  # noqa: BLE001 - nor one broken channel the others
            _log.exception("channel_broke", channel=channel.name, notice=notice.id)
            return self._failed(notice, SendFailed(repr(error)[:200], unknown=True))
        finally:
            sending.cancel()
            del self._sending[notice.id]
        now = self._clock.now_utc()
        took_s = max(0.0, (now - notice.planned_at).total_seconds())
        telemetry.FIRE_TO_NOTICE_S.labels(channel=channel.name).observe(took_s)
        return Outcome(notice.id, sent.state, sent.outcome, sent_at=now)

    def _failed(self, notice: Handed, failed: SendFailed) -> Outcome:
        """Try again later, or give up after the last try."""
        why, unknown = failed.outcome, failed.unknown
        if failed.final or (not failed.lasting and notice.attempts >= ATTEMPTS_MAX):
            return Outcome(notice.id, NoticeState.FAILED, why, unknown=unknown)
        doublings = min(notice.attempts, ATTEMPTS_MAX) - 1
        due_at = self._clock.now_utc() + timedelta(seconds=BACKOFF_S * 2.0**doublings)
        due_at = max(due_at, failed.not_before or due_at)
        return Outcome(notice.id, NoticeState.PLANNED, why, due_at=due_at, unknown=unknown)

    async def _record(self, ended: Sequence[tuple[Handed, Outcome]]) -> None:
        async with self._database.transaction() as tx:
            outcomes = [outcome for _, outcome in ended]
            states = await store.record(tx, self._who.owner, outcomes)
            now = self._clock.now_utc()
            facts: list[Fact] = []
            for notice, outcome in ended:
                if notice.id in states:
                    facts += _facts(notice, outcome, states[notice.id], now)
            await outbox.put(tx, facts)
        for notice, outcome in ended:
            if notice.id in states:
                state = outcome.state.value
                telemetry.NOTICES.labels(channel=notice.channel, outcome=state).inc()


async def _first_of(heard: Coroutine[Any, Any, bool], calls: set[asyncio.Task[None]]) -> None:
    """Return when something was heard or one of the calls has ended."""
    if not calls:
        await heard
        return
    hearing = asyncio.ensure_future(heard)
    try:
        await asyncio.wait({hearing, *calls}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hearing.cancel()


def _facts(notice: Handed, outcome: Outcome, state: str, now: datetime) -> list[Fact]:
    """What pages hear of an ended call; the synthetic fire's own measure with its first one."""
    facts = [rows.notice_fact(notice, state, outcome.outcome, now)]
    at_desk = notice.test and notice.role == PartyRole.OPERATOR_DESK
    if at_desk and outcome.sent_at is not None and notice.attempts == 1:
        facts.append(rows.canary_fact(notice, outcome.sent_at))
        took_s = (outcome.sent_at - notice.opened_at).total_seconds()
        telemetry.CANARY_S.observe(max(0.0, took_s))
    return facts


async def replay(source: Database, target: Database, policy: Policy, clock: Clock) -> int:
    """Judge the source's fire log again, in its order of judging, in the target; how many entries.

    The target holds a copy of the source's registers and nothing else.
    """
    judging, done = Judge(target, policy, clock), 0
    while True:
        async with source.transaction() as tx:
            log = await alarms.judged_log(tx, done, BATCH)
        if not log:
            return done
        async with target.transaction() as tx:
            await signals.append(tx, [decode(packed) for _, packed in log])
        while await judging.judge_once():
            pass
        done = log[-1][0]


async def digest(database: Database) -> str:
    """SHA-256 over incidents, ledgers, timelines and parties: equal after a replay."""
    sum_ = sha256()
    encoder = msgspec.json.Encoder(order="sorted")
    async with database.transaction() as tx:
        for table in await store.digest_rows(tx):
            for row in table:
                sum_.update(encoder.encode(row) + b"\n")
    return sum_.hexdigest()


def packed_entry(entry: Entry) -> tuple[bytes, datetime]:
    """An entry as quarantine keeps it: its bytes and when it came."""
    return encode(entry), entry.at

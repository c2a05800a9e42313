"""The tables of notices: parties and notices.

The judge's side writes plans and answers; the caller's side writes what became of a sending.
Neither overwrites the other's columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import msgspec

from wanghuo.alarms import store as alarms
from wanghuo.alarms.model import UNREGISTERED_MARK
from wanghuo.alarms.policy import Policy
from wanghuo.engines import outbox, timers, together
from wanghuo.engines.postgres import Row, Transaction
from wanghuo.engines.together import Part
from wanghuo.facts.fact import Fact
from wanghuo.incidents import store as incidents
from wanghuo.incidents.model import Tail
from wanghuo.notices import loaded_rows, queries
from wanghuo.notices.asked import Contacts, Help
from wanghuo.notices.concerned import Concerned
from wanghuo.notices.loaded_rows import Loaded
from wanghuo.notices.model import Handed, Notice, NoticeState, Party, Position, Told
from wanghuo.notices.nearest import Stations
from wanghuo.notices.scene import Changes, Scene
from wanghuo.place import METRES_PER_DEGREE
from wanghuo.premises import store as premises
from wanghuo.premises.model import Contact
from wanghuo.signals import store as signals
from wanghuo.signals.store import Logged

if TYPE_CHECKING:
    from wanghuo.premises.duty import Shift

# Whom a planned notice wakes: the caller, and the process that telephones only if there is a call,
# so that it does not ask the database for nothing while the first notices go out.
NOTICES_CHANNEL: Final = "notices"
CALLS_CHANNEL: Final = "calls"
TELEPHONED: Final = "voice"


def saving_parties(parties: Iterable[Party]) -> Part:
    """New and changed parties."""
    return Part(queries.SAVE_PARTIES, [msgspec.structs.astuple(party) for party in parties])


def saving_positions(positions: Iterable[Position]) -> Part:
    """Where crews were seen last."""
    return Part(
        queries.SAVE_POSITIONS, [msgspec.structs.astuple(position) for position in positions]
    )


def planning_notices(notices: Iterable[Notice]) -> Part:
    """New notices."""
    return Part(
        queries.PLAN,
        [
            (
                *msgspec.structs.astuple(notice)[:_PLAIN_FIELDS],
                notice.answer,
                judged_state(notice).value,
            )
            for notice in notices
        ],
    )


_PLAIN_FIELDS: Final = Notice.__struct_fields__.index("answer")


def saving_answers(notices: Iterable[Notice]) -> Part:
    """Answers, acknowledgements and stops of notices that are planned already."""
    rows = [
        (n.id, judged_state(n).value, n.answered_at, n.acknowledged_at, n.answer) for n in notices
    ]
    return Part(queries.ANSWER, rows)


def judged_state(notice: Notice) -> NoticeState:
    """The state of a notice as far as the judge knows."""
    if notice.acknowledged_at:
        return NoticeState.ACKNOWLEDGED
    if notice.answered_at:
        return NoticeState.ANSWERED
    if notice.answer:
        return NoticeState.DELIVERED
    return NoticeState.STOPPED if notice.stopped else NoticeState.PLANNED


class Claimant(msgspec.Struct, frozen=True):
    """Who claims notices and for how long. owner: unique to a process's life."""

    owner: str
    lease: timedelta


async def claim(
    tx: Transaction, rooms: Mapping[str, int], who: Claimant, now: datetime
) -> list[Handed]:
    """Take due notices; those whose claim ran out come back as repeats.

    rooms: how many of each channel at most. One statement: it may commit by itself.
    """
    channels, sizes = list(rooms), list(rooms.values())
    rows = await tx.fetch(queries.CLAIM, channels, sizes, now, who.owner, now + who.lease)
    return msgspec.convert([dict(row.items()) for row in rows], list[Handed])


async def renew(tx: Transaction, ids: Sequence[str], who: Claimant, now: datetime) -> set[str]:
    """Hold these claims longer; those of them that need not be sent any more (stopped)."""
    rows = await tx.fetch(queries.RENEW, ids, who.owner, now + who.lease)
    return {row["id"] for row in rows if row["state"] == NoticeState.STOPPED}


async def is_wanted(tx: Transaction, notice_id: str) -> bool:
    """Whether a claimed notice is still to be sent: nobody of its party has answered.

    An answer that waits to be judged counts. What is no notice, such as a call test, is wanted.
    """
    return bool(await tx.fetchval(queries.IS_WANTED, notice_id))


async def claimants(tx: Transaction) -> list[str]:
    """Who has claimed what is being sent."""
    return [row["claimed_by"] for row in await tx.fetch(queries.CLAIMANTS)]


async def free(tx: Transaction, owners: Sequence[str], now: datetime) -> int:
    """Let go what these owners had claimed; how many. It is sent again as a repeat."""
    return int(await tx.fetchval(queries.FREE, owners, now))


class Outcome(msgspec.Struct, frozen=True):
    """What became of one try. due_at: when to try again, None: not again. unknown: may be out."""

    notice_id: str
    state: NoticeState
    outcome: str
    sent_at: datetime | None = None
    due_at: datetime | None = None
    unknown: bool = False


async def record(tx: Transaction, owner: str, outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Write the outcomes of claims; each notice's state, without those whose claim is another's."""
    rows = await tx.fetch(
        queries.RECORD, owner, *map(list, zip(*map(msgspec.structs.astuple, outcomes), strict=True))
    )
    return {row["id"]: row["state"] for row in rows}


class Heard(msgspec.Struct, frozen=True):
    """What a provider said of a notice. again_at: when it is tried again if it did not arrive."""

    notice_id: str
    delivered: bool
    outcome: str
    again_at: datetime | None = None


async def hear_receipts(tx: Transaction, heard: Sequence[Heard], now: datetime) -> list[Told]:
    """Write receipts onto their notices; those that they changed, as they are now."""
    columns = [list(c) for c in zip(*map(msgspec.structs.astuple, heard), strict=True)]
    found = await tx.fetch(queries.HEAR, *(columns or [[]] * 4), now) if heard else []
    return msgspec.convert([dict(row.items()) for row in found], list[Told])


async def held_still(tx: Transaction, ids: Sequence[str]) -> set[str]:
    """Hold these notices until the transaction ends; those of them that are being sent.

    What their sending comes to is recorded after it. Without the hold a notice could be recorded
    between a look at its state and the receipt that is written onto it, and the receipt be lost.
    """
    found = await tx.fetch(queries.HOLD, sorted(set(ids)))
    return {row["id"] for row in found if row["state"] == NoticeState.SENDING}


async def incident_of_notice(tx: Transaction, notice_id: str) -> str | None:
    """The number of the incident that a notice speaks of; None if there is no such notice."""
    number: str | None = await tx.fetchval(
        "SELECT number FROM notices.notice WHERE id = $1", notice_id
    )
    return number


async def call_tests(
    tx: Transaction, month: str, town: str, after: str, size: int
) -> list[dict[str, Any]]:
    """A page of contacts with what their test of a month came to, by contact id."""
    rows = await tx.fetch(queries.CALL_TESTS, month, town, after, size)
    return [dict(row.items()) for row in rows]


async def call_tests_due(
    tx: Transaction, month: str, owners: Sequence[str], most: int
) -> list[str]:
    """Contacts that are to be called this month and were not yet."""
    return [row["id"] for row in await tx.fetch(queries.CALL_TESTS_DUE, month, owners, most)]


async def is_busy(tx: Transaction, owner_id: str) -> bool:
    """Whether an owner is a party of an open incident at F2 or above."""
    return bool(await tx.fetchval(queries.BUSY_OWNER, owner_id))


async def never_answered(
    tx: Transaction, months: Sequence[str], before: datetime, since: datetime
) -> list[str]:
    """Contacts called in each of these months who never answered; the last call from `since` on."""
    rows = await tx.fetch(queries.NEVER_ANSWERED, list(months), before, since)
    return [row["contact_id"] for row in rows]


async def position_of(tx: Transaction, station_id: str) -> Position | None:
    """Where a station's crew was seen last."""
    row = await tx.fetchrow(queries.POSITION, station_id)
    return Position(*row.values()) if row else None


async def recipient_of(tx: Transaction, notice_id: str) -> Row | None:
    """contact_id, party_id, town_code of a notice; None if there is no such notice."""
    return await tx.fetchrow(
        "SELECT contact_id, party_id, town_code FROM notices.notice WHERE id = $1", notice_id
    )


async def notice_of_119(tx: Transaction, number: str, notice_id: str) -> str | None:
    """The notice of an incident that went to 119: this one, or the first; None if there is none."""
    found: str | None = await tx.fetchval(queries.NOTICE_OF_119, number, notice_id)
    return found


async def digest_rows(tx: Transaction) -> list[list[tuple[object, ...]]]:
    """The rows that a replay must make again: incidents, ledgers, timelines, parties."""
    return [[tuple(row.values()) for row in await tx.fetch(q)] for q in queries.DIGESTED]


NARROWEST_DEGREE: Final = 0.5  # a degree of longitude is at least half one of latitude


async def load_help(tx: Transaction) -> Help:
    """Every station and every contact but the units' own."""
    raw = loaded_rows.help_.decode(await tx.fetchval(queries.HELP))
    names = {town.code: town.name for town in raw.towns}
    seats = {town.code: (town.lon, town.lat) for town in raw.towns}
    rosters: dict[str, list[Shift]] = {}
    for shift in sorted(raw.rosters, key=lambda s: s.id):
        rosters.setdefault(shift.station_id, []).append(shift)
    return Help(Stations(raw.stations), _by_owner(raw.contacts), names, seats, rosters)


def _by_owner(contacts: Iterable[Contact]) -> Contacts:
    def owner(contact: Contact) -> tuple[str, str]:
        return contact.owner_kind, contact.owner_id

    ordered = sorted(contacts, key=lambda c: (*owner(c), c.sequence, c.id))
    return {key: tuple(group) for key, group in groupby(ordered, owner)}


async def load_scene(tx: Transaction, concerned: Concerned, help_: Help, policy: Policy) -> Scene:
    """Everything about the places and incidents that these entries concern."""
    raw = await tx.fetchval(
        queries.NAMED,
        concerned.origins,
        concerned.senders,
        concerned.notice_ids,
        concerned.numbers,
        concerned.shelf_ids,
        concerned.incident_ids,
        concerned.contact_ids,
    )
    named = loaded_rows.named.decode(raw)
    place_ids = {p.place_id for p in named.points} | {s.place_id for s in named.senders}
    keys = {s.place_id for s in named.shelves}
    place_ids |= {key for key in keys if key[:1] != UNREGISTERED_MARK} | set(concerned.place_ids)
    senders = {key[1:] for key in keys if key[:1] == UNREGISTERED_MARK} | set(concerned.senders)
    origins = set(concerned.origins) | {s.origin for s in named.shelves}
    north = policy.thresholds.near_m / METRES_PER_DEGREE
    raw = await tx.fetchval(
        queries.SCENE,
        sorted(place_ids - {""}),
        named.incident_ids,
        sorted(senders),
        sorted(origins - {""}),
        concerned.days,
        concerned.first_at - timedelta(seconds=policy.windows.look_back_s),
        concerned.first_at - timedelta(days=policy.history.days),
        north,
        north / NARROWEST_DEGREE,
        concerned.first_at - timedelta(seconds=policy.travelling.position_said_s),
        concerned.station_ids,
        concerned.first_at - timedelta(seconds=policy.crews.forgotten_after_s),
    )
    loaded = loaded_rows.loaded.decode(raw)
    scene = _furnished(loaded, help_)
    scene.points = {point.origin: point for point in (*loaded.held, *named.points)}
    scene.senders = {s.sender: (s.place_id, s.town_code) for s in named.senders}
    scene.load(shelves=named.shelves)
    scene.call_tests = {test.id: test for test in named.call_tests}
    scene.asked_contacts = {contact.id: contact for contact in named.asked_contacts}
    return scene


def _furnished(loaded: Loaded, help_: Help) -> Scene:
    contacts = {**help_.contacts, **_by_owner(loaded.contacts)}
    scene = Scene(msgspec.structs.replace(help_, contacts=contacts))
    scene.sites = {site.id: site for site in loaded.sites}
    scene.nuisances = {n.place_id: tuple(n.times) for n in loaded.nuisances}
    scene.counters = {(c.day, c.town_short): c.used for c in loaded.counters}
    scene.tails = {t.incident_id: Tail(t.line, t.digest) for t in loaded.tails}
    for line in loaded.evidence:
        scene.ledgers.setdefault(line.incident_id, []).append(line)
    scene.load(
        alarms=loaded.alarms,
        shelves=loaded.shelves,
        incidents=loaded.incidents,
        parties=loaded.parties,
        notices=loaded.notices,
        runaways=loaded.runaways,
        away=loaded.away,
        positions=loaded.positions,
    )
    return scene


async def save_changes(
    tx: Transaction, changes: Changes, facts: Sequence[Fact], logged: Sequence[Logged]
) -> None:
    """Write what judging `logged` changed and the facts of it: every table in one statement."""
    waits = [
        timers.Timer(w.id, w.kind, w.subject, w.due_at, w.note)
        for w in changes.waits.values()
        if w.id not in changes.cancelled
    ]
    gone = [timer_id for timer_id in changes.cancelled if timer_id not in changes.waits]
    parts = (
        signals.counting_fires(logged),
        alarms.saving_judged([one.seq for one in logged]),
        alarms.saving_alarms(changes.alarms.values()),
        alarms.saving_shelves(changes.shelves.values()),
        alarms.saving_runaways(changes.runaways.values()),
        incidents.saving_incidents(changes.incidents.values()),
        incidents.saving_evidence(changes.evidence),
        incidents.saving_timeline(changes.moments),
        incidents.saving_counters(changes.counters),
        saving_parties(changes.parties.values()),
        saving_positions(changes.positions.values()),
        Part(queries.SAVE_CALL_TESTS, [*map(msgspec.structs.astuple, changes.call_tests.values())]),
        premises.verifying(t.contact_id for t in changes.call_tests.values() if t.answered_at),
        planning_notices(changes.planned.values()),
        saving_answers(changes.notices.values()),
        timers.putting(waits),
        timers.cancelling(gone),
        outbox.putting(facts),
    )
    wakes = [alarms.JUDGED_CHANNEL]
    wakes += [NOTICES_CHANNEL] * bool(changes.planned)
    wakes += [CALLS_CHANNEL] * any(n.channel == TELEPHONED for n in changes.planned.values())
    wakes += [timers.CHANNEL] * bool(waits)
    wakes += [outbox.CHANNEL] * bool(facts)
    await together.run(tx, parts, wakes=wakes)

"""The tables of notices: parties and notices.

The judge's side writes plans and answers; the caller's side writes what became of a sending.
Neither overwrites the other's columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

import msgspec

from wanghuo.alarms import store as alarms
from wanghuo.alarms.model import UNREGISTERED_MARK, Alarm, Evidence, Point, Shelf, Site
from wanghuo.alarms.policy import Policy
from wanghuo.alarms.runaway import Runaway
from wanghuo.engines import outbox, timers, together
from wanghuo.engines.postgres import Transaction
from wanghuo.engines.together import Part
from wanghuo.facts.fact import Fact
from wanghuo.incidents import store as incidents
from wanghuo.incidents.model import Incident, Tail
from wanghuo.notices import queries
from wanghuo.notices.concerned import Concerned
from wanghuo.notices.model import Handed, Notice, NoticeState, Party
from wanghuo.notices.nearest import Stations
from wanghuo.notices.plan import Contacts, Help
from wanghuo.notices.scene import Changes, Scene
from wanghuo.place import METRES_PER_DEGREE
from wanghuo.premises.model import Contact, Station, Town
from wanghuo.signals import store as signals
from wanghuo.signals.store import Logged

NOTICES_CHANNEL: Final = "notices"

_SAVE_PARTIES = """
INSERT INTO notices.party (id, incident_id, number, town_code, role, owner_id, name, at_level,
    reason, shortfall, state, planned_at, acknowledged_at, answer, distance_m, sequence)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::int2[], $9::jsonb[], $10::jsonb[], $11::text[], $12::timestamptz[],
    $13::timestamptz[], $14::text[], $15::int[], $16::bigint[])
ON CONFLICT (id) DO UPDATE SET
    state = excluded.state, acknowledged_at = excluded.acknowledged_at, answer = excluded.answer,
    shortfall = excluded.shortfall, sequence = excluded.sequence
"""
_PLAN = """
INSERT INTO notices.notice (id, party_id, incident_id, number, town_code, role, contact_id,
    recipient, address, channel, purpose, round, message, planned_at, due_at, answered_at,
    acknowledged_at, outcome, state)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::int[], $13::jsonb[],
    $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[], $18::text[],
    $19::text[])
"""
# A late `delivered` moves nothing that has gone further; a stop moves nothing that is over.
_ANSWER = """
UPDATE notices.notice n SET
    state = CASE
        WHEN a.state = 'delivered' AND n.state NOT IN ('planned', 'sending', 'sent') THEN n.state
        WHEN a.state = 'stopped' AND n.state IN ('failed', 'answered', 'acknowledged') THEN n.state
        ELSE a.state END,
    answered_at = a.answered_at, acknowledged_at = a.acknowledged_at,
    outcome = CASE WHEN a.answer = '' THEN n.outcome ELSE a.answer END
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[])
    AS a (id, state, answered_at, acknowledged_at, answer)
WHERE n.id = a.id
"""
_RENEW = """
UPDATE notices.notice SET claimed_until = $3 WHERE id = ANY ($1::text[]) AND claimed_by = $2
RETURNING id, state
"""
# Only the claimer may say what became of its claim; an answer that came first stays.
_RECORD = """
UPDATE notices.notice n SET
    state = CASE WHEN n.state = 'sending' THEN o.state ELSE n.state END,
    sent_at = coalesce(n.sent_at, o.sent_at),
    outcome = CASE WHEN n.state = 'sending' THEN o.outcome ELSE n.outcome END,
    due_at = coalesce(o.due_at, n.due_at),
    repeat_of_unknown = n.repeat_of_unknown OR o.unknown,
    claimed_by = '', claimed_until = NULL
FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bool[])
    AS o (id, state, outcome, sent_at, due_at, unknown)
WHERE n.id = o.id AND n.claimed_by = $1
RETURNING n.id, n.state
"""
_NOTICE_OF_119 = """
SELECT n.id FROM incidents.incident i JOIN notices.notice n ON n.incident_id = i.id
WHERE i.number = $1 AND n.role = 'cad_119' AND ($2 = '' OR n.id = $2)
ORDER BY n.planned_at, n.id LIMIT 1
"""


def saving_parties(parties: Iterable[Party]) -> Part:
    """New and changed parties."""
    return Part(_SAVE_PARTIES, [msgspec.structs.astuple(party) for party in parties])


def planning_notices(notices: Iterable[Notice]) -> Part:
    """New notices."""
    return Part(
        _PLAN,
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
    return Part(_ANSWER, rows)


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
    rows = await tx.fetch(_RENEW, ids, who.owner, now + who.lease)
    return {row["id"] for row in rows if row["state"] == NoticeState.STOPPED}


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
        _RECORD, owner, *map(list, zip(*map(msgspec.structs.astuple, outcomes), strict=True))
    )
    return {row["id"]: row["state"] for row in rows}


async def incident_of_notice(tx: Transaction, notice_id: str) -> str | None:
    """The number of the incident that a notice speaks of; None if there is no such notice."""
    number: str | None = await tx.fetchval(
        "SELECT number FROM notices.notice WHERE id = $1", notice_id
    )
    return number


async def notice_of_119(tx: Transaction, number: str, notice_id: str) -> str | None:
    """The notice of an incident that went to 119: this one, or the first; None if there is none."""
    found: str | None = await tx.fetchval(_NOTICE_OF_119, number, notice_id)
    return found


async def digest_rows(tx: Transaction) -> list[list[tuple[object, ...]]]:
    """The rows that a replay must make again: incidents, ledgers, timelines, parties."""
    return [[tuple(row.values()) for row in await tx.fetch(q)] for q in queries.DIGESTED]


class _Sender(msgspec.Struct):
    sender: str
    place_id: str
    town_code: str


class _Named(msgspec.Struct):
    points: list[Point]
    senders: list[_Sender]
    incident_ids: list[str]
    shelves: list[Shelf]


class _Line(Evidence, frozen=True, kw_only=True):
    incident_id: str
    line: int


class _Tail(msgspec.Struct):
    incident_id: str
    line: int
    digest: str


class _Nuisances(msgspec.Struct):
    place_id: str
    times: list[datetime]


class _Counter(msgspec.Struct):
    day: date
    town_short: str
    used: int


class _Loaded(msgspec.Struct):
    sites: list[Site]
    incidents: list[Incident]
    evidence: list[_Line]
    tails: list[_Tail]
    parties: list[Party]
    notices: list[Notice]
    alarms: list[Alarm]
    held: list[Point]
    shelves: list[Shelf]
    contacts: list[Contact]
    nuisances: list[_Nuisances]
    counters: list[_Counter]
    runaways: list[Runaway]


class _Help(msgspec.Struct):
    stations: list[Station]
    towns: list[Town]
    contacts: list[Contact]


_named = msgspec.json.Decoder(_Named)
_loaded = msgspec.json.Decoder(_Loaded)
_help = msgspec.json.Decoder(_Help)
NARROWEST_DEGREE: Final = 0.5  # a degree of longitude is at least half one of latitude


async def load_help(tx: Transaction) -> Help:
    """Every station and every contact but the units' own."""
    raw = _help.decode(await tx.fetchval(queries.HELP))
    names = {town.code: town.name for town in raw.towns}
    return Help(Stations(raw.stations), _by_owner(raw.contacts), names)


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
    )
    named = _named.decode(raw)
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
    )
    loaded = _loaded.decode(raw)
    scene = _furnished(loaded, help_)
    scene.points = {point.origin: point for point in (*loaded.held, *named.points)}
    scene.senders = {s.sender: (s.place_id, s.town_code) for s in named.senders}
    scene.load(shelves=named.shelves)
    return scene


def _furnished(loaded: _Loaded, help_: Help) -> Scene:
    contacts = {**help_.contacts, **_by_owner(loaded.contacts)}
    scene = Scene(Help(help_.stations, contacts, help_.town_names))
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
        planning_notices(changes.planned.values()),
        saving_answers(changes.notices.values()),
        timers.putting(waits),
        timers.cancelling(gone),
        outbox.putting(facts),
    )
    wakes = [alarms.JUDGED_CHANNEL]
    wakes += [NOTICES_CHANNEL] * bool(changes.planned)
    wakes += [timers.CHANNEL] * bool(waits)
    wakes += [outbox.CHANNEL] * bool(facts)
    await together.run(tx, parts, wakes=wakes)

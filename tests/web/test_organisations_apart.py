"""What belongs to one organisation never leaves by any door for somebody of another one."""

import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.web.makers import HERE, NOON, THERE, Site, open_site, routers_of_the_product
from tests.web.test_towns_apart import MARKS, ROWS, fill, readings
from wanghuo.access import store
from wanghuo.access.model import Person
from wanghuo.engines.postgres import Database, Transaction
from wanghuo.engines.stream import Stream
from wanghuo.principal import ORGANISATION_KINDS, Principal, Role

OTHERS = "别家标记"  # of the same town, of another organisation
TRIPLES = 1000
TOWNS = tuple(f"33028220{n}" for n in range(4))
UNITS_A_TOWN = 3
TABLES = {"place": "premises.place", "device": "devices.device", "incident": "incidents.incident"}
PATHS = {
    "place": "/api/v1/places/place%s",
    "device": "/api/v1/devices/device%s",
    "incident": "/api/v1/incidents/number%s",
}
PARTY = """
INSERT INTO notices.party (id, incident_id, number, town_code, role, owner_id, name, at_level,
    reason, planned_at, state) VALUES ($1, $2, $3, $4, $5, $6, $5, 1,
    '{"key": "x", "params": {}}', now(), 'told')
"""


async def told(tx: Transaction, tag: str, town: str, role: str, owner: str) -> None:
    """Somebody was told of the incident with this tag."""
    await tx.execute(
        PARTY, f"{role}-{owner}-{tag}", f"incident{tag}", f"number{tag}", town, role, owner
    )


@pytest.fixture
async def two_organisations(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    """One of everything of unit0, op1 and station0, and of others in the same town (tag 1)."""
    routers = routers_of_the_product()
    async with database.transaction("*") as tx:
        await fill(tx, HERE, "0")
        for statement in ROWS.split(";"):
            await tx.execute(statement, HERE, OTHERS, "1")
        await tx.execute("UPDATE devices.device SET operator_id = 'op2' WHERE id = 'device1'")
        await told(tx, "0", HERE, "micro_station", "station0")
        await told(tx, "1", HERE, "micro_station", "station1")
        await told(tx, "0", HERE, "cad_119", "")
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as site:
        yield site


@pytest.mark.parametrize(
    ("role", "least"),
    [
        (Role.OPERATOR, 3),
        (Role.UNIT_HEAD, 4),
        (Role.STATION_CREW, 2),
        (Role.CAD_119, 2),
        (Role.INSURER, 0),
        (Role.EXPERT, 0),
    ],
)
async def test_no_reading_door_gives_away_another_organisation(
    two_organisations: Site, role: Role, least: int
) -> None:
    client, own = two_organisations.client(role.value), 0
    for path in readings(two_organisations):
        answer = await client.get(path)
        assert answer.status_code < 500, path
        assert OTHERS not in answer.text, f"{path} gives another organisation away"
        mine = await client.get(path.replace("1", "0").replace("/v0/", "/v1/"))
        own += MARKS[HERE] in mine.text
    assert own >= least, "what is the organisation's own is shown"
    assert own == 0 or least, "who has nothing sees nothing"


async def test_town_and_city_see_all_organisations(two_organisations: Site) -> None:
    for role in (Role.TOWN_OFFICE, Role.CITY_DUTY, Role.PROVINCE):
        client = two_organisations.client(role.value)
        shown = [(await client.get(path)).text for path in readings(two_organisations)]
        assert sum(OTHERS in text for text in shown) >= 4, role


@dataclass(frozen=True)
class Thing:
    """A unit's one place with its device and incident. tag: at the end of every id."""

    tag: str
    town: str
    operator: str
    station: str
    to_119: bool


@pytest.fixture
async def city(database: Database) -> list[Thing]:
    """Four towns with three units each; operators and stations work across them."""
    rng, things = random.Random(7), []
    async with database.transaction("*") as tx:
        for at, town in enumerate(TOWNS):
            await tx.execute(
                "INSERT INTO premises.town VALUES ($1, $2, $3, 121, 30)", town, f"镇{at}", f"A{at}"
            )
            for unit in range(UNITS_A_TOWN):
                thing = Thing(
                    f"{at}{unit}", town, rng.choice(("op1", "op2")), rng.choice("AB"), unit == 0
                )
                for statement in ROWS.split(";"):
                    await tx.execute(statement, town, f"标记{thing.tag}", thing.tag)
                await tx.execute(
                    "UPDATE devices.device SET operator_id = $1 WHERE id = $2",
                    thing.operator,
                    f"device{thing.tag}",
                )
                await told(tx, thing.tag, town, "micro_station", thing.station)
                if thing.to_119:
                    await told(tx, thing.tag, town, "cad_119", "")
                things.append(thing)
    return things


def sees(who: Principal, thing: Thing, kind: str) -> bool:
    """What the rules say, written apart from the product."""
    if who.towns != ("*",) and thing.town not in who.towns:
        return False
    mine: Mapping[Role, bool] = {
        Role.UNIT_HEAD: who.organisation_id == f"unit{thing.tag}",
        Role.OPERATOR: who.organisation_id == thing.operator,
        Role.STATION_CREW: kind != "device" and who.organisation_id == thing.station,
        Role.CAD_119: kind != "device" and thing.to_119,
    }
    return mine.get(who.role, who.role not in ORGANISATION_KINDS)


def somebody(rng: random.Random, things: list[Thing]) -> Principal:
    """A person of any role, of any towns, of any organisation."""
    role = rng.choice(list(Role))
    towns = ("*",) if rng.random() < 0.4 else tuple(rng.sample(TOWNS, rng.randint(1, 3)))
    thing = rng.choice(things)
    belongs = {
        Role.UNIT_HEAD: f"unit{thing.tag}",
        Role.OPERATOR: thing.operator,
        Role.STATION_CREW: thing.station,
        Role.INSURER: "i1",
        Role.EXPERT: "e1",
    }
    return Principal(f"p{rng.random()}", "somebody", role, towns, belongs.get(role, ""))


async def test_a_thousand_random_triples_show_no_row_outside_its_scope(
    city: list[Thing],
    database: Database,
    web_database: Database,
    nats_stream: Stream,
    tmp_path: Path,
) -> None:
    """Role, towns and record at random: by SQL as the application's role, and by the API."""
    rng, shown = random.Random(11), 0
    people = [somebody(rng, city) for _ in range(60)]
    routers = routers_of_the_product()
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as site:
        async with database.transaction("*") as tx:
            for at, who in enumerate(people):
                new = Person(
                    who.person_id, f"p{at}", who.name, who.role, who.towns, who.organisation_id
                )
                await store.add_person(tx, new)
                site.tokens[who.person_id] = f"secret-of-somebody-{at}"
                await store.put_token(
                    tx, site.tokens[who.person_id], person_id=who.person_id, kind="api",
                    created_at=NOON, expires_at=None,
                )  # fmt: skip
        clients = [site.client(who.person_id) for who in people]
        for _ in range(TRIPLES):
            at, thing, kind = rng.randrange(60), rng.choice(city), rng.choice(list(TABLES))
            expected = sees(people[at], thing, kind)
            async with web_database.transaction(people[at].scope()) as tx:
                found = await tx.fetchval(
                    f"SELECT count(*) FROM {TABLES[kind]} WHERE id = $1",  # noqa: S608 - ours
                    f"{kind}{thing.tag}",
                )
            assert found == expected, (people[at], thing, kind)
            answer = await clients[at].get(PATHS[kind] % thing.tag)
            assert answer.status_code == (200 if expected else 404), (people[at], thing, kind)
            shown += expected
    assert TRIPLES / 5 < shown < TRIPLES, "both answers were tried"


async def test_no_scope_shows_no_row_and_no_town_widens_an_organisation(
    city: list[Thing], web_database: Database
) -> None:
    for scope, rows in (
        (None, 0),
        ("", 0),
        ("*", len(city)),
        ("*|", len(city)),
        ("*|nothing:1", 0),
        ("*|unit:", 0),
        (f"{THERE}|unit:unit00", 0),
        ("*|unit:unit00", 1),
    ):
        async with web_database.transaction(scope) as tx:
            assert await tx.fetchval("SELECT count(*) FROM incidents.incident") == rows, scope

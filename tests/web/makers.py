"""A served application for tests, with people of every role and a few doors to knock at."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
from fastapi import APIRouter, Depends
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field

from wanghuo.access import audit_routes, oidc_routes, second_factor_routes, store
from wanghuo.access import routes as access_routes
from wanghuo.access.feed import KnownPeople
from wanghuo.access.model import Operator
from wanghuo.clock import HandClock, WallClock
from wanghuo.compose import web as compose_web
from wanghuo.engines.postgres import Database, Transaction
from wanghuo.engines.stream import Stream
from wanghuo.errors import Forbidden, Invalid, Missing, Refused, Unavailable
from wanghuo.facts.fact import Fact
from wanghuo.principal import Permission, Principal, Role
from wanghuo.settings import Settings
from wanghuo.web.app import make_app
from wanghuo.web.house import House
from wanghuo.web.idempotency import Cause
from wanghuo.web.scope import Tx
from wanghuo.web.serving import serve
from wanghuo.web.sign_in import may
from wanghuo.web.summary import summary_router

HERE, THERE = "330282101", "330282102"
ORGANISATIONS = {
    Role.STATION_CREW: "station0", Role.UNIT_HEAD: "unit0", Role.INSURER: "i1", Role.EXPERT: "e1",
}  # fmt: skip
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
OPERATOR_KEY = "the-key-of-operator-one"
ERRORS = {
    "missing": Missing("no such place"),
    "refused": Refused("it is closed"),
    "invalid": Invalid("level", "too high", "give 0 to 4"),
    "forbidden": Forbidden("not you"),
    "unavailable": Unavailable("the stream is away"),
    "unexpected": RuntimeError("a secret detail of our inside"),
}

See = Annotated[Principal, Depends(may(Permission.SEE))]
Judge = Annotated[Principal, Depends(may(Permission.JUDGE))]


class Count(BaseModel):
    """A unit to add, once."""

    name: str = Field(min_length=2, max_length=20)
    town: str = HERE


def try_out_router() -> APIRouter:
    """Doors for trying the manners: errors, a scoped read, a repeatable write."""
    router = APIRouter(prefix="/api/v1/try", tags=["try"])

    @router.get("/error/{kind}")
    async def error(kind: str, _who: See) -> None:
        raise ERRORS[kind]

    @router.get("/units")
    async def units(_who: See, tx: Tx) -> list[str]:
        return [
            row["name"] for row in await tx.fetch("SELECT name FROM premises.unit ORDER BY name")
        ]

    @router.post("/units", status_code=201)
    async def add(count: Count, _who: Judge, tx: Tx) -> dict[str, int]:
        await tx.execute(
            "INSERT INTO premises.unit (id, name, town_code) VALUES (md5(random()::text), $1, $2)",
            count.name,
            count.town,
        )
        if count.name == "undo":
            raise Refused("so it is undone")
        return {"units": await tx.fetchval("SELECT count(*) FROM premises.unit")}

    @router.post("/cause")
    async def cause(_who: Judge, cause: Cause) -> dict[str, str]:
        return {"cause": cause}

    return router


# Doors that open_site mounts by itself.
MINE = ("/api/v1/session", "/api/v1/people", "/api/v1/tokens", "/api/v1/audit", "/api/v1/summary")


def routers_of_the_product() -> list[APIRouter]:
    """What the product mounts, without what open_site does."""
    return [
        router
        for router in compose_web._routers()
        if not any((c.path or "").startswith(MINE) for c in iter_route_contexts(router.routes))
    ]


async def count_units(tx: Transaction) -> dict[str, int]:
    return {"units": await tx.fetchval("SELECT count(*) FROM premises.unit")}


async def find_operator(tx: Transaction, digest: bytes) -> Operator | None:
    row = await tx.fetchrow(
        "SELECT id, name, town_code FROM devices.operator WHERE key_digest = $1", digest
    )
    return None if row is None else Operator(row["id"], row["name"], row["town_code"])


@dataclass
class Site:
    """An open application. tokens: role → API token. password: the administrator's."""

    app: Any
    url: str
    house: House
    owner: Database
    tokens: dict[str, str]
    password: str
    stop: asyncio.Event
    serving: "asyncio.Future[None]"
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, role: str = "", **headers: str) -> httpx.AsyncClient:
        """A caller with the token of `role`, or nobody."""
        sent = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        made = httpx.AsyncClient(base_url=self.url, headers=sent, timeout=20, trust_env=False)
        self.clients.append(made)
        return made


@asynccontextmanager
async def open_site(
    database: Database,
    web_database: Database,
    stream: Stream,
    folder: Path,
    *,
    clock: WallClock | HandClock | None = None,
    routers: Sequence[APIRouter] = (),
) -> AsyncIterator[Site]:
    """Serve on a free port; the try-out doors, access and the summary are mounted."""
    clock = clock or WallClock()
    async with database.transaction("*") as tx:
        await tx.execute(
            "INSERT INTO devices.operator (id, name, town_code, key_digest)"
            " VALUES ('op1', 'One', $1, sha256($2))",
            HERE,
            OPERATOR_KEY.encode(),
        )
        made = await store.first_start(
            tx,
            clock.now_utc(),
            town=HERE,
            operators={"One": ("op1", HERE)},
            organisations=ORGANISATIONS,
        )
        assert made is not None
        await tx.executemany(
            "INSERT INTO premises.unit (id, name, town_code) VALUES ($1, $2, $3)",
            [("u1", "here", HERE), ("u2", "there", THERE)],
        )
    house = House(
        database=web_database,
        clock=clock,
        settings=Settings(
            data_dir=folder, cockpit_dir=folder / "dist", factor_secret="of this test's house"
        ),
        stream=stream,
        doorkeeper=KnownPeople(web_database, clock, find_operator),
    )
    access = [
        access_routes.router,
        second_factor_routes.router,
        oidc_routes.router,
        audit_routes.router,
    ]
    app = make_app(house, [*access, summary_router([count_units]), try_out_router(), *routers])
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.ensure_future(serve(app, "127.0.0.1", 0, stop, ready.set_result))
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
    site = Site(
        app=app,
        url=f"http://127.0.0.1:{ready.result()}",
        house=house,
        owner=database,
        tokens=made.tokens,
        password=made.password,
        stop=stop,
        serving=serving,
    )
    try:
        yield site
    finally:
        for client in site.clients:
            await client.aclose()
        stop.set()
        await asyncio.wait_for(serving, 10)


def a_fact(number: int, town: str = HERE, topic: str = "incident") -> Fact:
    """A small fact that can be told apart by its number."""
    return Fact(id=f"fact{number}", topic=topic, at=NOON, town_code=town, body={"n": number})


async def publish(stream: Stream, fact: Fact) -> int:
    """Put a fact into the stream as the outbox does; its sequence."""
    return await stream.publish(f"facts.{fact.topic}", msgspec.json.encode(fact), fact.id)


async def said_raw(site: Site, request: bytes) -> bytes:
    """The first piece of the answer to bytes that no client library would send."""
    port = int(site.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    answer += await asyncio.wait_for(reader.read(65536), 10)
    writer.close()
    await writer.wait_closed()
    return answer

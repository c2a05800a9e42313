"""Every door of the finished product: who may pass it, and that no stranger may."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from tests.web.makers import Site, open_site, routers_of_the_product
from wanghuo.clock import WallClock
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.gateways.store import put_quarantine
from wanghuo.principal import ORGANISATION_KINDS, PERMISSIONS, Permission, Role
from wanghuo.signals.feed import SignalIntake

P = Permission
Door = tuple[str, str]

# Everybody may knock; what proves the caller, if anything must, is said beside it.
PUBLIC: dict[Door, str] = {
    ("GET", "/healthz"): "alive, nothing else",
    ("GET", "/readyz"): "which part is down, nothing else",
    ("GET", "/metrics"): "loopback, or a token",
    ("POST", "/api/v1/session"): "a password",
    ("GET", "/api/v1/session/oidc"): "leads to the provider",
    ("GET", "/api/v1/session/oidc/callback"): "the provider's signature",
    ("POST", "/api/v1/answers"): "a signature",
    ("POST", "/api/v1/cad119/messages"): "a signature",
    ("GET", "/r/{token}"): "a signed link",
    ("GET", "/r/{token}/packet"): "a signed link",
    ("GET", "/r/{token}/route"): "a signed link",
    ("POST", "/r/{token}/answers"): "a signed link",
    ("POST", "/r/{token}/photos"): "a signed link",
    ("GET", "/r/{token}/photos/{picture_id}"): "a signed link",
    ("GET", "/r/{token}/push"): "a signed link",
    ("POST", "/r/{token}/push"): "a signed link",
    ("POST", "/push/aliyun/{secret}/sms"): "the secret in the path",
    ("POST", "/push/aliyun/{secret}/voice"): "the secret in the path",
    ("POST", "/push/ctwing/{secret}"): "the secret in the path",
    ("POST", "/push/iotda/{secret}"): "the secret in the path",
    ("POST", "/push/onenet/{secret}"): "the secret in the path",
    ("GET", "/push/onenet/{secret}"): "the secret in the path",
    ("POST", "/push/vendor/{secret}"): "the secret in the path",
    ("POST", "/push/lookout/{secret}"): "the secret in the path",
    ("POST", "/push/onvif/{secret}"): "the secret in the path",
}
# What a signed-in caller needs. None: being signed in is enough.
NEEDS: dict[Door, Permission | None] = {
    ("GET", "/api/v1/session"): None,
    ("DELETE", "/api/v1/session"): None,
    ("GET", "/api/v1/session/second-factor"): None,
    ("POST", "/api/v1/session/second-factor"): None,
    ("PUT", "/api/v1/session/second-factor"): None,
    ("POST", "/api/v1/session/second-factor/off"): None,
    ("DELETE", "/api/v1/people/{person_id}/second-factor"): P.ADMINISTER,
    ("GET", "/api/v1/people"): P.ADMINISTER,
    ("POST", "/api/v1/people"): P.ADMINISTER,
    ("PATCH", "/api/v1/people/{person_id}"): P.ADMINISTER,
    ("GET", "/api/v1/tokens"): P.ADMINISTER,
    ("POST", "/api/v1/tokens"): P.ADMINISTER,
    ("DELETE", "/api/v1/tokens/{token_id}"): P.ADMINISTER,
    ("GET", "/api/v1/audit"): P.AUDIT,
    ("GET", "/api/v1/audit/check"): P.AUDIT,
    ("GET", "/api/v1/audit/export"): P.AUDIT,
    ("GET", "/api/v1/tables/audit"): P.AUDIT,
    ("GET", "/api/v1/tables/people"): P.ADMINISTER,
    ("GET", "/api/v1/tables/tokens"): P.ADMINISTER,
    ("PUT", "/api/v1/views/{page}/{name}"): P.SEE,
    ("DELETE", "/api/v1/views/{page}/{name}"): P.SEE,
    ("POST", "/api/v1/import/{kind}"): P.IMPORT,
    ("GET", "/api/v1/desk/load"): P.FOLLOW,
    ("PUT", "/api/v1/map/outline"): P.IMPORT,
    ("PUT", "/api/v1/operators/{operator_id}"): P.ADMINISTER,
    ("POST", "/api/v1/operators/{operator_id}/key"): P.ADMINISTER,
    ("GET", "/api/v1/first-day"): P.ADMINISTER,
    ("GET", "/api/v1/recordings/{notice_id}"): P.SEE_PERSONAL_DATA,
    ("POST", "/api/v1/access/signals"): P.SEND_SIGNALS,
    ("POST", "/api/v1/incidents/{number}/{act}"): P.JUDGE,
    ("POST", "/api/v1/incidents/{number}/numbers"): P.SEE_PERSONAL_DATA,
    ("POST", "/api/v1/places/{place_id}/numbers"): P.SEE_PERSONAL_DATA,
    ("POST", "/api/v1/incidents/{number}/119/{act}"): P.ANSWER_FOR_119,
    ("POST", "/api/v1/incidents/{number}/pictures"): P.JUDGE,
    ("GET", "/api/v1/pictures/{picture_id}"): P.SEE_PERSONAL_DATA,
    ("POST", "/api/v1/transmitters/{sender}/commands"): P.CONTROL_DEVICES,
    ("POST", "/api/v1/transmitters/{sender}/inspection"): P.CONTROL_DEVICES,
    ("POST", "/api/v1/quarantine/{row_id}/settle"): P.JUDGE,
    ("POST", "/api/v1/shelves"): P.JUDGE,
    ("PUT", "/api/v1/claims/{number}"): P.JUDGE,
    ("DELETE", "/api/v1/claims/{number}"): P.JUDGE,
    ("GET", "/api/v1/colleagues"): P.JUDGE,
    ("GET", "/api/v1/hand-overs"): P.JUDGE,
    ("GET", "/api/v1/hand-overs/waiting"): P.JUDGE,
    ("POST", "/api/v1/hand-overs"): P.JUDGE,
    ("POST", "/api/v1/hand-overs/{hand_over_id}/receive"): P.JUDGE,
    ("POST", "/api/v1/hand-overs/{hand_over_id}/withdraw"): P.JUDGE,
    ("POST", "/api/v1/shelves/end"): P.JUDGE,
    ("POST", "/api/v1/test-windows"): P.JUDGE,
    ("POST", "/api/v1/stations/{station_id}/position"): P.JUDGE,
    ("POST", "/api/v1/contacts/{contact_id}/verification"): P.JUDGE,
    ("PUT", "/api/v1/rosters/{shift_id}"): P.JUDGE,
    ("DELETE", "/api/v1/rosters/{shift_id}"): P.JUDGE,
}
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
# A token would change its person's sign-in behind them (access/test_second_factor.py).
BROWSERS_ONLY = {
    ("POST", "/api/v1/session/second-factor"),
    ("PUT", "/api/v1/session/second-factor"),
}
OPERATORS_ONLY = {("POST", "/api/v1/access/signals")}  # they speak for an operator's own devices
# Bytes of no known sender belong to no town.
CITY_ONLY = {("GET", "/api/v1/quarantine"), ("POST", "/api/v1/quarantine/{row_id}/settle")}
NOT_OF_THE_CITY = {Role.TOWN_OFFICE, *ORGANISATION_KINDS}
STREAMS = {("GET", "/api/v1/live")}


@pytest.fixture
async def house(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    """The product's own routers over real engines."""
    intake = SignalIntake(web_database.dsn, nats_stream, WallClock(), put_quarantine)
    await intake.start()
    routers = routers_of_the_product()
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as site:
        site.house.intake = intake
        (tmp_path / "dist").mkdir()
        (tmp_path / "dist" / "index.html").write_text("page", encoding="utf-8")
        yield site
    await intake.stop()


def doors(site: Site) -> list[Door]:
    return sorted(
        (method, context.path or "")
        for context in iter_route_contexts(site.app.router.routes)
        if isinstance(context.original_route, APIRoute)
        for method in context.methods or ()
        if "/try/" not in (context.path or "")
    )


def needed(door: Door) -> Permission | None:
    """What a door needs; every other one that only reads needs SEE."""
    if door in NEEDS:
        return NEEDS[door]
    assert door[0] not in WRITES, f"{door} changes something: say here who may"
    return P.SEE


def may_pass(role: Role, door: Door) -> bool:
    """Whether the product's rules let this role through."""
    if door in BROWSERS_ONLY:
        return False
    if door in OPERATORS_ONLY and role is not Role.OPERATOR:
        return False
    if door in CITY_ONLY and role in NOT_OF_THE_CITY:
        return False
    permission = needed(door)
    return permission is None or permission in PERMISSIONS[role]


def where(path: str) -> str:
    known = path.replace("{kind}", "places").replace("{act}", "note")
    return known.replace("{", "").replace("}", "")


async def test_no_stranger_passes_any_door(house: Site) -> None:
    found = doors(house)
    assert len(found) > 40
    assert set(PUBLIC) <= set(found)
    for door in found:
        if door in PUBLIC:
            continue
        for client in (house.client(), house.client(Authorization="Bearer not-a-token")):
            answer = await client.request(door[0], where(door[1]))
            assert answer.status_code == 401, f"{door} let a stranger in"


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_passes_exactly_the_doors_of_its_permissions(
    house: Site, role: Role
) -> None:
    for door in doors(house):
        if door in PUBLIC or door in STREAMS or door == ("DELETE", "/api/v1/session"):
            continue
        allowed = may_pass(role, door)
        answer = await house.client(role.value).request(door[0], where(door[1]))
        assert (answer.status_code == 403) != allowed, f"{role} at {door}: {answer.status_code}"
        assert answer.status_code < 500, f"{role} at {door}: {answer.text}"


@pytest.mark.parametrize("role", list(Role))
async def test_the_live_stream_is_for_who_may_see_whole_towns(house: Site, role: Role) -> None:
    """Facts are told apart by town alone, so an organisation must not hear them."""
    async with house.client(role.value).stream("GET", "/api/v1/live") as answer:
        assert answer.status_code == (200 if P.FOLLOW in PERMISSIONS[role] else 403)
    assert P.FOLLOW not in PERMISSIONS[role] or role not in ORGANISATION_KINDS


async def test_a_public_door_that_asks_for_proof_refuses_without_it(house: Site) -> None:
    for door, proof in PUBLIC.items():
        if "nothing" in proof or "loopback" in proof:
            continue
        answer = await house.client().request(door[0], where(door[1]), json={})
        assert answer.status_code in {401, 403, 404, 422}, f"{door} needs {proof}"


async def test_every_door_is_described_with_its_refusals(house: Site) -> None:
    described = (await house.client().get("/api/openapi.json")).json()
    bare = []
    for path, methods in described["paths"].items():
        for method, about in methods.items():
            door = (method.upper(), path)
            if "/try/" in path or door in PUBLIC:
                continue
            told = set(about["responses"])
            if not about.get("summary") or not {"401"} <= told:
                bare.append((method, path, sorted(told)))
    assert bare == []


async def test_no_hostile_value_of_any_parameter_is_our_error(house: Site) -> None:
    hostile = ["", "\x00", "'; DROP TABLE x --", "../../etc/passwd", "9" * 400, "火" * 300, "%00"]
    client = house.client("admin")
    for method, path in doors(house):
        if (method, path) in STREAMS or method != "GET" or "{" not in path:
            continue
        for value in hostile:
            text = path.partition("{")[0] + "%s" + path.partition("}")[2]
            answer = await client.get(text % value.replace("\x00", "%00").replace("/", "%2F"))
            assert answer.status_code < 500, f"{path} with {value!r}: {answer.text}"


async def test_no_hostile_value_of_any_query_is_our_error(house: Site) -> None:
    described = (await house.client().get("/api/openapi.json")).json()
    client = house.client("admin")
    tried = 0
    for path, methods in described["paths"].items():
        asked = methods.get("get")
        if asked is None or "{" in path or ("GET", path) in STREAMS:
            continue
        for parameter in asked.get("parameters", []):
            for value in ("\x00", "-1", "99999999999999999999", "NaN", "'", "\ud800", "x" * 2000):
                sent = {parameter["name"]: value.encode("utf-8", "surrogatepass")}
                answer = await client.get(path, params=sent)
                assert answer.status_code < 500, f"{path} {parameter['name']}={value!r}"
                tried += 1
    assert tried > 50

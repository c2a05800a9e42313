"""Nobody comes in without a token, nobody sees another town, no foreign page acts by cookie."""

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from tests.web.makers import HERE, OPERATOR_KEY, THERE, Site, said_raw
from wanghuo.principal import PERMISSIONS, Permission, Role

PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("POST", "/api/v1/session"),
    ("GET", "/api/v1/session/oidc"),  # out to the provider, and back with its signature
    ("GET", "/api/v1/session/oidc/callback"),
}
MAY_SEE_UNITS = {role for role in Role if Permission.SEE in PERMISSIONS[role]}


def doors(site: Site) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for context in iter_route_contexts(site.app.router.routes):
        if isinstance(context.original_route, APIRoute):
            found += [(method, context.path or "") for method in context.methods or ()]
    return sorted(found)


async def test_every_door_but_the_public_ones_is_shut_to_strangers(site: Site) -> None:
    knocked = 0
    for method, path in doors(site):
        if (method, path) in PUBLIC:
            continue
        where = path.replace("{", "").replace("}", "")
        for client in (site.client(), site.client(Authorization="Bearer no-such-token")):
            answer = await client.request(method, where)
            assert answer.status_code == 401, f"{method} {path} let a stranger in"
            assert answer.headers["www-authenticate"] == "Bearer"
            knocked += 1
    assert knocked >= 20


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_passes_exactly_the_doors_of_its_permissions(
    site: Site, role: Role
) -> None:
    client = site.client(role.value)
    expected = {
        ("GET", "/api/v1/try/units"): Permission.SEE,
        ("POST", "/api/v1/try/units"): Permission.JUDGE,
        ("GET", "/api/v1/people"): Permission.ADMINISTER,
        ("GET", "/api/v1/tokens"): Permission.ADMINISTER,
        ("GET", "/api/v1/audit"): Permission.AUDIT,
        ("GET", "/api/v1/audit/check"): Permission.AUDIT,
        ("GET", "/api/v1/summary"): Permission.SEE,
    }
    for (method, path), permission in expected.items():
        body = {"json": {"name": "new", "town": HERE}} if method == "POST" else {}
        answer = await client.request(method, path, **body)  # type: ignore[arg-type] # a body or none
        allowed = permission in PERMISSIONS[role]
        assert (answer.status_code != 403) == allowed, f"{role} at {method} {path}"
        assert answer.is_success == allowed


async def test_a_town_office_sees_its_own_town_only(site: Site) -> None:
    city = await site.client("city_duty").get("/api/v1/try/units")
    town = await site.client("town_office").get("/api/v1/try/units")
    counted = await site.client("town_office").get("/api/v1/summary")
    assert city.json() == ["here", "there"]
    assert town.json() == ["here"]
    assert counted.json() == {"units": 1}


async def test_an_operators_key_admits_the_operator_to_where_its_devices_are(site: Site) -> None:
    client = site.client(Authorization=f"Bearer {OPERATOR_KEY}")
    assert (await client.get("/api/v1/try/units")).json() == []
    async with site.owner.transaction("*") as tx:
        for unit, town in (("u1", HERE), ("u2", THERE)):
            await tx.execute("INSERT INTO premises.town VALUES ($1, $1, $1, 121, 30)", town)
            await tx.execute(
                "INSERT INTO premises.place (id, unit_id, name, category, town_code, lon, lat)"
                " VALUES ($1, $1, $1, 'rental', $2, 121, 30)",
                unit,
                town,
            )
            await tx.execute(
                "INSERT INTO devices.device (id, origin, sender, place_id, town_code, kind,"
                " operator_id, location) VALUES ($1, $1, $1, $1, $2, 'smoke', 'op1', '')",
                unit,
                town,
            )
    person = (await client.get("/api/v1/session")).json()["person"]
    assert (person["role"], person["organisation_id"]) == ("operator", "op1")
    assert (await client.get("/api/v1/try/units")).json() == ["here"]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic YTpi", "bearer\u00a0x", "Bearer " + "x" * 300]
)
async def test_a_strange_authorization_is_unknown_and_never_an_error(
    site: Site, header: str
) -> None:
    asked = f"GET /api/v1/summary HTTP/1.1\r\nHost: x\r\nAuthorization: {header}\r\n\r\n"
    answer = await said_raw(site, asked.encode("latin-1"))
    assert answer.startswith(b"HTTP/1.1 401 ")


async def browser(site: Site, **headers: str) -> httpx.AsyncClient:
    """A browser that signed in: it has the cookie and sends what browsers send."""
    client = site.client(**headers)
    words = {"login": "admin", "password": site.password}
    own = {"Origin": site.url, "Sec-Fetch-Site": "same-origin"}
    answer = await client.post("/api/v1/session", json=words, headers=own)
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    return client


UNIT = b'{"name": "new unit"}'
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", **JSON}, 201),
        ({"Origin": "OWN", **JSON}, 201),
        ({"Sec-Fetch-Site": "cross-site", **JSON}, 403),
        ({"Sec-Fetch-Site": "same-site", **JSON}, 403),
        ({"Sec-Fetch-Site": "none", **JSON}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "OWN", **JSON}, 403),
        ({"Origin": "http://evil.example", **JSON}, 403),
        ({"Origin": "null", **JSON}, 403),
        (JSON, 403),
        ({"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 403),
    ],
)
async def test_a_cookie_changes_things_only_from_our_own_page(
    site: Site, headers: dict[str, str], status: int
) -> None:
    client = await browser(site)
    sent = {name: value.replace("OWN", site.url) for name, value in headers.items()}
    answer = await client.post("/api/v1/try/units", content=UNIT, headers=sent)
    assert answer.status_code == status
    seen = await client.get("/api/v1/try/units", headers={"Sec-Fetch-Site": "cross-site"})
    assert seen.status_code == 200


async def test_a_foreign_page_cannot_sign_its_visitor_in(site: Site) -> None:
    words = {"login": "admin", "password": site.password}
    client = site.client(Origin="http://evil.example")
    assert (await client.post("/api/v1/session", json=words)).status_code == 403


async def test_a_cookie_over_a_secure_proxy_is_marked_secure(site: Site) -> None:
    words = {"login": "admin", "password": site.password}
    client = site.client(X_Forwarded_Proto="https")
    answer = await client.post("/api/v1/session", json=words)
    assert "Secure" in answer.headers["set-cookie"]

"""Passwords, sessions, lock-out, people and tokens over real HTTP."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.web.makers import HERE, THERE, Site
from wanghuo.access.feed import FRESH_S, STALE_MAX_S, KnownPeople
from wanghuo.access.lockout import FAILURES_FREE
from wanghuo.clock import HandClock
from wanghuo.errors import Unauthenticated, Unavailable
from wanghuo.identity import derived
from wanghuo.web.limits import Pace

PASSWORD = "correct horse 9"


async def sign_in(site: Site, login: str, password: str) -> httpx.Response:
    words = {"login": login, "password": password}
    return await site.client().post("/api/v1/session", json=words)


async def add(site: Site, login: str, **more: object) -> httpx.Response:
    body = {"login": login, "name": login, "role": "city_duty", "towns": ["*"]} | more
    return await site.client("admin").post("/api/v1/people", json=body)


async def test_a_session_works_as_cookie_and_as_token_until_it_is_ended(site: Site) -> None:
    answer = await sign_in(site, "admin", site.password)
    person = answer.json()["person"]
    assert person["role"] == "admin"
    assert "administer" in person["permissions"]
    token = answer.json()["token"]
    for sent in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"wanghuo_session={token}"}):
        client = site.client(**sent)
        again = await client.get("/api/v1/session")
        assert again.json()["person"] == person
        assert again.json()["token"] is None
    out = await site.client(Authorization=f"Bearer {token}").delete("/api/v1/session")
    assert out.status_code == 204
    for sent in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"wanghuo_session={token}"}):
        assert (await site.client(**sent).get("/api/v1/session")).status_code == 401


async def test_a_wrong_login_and_a_wrong_password_are_answered_alike(site: Site) -> None:
    wrong = [await sign_in(site, "admin", "wrong"), await sign_in(site, "nobody", "wrong")]
    told = [(one.status_code, one.json()["detail"]) for one in wrong]
    assert told[0] == told[1] == (401, "login or password is wrong")


async def test_a_person_without_a_password_cannot_sign_in(site: Site) -> None:
    assert (await sign_in(site, "auditor", "")).status_code == 401


async def test_failures_lock_a_login_at_that_peer_and_survive_a_restart(site: Site) -> None:
    for _ in range(FAILURES_FREE["peer"]):
        assert (await sign_in(site, "admin", "wrong")).status_code == 401
    locked = await sign_in(site, "admin", site.password)
    assert locked.status_code == 429
    assert 1 <= int(locked.headers["retry-after"]) <= 30
    async with site.owner.connection() as connection:
        kept = await connection.fetch("SELECT caller, failures FROM access.attempt ORDER BY 1")
    assert [tuple(row.values()) for row in kept] == [("admin", 5), ("admin@127.0.0.1", 5)]
    token = site.client("admin")
    assert (await token.get("/api/v1/session")).status_code == 200


async def test_a_lock_ends_and_a_success_forgets_the_failures(site: Site) -> None:
    for _ in range(FAILURES_FREE["peer"]):
        await sign_in(site, "admin", "wrong")
    async with site.owner.connection() as connection:
        await connection.execute(
            "UPDATE access.attempt SET last_at = last_at - $1::interval", timedelta(seconds=31)
        )
    assert (await sign_in(site, "admin", site.password)).status_code == 200
    async with site.owner.connection() as connection:
        left = await connection.fetchval("SELECT count(*) FROM access.attempt WHERE caller ~ '@'")
    assert left == 0


async def test_one_address_may_not_hammer_the_door(site: Site) -> None:
    site.house.sign_in_pace = Pace(site.house.clock, burst=3, period_s=60)
    answers = [await sign_in(site, f"nobody{number}", "wrong") for number in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 30


async def test_a_new_person_signs_in_with_the_given_role_and_towns(site: Site) -> None:
    made = await add(site, "xupu.duty", role="town_office", towns=["330282108"], password=PASSWORD)
    assert made.status_code == 201
    answer = await sign_in(site, "xupu.duty", PASSWORD)
    assert answer.json()["person"]["towns"] == ["330282108"]
    assert (await add(site, "xupu.duty")).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "aaaaaaaaaaaaaaa"}, "password"),
        ({"password": "me.too is my password"}, "password"),
        ({"towns": ["Xupu"]}, "towns"),
        ({"towns": []}, "towns"),
        ({"towns": ["*", "330282108"]}, "towns"),
        ({"role": "king"}, "role"),
        ({"role": "operator"}, "organisation_id"),
        ({"organisation_id": "op1"}, "organisation_id"),
        ({"login": "Not A Login"}, "login"),
    ],
)
async def test_an_unusable_person_is_told_which_field(
    site: Site, wrong: dict[str, object], field: str
) -> None:
    answer = await add(site, **({"login": "me.too"} | wrong))  # type: ignore[arg-type] # wrong on purpose
    assert answer.status_code == 422
    assert answer.json()["field"] == field


async def test_a_person_switched_off_is_out_at_once(site: Site) -> None:
    made = (await add(site, "leaver", password=PASSWORD)).json()
    token = (await sign_in(site, "leaver", PASSWORD)).json()["token"]
    leaver = site.client(Authorization=f"Bearer {token}")
    assert (await leaver.get("/api/v1/try/units")).status_code == 200
    path = f"/api/v1/people/{made['id']}"
    changed = await site.client("admin").patch(path, json={"active": False})
    assert changed.json()["active"] is False
    assert (await leaver.get("/api/v1/try/units")).status_code == 401
    assert (await sign_in(site, "leaver", PASSWORD)).status_code == 401


async def test_a_new_password_ends_the_old_sessions(site: Site) -> None:
    made = (await add(site, "changer", password=PASSWORD)).json()
    token = (await sign_in(site, "changer", PASSWORD)).json()["token"]
    path = f"/api/v1/people/{made['id']}"
    await site.client("admin").patch(path, json={"password": "another good 1"})
    old = site.client(Authorization=f"Bearer {token}")
    assert (await old.get("/api/v1/session")).status_code == 401
    assert (await sign_in(site, "changer", PASSWORD)).status_code == 401
    assert (await sign_in(site, "changer", "another good 1")).status_code == 200


async def test_the_last_administrator_stays(site: Site) -> None:
    path = f"/api/v1/people/{derived('person', 'admin')}"
    for change in ({"active": False}, {"role": "auditor"}):
        refused = await site.client("admin").patch(path, json=change)
        assert refused.status_code == 409
    assert (await site.client("admin").get("/api/v1/people")).status_code == 200


async def test_an_issued_token_works_and_a_revoked_one_does_not(site: Site) -> None:
    admin = site.client("admin")
    duty = derived("person", "city_duty")
    issued = (await admin.post("/api/v1/tokens", json={"person_id": duty, "days": 7})).json()
    client = site.client(Authorization=f"Bearer {issued['token']}")
    assert (await client.get("/api/v1/session")).json()["person"]["role"] == "city_duty"
    listed = (await admin.get("/api/v1/tokens")).json()
    assert issued["id"] in {token["id"] for token in listed}
    assert issued["token"] not in (await admin.get("/api/v1/tokens")).text
    for _ in range(2):
        gone = await admin.delete(f"/api/v1/tokens/{issued['id']}")
        assert gone.status_code == 204
    assert (await client.get("/api/v1/session")).status_code == 401
    assert (await admin.delete("/api/v1/tokens/" + "0" * 12)).status_code == 404
    assert (await admin.delete("/api/v1/tokens/%25")).status_code == 422


async def test_a_token_carries_no_more_than_it_was_given(site: Site) -> None:
    admin, duty = site.client("admin"), derived("person", "city_duty")

    async def issue(**scope: Any) -> Any:
        return await admin.post("/api/v1/tokens", json={"person_id": duty, "days": 7, **scope})

    issued = (await issue(permissions=["see"], towns=[HERE])).json()
    client = site.client(Authorization=f"Bearer {issued['token']}")
    person = (await client.get("/api/v1/session")).json()["person"]
    assert (person["permissions"], person["towns"]) == (["see"], [HERE])
    assert (await client.get("/api/v1/summary")).status_code == 200
    assert (await client.get("/api/v1/try/units")).json() == ["here"]
    unit = {"name": "new", "town": HERE}
    assert (await client.post("/api/v1/try/units", json=unit)).status_code == 403
    listed = {one["id"]: one for one in (await admin.get("/api/v1/tokens")).json()}
    assert listed[issued["id"]]["permissions"] == ["see"]
    assert listed[issued["id"]]["towns"] == [HERE]
    for scope, field in (
        ({"permissions": ["administer"]}, "permissions"),
        ({"permissions": []}, "permissions"),
        ({"towns": ["*|unit:u1"]}, "towns"),
    ):
        refused = await issue(**scope)
        assert refused.status_code == 422, scope
        assert field in refused.text


async def test_a_narrowed_token_follows_its_person_down_and_never_up(site: Site) -> None:
    admin, duty = site.client("admin"), derived("person", "city_duty")
    body = {"person_id": duty, "towns": [HERE], "permissions": ["see", "judge"]}
    token = (await admin.post("/api/v1/tokens", json=body)).json()["token"]
    client = site.client(Authorization=f"Bearer {token}")
    change = {"role": "auditor", "towns": [THERE]}
    assert (await admin.patch(f"/api/v1/people/{duty}", json=change)).status_code == 200
    person = (await client.get("/api/v1/session")).json()["person"]
    assert (person["permissions"], person["towns"]) == (["see"], [])


async def test_no_secret_stands_in_the_database(site: Site) -> None:
    token = (await sign_in(site, "admin", site.password)).json()["token"]
    await add(site, "someone", password=PASSWORD)
    secrets = [token, site.password, PASSWORD, *site.tokens.values()]
    async with site.owner.connection() as connection:
        found = await connection.fetchval(
            "SELECT string_agg(t, '') FROM (SELECT p::text AS t FROM access.person p UNION ALL"
            " SELECT k::text FROM access.token k UNION ALL SELECT a::text FROM access.audit a) x"
        )
    assert "argon2id" in found
    assert not [secret for secret in secrets if secret in found or secret.encode().hex() in found]


async def known(site: Site, clock: HandClock) -> KnownPeople:
    async def nobody(_tx: object, _digest: bytes) -> None:
        return None

    return KnownPeople(site.house.database, clock, nobody)


async def test_a_revocation_elsewhere_is_known_within_a_minute(site: Site) -> None:
    clock = HandClock(site.house.clock.now_utc())
    keeper = await known(site, clock)
    token = site.tokens["city_duty"]
    assert (await keeper.admit(token)).role == "city_duty"
    async with site.owner.connection() as connection:
        await connection.execute("UPDATE access.token SET revoked_at = now()")
    assert (await keeper.admit(token)).role == "city_duty"
    await clock.turn(60)
    assert FRESH_S < 60
    with pytest.raises(Unauthenticated):
        await keeper.admit(token)


async def test_an_expired_token_admits_nobody(site: Site) -> None:
    async with site.owner.connection() as connection:
        await connection.execute("UPDATE access.token SET expires_at = now() - interval '1 s'")
    with pytest.raises(Unauthenticated):
        await (await known(site, HandClock(site.house.clock.now_utc()))).admit(
            site.tokens["city_duty"]
        )


async def test_while_the_database_is_silent_the_known_stay_known_for_an_hour(site: Site) -> None:
    clock = HandClock(site.house.clock.now_utc())
    keeper = await known(site, clock)
    await keeper.admit(site.tokens["city_duty"])
    site.house.database.abort()
    await clock.turn(FRESH_S + 1)
    assert (await keeper.admit(site.tokens["city_duty"])).role == "city_duty"
    with pytest.raises(Unavailable):
        await keeper.admit(site.tokens["auditor"])
    await clock.turn(STALE_MAX_S)
    with pytest.raises(Unavailable):
        await keeper.admit(site.tokens["city_duty"])

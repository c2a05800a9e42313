"""Codes of an authenticator, recovery codes, and sessions that nobody uses, over real HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest

from tests.web.makers import NOON, Site, open_site
from wanghuo.access import second_factor
from wanghuo.access.feed import FRESH_S
from wanghuo.access.sealed import Unreadable, opened, sealed
from wanghuo.clock import HandClock
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238, appendix B
HOUR_S = 3600.0


@pytest.fixture
async def by_hand(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[tuple[Site, HandClock]]:
    """A served application whose clock is turned by hand."""
    clock = HandClock(NOON)
    async with open_site(database, web_database, nats_stream, tmp_path, clock=clock) as site:
        yield site, clock


@pytest.mark.parametrize(
    ("unix_s", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_a_code_is_that_of_rfc_6238(unix_s: int, code: str) -> None:
    assert second_factor.step_of(SECRET, code, unix_s, 0) == unix_s // 30
    assert second_factor.step_of(SECRET, code, unix_s + 30, 0) == unix_s // 30, "a slow hand"
    assert second_factor.step_of(SECRET, code, unix_s - 30, 0) == unix_s // 30, "a fast clock"
    for away_s in (-90, 90):
        assert second_factor.step_of(SECRET, code, unix_s + away_s, 0) is None
    assert second_factor.step_of(SECRET, code, unix_s, unix_s // 30) is None, "used before"


@pytest.mark.parametrize("code", ["", "1", "12345６", "ABCDEF", "287082 ", "2870822"])
def test_what_is_no_code_opens_nothing(code: str) -> None:
    assert second_factor.step_of(SECRET, code, 59, 0) is None


def test_a_recovery_code_opens_once_however_it_is_typed() -> None:
    codes = second_factor.new_recovery_codes()
    digests = [second_factor.recovery_digest(code) for code in codes]
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    left = second_factor.without(digests, codes[3].lower().replace("-", " "))
    assert left is not None
    assert len(left) == len(digests) - 1
    assert second_factor.without(left, codes[3]) is None
    assert second_factor.without(digests, "AAAA-AAAA-AAAA-AAAA") is None


def test_what_is_sealed_opens_for_its_house_and_person_only() -> None:
    kept = sealed(SECRET, "house", "p1")
    assert SECRET not in kept
    assert kept != sealed(SECRET, "house", "p1"), "no two look alike"
    assert opened(kept, "house", "p1") == SECRET
    assert opened(SECRET, "house", "p1") == SECRET, "from before sealing"
    changed = kept[:-6] + ("A" if kept[-6] != "A" else "B") + kept[-5:]
    for kept_now, house, person in (
        (kept, "another", "p1"),
        (kept, "house", "p2"),
        (changed, "house", "p1"),
        ("v1:", "house", "p1"),
        ("v1:é", "house", "p1"),
    ):
        with pytest.raises(Unreadable):
            opened(kept_now, house, person)


async def sign_in(site: Site, code: str | None = None) -> httpx.Response:
    words = {"login": "admin", "password": site.password, "code": code}
    return await site.client().post("/api/v1/session", json=words)


async def browser(site: Site, code: str | None = None) -> httpx.AsyncClient:
    """Somebody who signed in as the administrator, with what a browser sends."""
    answer = await sign_in(site, code)
    assert answer.status_code == 200, answer.text
    token = answer.json()["token"]
    return site.client(Cookie=f"wanghuo_session={token}", Sec_Fetch_Site="same-origin")


async def with_a_factor(site: Site, clock: HandClock) -> httpx.AsyncClient:
    """The administrator in a browser, who has just turned a second factor on."""
    mine = await browser(site)
    secret = (await mine.post("/api/v1/session/second-factor")).json()["secret"]
    code = pyotp.TOTP(secret).at(clock.now_utc())
    assert (await mine.put("/api/v1/session/second-factor", json={"code": code})).is_success
    return mine


async def test_signing_in_asks_for_a_code_once_the_factor_is_on_and_never_before(
    by_hand: tuple[Site, HandClock],
) -> None:
    site, clock = by_hand
    mine = await browser(site)
    begun = (await mine.post("/api/v1/session/second-factor")).json()
    asked = parse_qs(urlsplit(begun["uri"]).query)
    assert asked["secret"] == [begun["secret"]]
    assert begun["picture"].startswith("data:image/svg+xml")
    assert (await sign_in(site)).status_code == 200, "the QR code may never have been read"
    wrong = await mine.put("/api/v1/session/second-factor", json={"code": "000000"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "code")
    phone = pyotp.TOTP(begun["secret"])

    def shown() -> str:
        return phone.at(clock.now_utc())

    turned = await mine.put("/api/v1/session/second-factor", json={"code": shown()})
    recovery = turned.json()["recovery_codes"]
    without = await sign_in(site)
    assert (without.status_code, without.json()["field"]) == (422, "code")
    assert (await sign_in(site, shown())).status_code == 422, "that code was used to turn it on"
    await clock.turn(31)
    assert (await sign_in(site, shown())).status_code == 200
    assert (await sign_in(site, shown())).status_code == 422, "no code opens twice"
    assert (await sign_in(site, recovery[0])).status_code == 200
    assert (await sign_in(site, recovery[0])).status_code == 422
    state = (await mine.get("/api/v1/session/second-factor")).json()
    assert state == {"on": True, "recovery_codes_left": second_factor.RECOVERY_CODES - 1}
    await clock.turn(31)
    off = await mine.post("/api/v1/session/second-factor/off", json={"code": shown()})
    assert off.status_code == 204
    assert (await sign_in(site)).status_code == 200
    acts = (await site.client("auditor").get("/api/v1/audit")).json()["items"]
    assert [line["act"] for line in acts if line["act"].startswith("second")] == [
        "second_factor.off",
        "second_factor.on",
    ]
    assert begun["secret"] not in str(acts)


async def test_guessing_codes_locks_like_guessing_passwords(
    by_hand: tuple[Site, HandClock],
) -> None:
    site, clock = by_hand
    await with_a_factor(site, clock)
    await clock.turn(60)
    tried = [(await sign_in(site, f"{n:06}")).status_code for n in range(8)]
    assert tried[0] == 422
    assert tried[-1] == 429


async def test_an_administrator_helps_who_lost_the_telephone(
    by_hand: tuple[Site, HandClock],
) -> None:
    site, clock = by_hand
    mine = await with_a_factor(site, clock)
    assert (await mine.post("/api/v1/session/second-factor")).status_code == 409
    who = (await mine.get("/api/v1/session")).json()["person"]["id"]
    for role, status in (("city_duty", 403), ("admin", 204)):
        forgotten = await site.client(role).delete(f"/api/v1/people/{who}/second-factor")
        assert forgotten.status_code == status
    assert (await sign_in(site)).status_code == 200


async def test_a_token_or_an_operators_key_sets_up_no_factor(site: Site) -> None:
    made = await site.client("admin").post("/api/v1/session/second-factor")
    assert made.status_code == 403
    assert (await sign_in(site)).status_code == 200


async def test_a_session_ends_when_nobody_uses_it_and_at_the_end_of_a_shift_anyway(
    by_hand: tuple[Site, HandClock],
) -> None:
    site, clock = by_hand
    used, left = await browser(site), await browser(site)
    for _ in range(15):
        await clock.turn(1.5 * HOUR_S)
        assert (await used.get("/api/v1/session")).status_code == 200
    assert (await left.get("/api/v1/session")).status_code == 401
    await clock.turn(1.4 * HOUR_S)
    assert (await used.get("/api/v1/session")).status_code == 200
    await clock.turn(0.2 * HOUR_S + FRESH_S)
    assert (await used.get("/api/v1/session")).status_code == 401, "24 hours are a shift"
    assert (await site.client("admin").get("/api/v1/session")).status_code == 200, "a token stays"


async def test_the_database_holds_no_secret_that_opens(
    by_hand: tuple[Site, HandClock], database: Database
) -> None:
    site, clock = by_hand
    mine = await browser(site)
    secret = (await mine.post("/api/v1/session/second-factor")).json()["secret"]
    phone = pyotp.TOTP(secret)
    turned = await mine.put(
        "/api/v1/session/second-factor", json={"code": phone.at(clock.now_utc())}
    )
    async with database.transaction("*") as tx:
        kept = await tx.fetchval("SELECT string_agg(p::text, ' ') FROM access.person p")
        assert secret not in kept
        await tx.execute("UPDATE access.person SET factor_secret = $1 WHERE factor_on", secret)
    await clock.turn(31)
    assert (await sign_in(site, phone.at(clock.now_utc()))).is_success, "from before sealing"
    async with database.transaction("*") as tx:
        kept = await tx.fetchval("SELECT factor_secret FROM access.person WHERE factor_on")
        assert kept.startswith("v1:")
        lost = "UPDATE access.person SET factor_secret = 'v1:lost' WHERE factor_on"
        await tx.execute(lost)
    await clock.turn(31)
    assert (await sign_in(site, phone.at(clock.now_utc()))).status_code == 422
    recovery = turned.json()["recovery_codes"][0]
    assert (await sign_in(site, recovery)).is_success, "recovery codes still help"

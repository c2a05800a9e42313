"""Single sign-on against a provider on loopback, over real HTTP on both sides."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn
from joserfc.jwk import RSAKey

from tests.access.oidc_provider import CLIENT, SECRET, OidcProvider
from tests.ports import free_port
from tests.web.makers import Site, open_site
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.settings import OidcSettings

START = "/api/v1/session/oidc"


@dataclass
class House:
    """A house and the provider that it trusts."""

    site: Site
    provider: OidcProvider
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self) -> httpx.AsyncClient:
        made = httpx.AsyncClient(base_url=self.site.url, timeout=20, trust_env=False)
        self.browsers.append(made)
        return made


@pytest.fixture
async def house(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[House]:
    port = free_port()
    provider = OidcProvider(url=f"http://127.0.0.1:{port}", now_s=int(time.time()))
    config = uvicorn.Config(provider.app(), host="127.0.0.1", port=port, log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.wait({serving}, timeout=0.01)
    async with open_site(database, web_database, nats_stream, tmp_path) as site:
        settings = OidcSettings(issuer=provider.url, client_id=CLIENT, client_secret=SECRET)
        site.house.settings = msgspec.structs.replace(
            site.house.settings, oidc=settings, public_url=site.url
        )
        made = House(site, provider)
        yield made
        for browser in made.browsers:
            await browser.aclose()
    server.should_exit = True
    await serving


async def came_back(browser: httpx.AsyncClient) -> httpx.Response:
    """To the provider and back, without following the last redirect."""
    out = await browser.get(START)
    assert out.status_code == 303
    agreed = await browser.get(out.headers["location"])
    return await browser.get(agreed.headers["location"])


async def test_whoever_the_directory_vouches_for_is_signed_in_as_the_person_here(
    house: House,
) -> None:
    browser = house.browser()
    named = await browser.get(f"{START}?ask=true")
    assert named.json()["title_zh"] == "统一身份认证登录"
    house.provider.login = "City_Duty"
    answer = await came_back(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    person = (await browser.get("/api/v1/session")).json()["person"]
    assert person["role"] == "city_duty"
    trail = (await house.site.client("auditor").get("/api/v1/audit?act=session.begin")).json()
    assert trail["items"][0]["detail"]["by"] == house.provider.url


async def test_who_is_nobody_here_stays_outside(house: House) -> None:
    house.provider.login = "stranger"
    browser = house.browser()
    answer = await came_back(browser)
    assert answer.headers["location"] == "/?sign_in=nobody"
    assert (await browser.get("/api/v1/session")).status_code == 401


LIES: list[dict[str, Any]] = [
    {"iss": "http://127.0.0.1:1"},
    {"aud": "somebody else"},
    {"exp": 1},
    {"nonce": "of another sign-in"},
    {"preferred_username": None},
    {"preferred_username": ["admin"]},
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: next(iter(lie)))
async def test_a_token_that_says_something_wrong_opens_nothing(
    house: House, lie: dict[str, Any]
) -> None:
    house.provider.claims = lie
    browser = house.browser()
    assert (await came_back(browser)).headers["location"] == "/?sign_in=refused"
    assert (await browser.get("/api/v1/session")).status_code == 401


async def test_a_token_signed_by_a_strange_key_opens_nothing(house: House) -> None:
    house.provider.signer = RSAKey.generate_key(2048, {"kid": "k1"})
    browser = house.browser()
    assert (await came_back(browser)).headers["location"] == "/?sign_in=refused"
    assert (await browser.get("/api/v1/session")).status_code == 401


async def test_a_way_back_that_this_browser_did_not_begin_is_refused(house: House) -> None:
    mine, theirs = house.browser(), house.browser()
    out = await theirs.get(START)
    back = (await theirs.get(out.headers["location"])).headers["location"]
    assert (await mine.get(back)).headers["location"] == "/?sign_in=refused"
    await mine.get(START)
    assert (await mine.get(back)).headers["location"] == "/?sign_in=refused"
    assert (await theirs.get(back)).headers["location"] == "/"
    assert (await theirs.get(back)).headers["location"] == "/?sign_in=refused"  # only once


async def test_a_provider_that_is_away_is_said_so(house: House) -> None:
    settings = house.site.house.settings
    away = msgspec.structs.replace(settings.oidc, issuer=f"http://127.0.0.1:{free_port()}")
    house.site.house.settings = msgspec.structs.replace(settings, oidc=away)
    browser = house.browser()
    assert (await browser.get(START)).status_code == 503
    off = msgspec.structs.replace(settings, oidc=OidcSettings())
    house.site.house.settings = off
    assert (await browser.get(f"{START}?ask=true")).json() is None
    assert (await browser.get(START)).status_code == 404
    assert (await browser.get(f"{START}/callback?code=x&state=y")).status_code == 404

"""The cockpit's files, the headers of every answer, health and figures."""

import gzip

import httpx
import pytest

from tests.web.makers import Site, said_raw


def build(site: Site) -> None:
    folder = site.house.settings.cockpit_dir
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>望火</title>", encoding="utf-8")
    (folder / "assets" / "app-1a2b.js").write_text("let a = 1;\n" * 500, encoding="utf-8")
    (folder / "towns.geojson").write_text("{}", encoding="utf-8")
    (folder.parent / "credentials.toml").write_text("secret", encoding="utf-8")
    (folder / "link.txt").symlink_to(folder.parent / "credentials.toml")


async def test_a_cockpit_that_is_not_built_says_how(site: Site) -> None:
    answer = await site.client().get("/")
    assert answer.status_code == 503
    assert "make cockpit" in answer.text


async def test_every_page_path_draws_the_cockpit_and_a_missing_file_is_missing(site: Site) -> None:
    build(site)
    client = site.client()
    for path in ("/", "/incidents/20260601-XP-0001", "/desk", "/index.html"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "望火" in answer.text
        assert answer.headers["cache-control"] == "no-cache"
    assert (await client.get("/assets/gone-1.js")).status_code == 404
    assert (await client.post("/desk")).status_code == 404


async def test_a_hashed_file_is_kept_for_ever_and_sent_compressed(site: Site) -> None:
    build(site)
    client = site.client()
    answer = await client.get("/assets/app-1a2b.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.text == "let a = 1;\n" * 500
    plain = await client.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert plain.text == answer.text
    assert "content-encoding" not in plain.headers


async def test_a_file_that_did_not_change_is_not_sent_again_and_a_new_one_is(site: Site) -> None:
    build(site)
    client = site.client()
    etag = (await client.get("/index.html")).headers["etag"]
    kept = await client.get("/index.html", headers={"If-None-Match": etag})
    (site.house.settings.cockpit_dir / "index.html").write_text("new page", encoding="utf-8")
    new = await client.get("/index.html", headers={"If-None-Match": etag})
    assert (kept.status_code, kept.content) == (304, b"")
    assert (new.status_code, new.text) == (200, "new page")


@pytest.mark.parametrize(
    "path",
    [
        "/../credentials.toml", "/..%2fcredentials.toml", "/%2e%2e/credentials.toml",
        "//etc/passwd", "/link.txt", "/assets/../../credentials.toml", "/a%00.js",
        "/..\\credentials.toml",
    ],
)  # fmt: skip
async def test_nothing_outside_the_folder_is_ever_sent(site: Site, path: str) -> None:
    build(site)
    raw = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    answer = await said_raw(site, raw)
    assert b"secret" not in answer
    assert b"root:" not in answer
    assert answer.startswith(
        (b"HTTP/1.1 404", b"HTTP/1.1 200 OK", b"HTTP/1.1 400", b"HTTP/1.1 307")
    )


async def test_every_answer_carries_the_headers_that_protect_its_reader(site: Site) -> None:
    build(site)
    client = site.client("city_duty")
    for path in ("/", "/assets/app-1a2b.js", "/api/v1/summary", "/api/v1/nowhere", "/healthz",
        "/api/v1/try/error/unexpected", "/api/openapi.json"):  # fmt: skip
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "worker-src 'self' blob:" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
        if path.startswith("/api/"):
            assert headers["cache-control"] == "no-store"


async def test_a_large_answer_is_compressed(site: Site) -> None:
    answer = await site.client("city_duty").get("/api/openapi.json")
    assert answer.headers["content-encoding"] == "gzip"
    described = answer.json()
    assert described["openapi"].startswith("3.1")
    assert "Problem" in described["components"]["schemas"]
    assert "securitySchemes" in described["components"]


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_no_page_loads_scripts_from_elsewhere(site: Site, path: str) -> None:
    assert "cdn" not in (await site.client().get(path)).text


async def test_health_and_readiness_are_two_questions(site: Site) -> None:
    client = site.client()
    ready = await client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["ready"] is True
    site.house.database.abort()
    down = await client.get("/readyz")
    assert down.status_code == 503
    part = next(part for part in down.json()["parts"] if not part["ok"])
    assert part["part"] == "database"
    assert "wanghuo doctor" in part["en"]
    assert "wanghuo doctor" in part["zh"]
    assert (await client.get("/healthz")).json() == {"alive": True}


async def test_a_stream_that_is_away_is_named(site: Site) -> None:
    await site.house.stream.close()
    down = await site.client().get("/readyz")
    assert [part["part"] for part in down.json()["parts"] if not part["ok"]] == ["stream"]


async def test_figures_are_for_this_machine_or_for_auditors(site: Site) -> None:
    here = await site.client().get("/metrics")
    assert here.status_code == 200
    assert "wanghuo_http_seconds_bucket" in here.text
    rebound = {"Host": "evil.example:8119"}
    proxied = {"X-Forwarded-For": "203.0.113.9"}
    for foreign in (rebound, proxied):
        assert (await site.client().get("/metrics", headers=foreign)).status_code == 401
        assert (await site.client("operator").get("/metrics", headers=foreign)).status_code == 403
        assert (await site.client("auditor").get("/metrics", headers=foreign)).status_code == 200


async def test_figures_name_routes_and_never_ids(site: Site) -> None:
    await site.client("city_duty").get("/api/v1/try/error/missing")
    text = (await site.client().get("/metrics")).text
    assert 'route="/api/v1/try/error/{kind}"' in text
    assert "error/missing" not in text


async def test_a_compressed_page_is_whole(site: Site) -> None:
    build(site)
    async with site.client().stream("GET", "/assets/app-1a2b.js") as answer:
        packed = b"".join([piece async for piece in answer.aiter_raw()])
    assert gzip.decompress(packed).decode() == "let a = 1;\n" * 500
    assert isinstance(answer, httpx.Response)

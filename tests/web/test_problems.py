"""Every error leaves as a problem document that says what, where and what to do."""

from collections.abc import AsyncIterator

import pytest

from tests.web.makers import Site, said_raw


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("missing", 404),
        ("refused", 409),
        ("invalid", 422),
        ("forbidden", 403),
        ("unavailable", 503),
        ("unexpected", 500),
    ],
)
async def test_each_kind_of_error_has_its_status_and_both_languages(
    site: Site, kind: str, status: int
) -> None:
    answer = await site.client("city_duty").get(f"/api/v1/try/error/{kind}")
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["type"] == f"urn:wanghuo:problem:{kind}"
    assert problem["detail_zh"]
    assert problem["detail_en"]
    assert problem["remedy_zh"]
    assert problem["remedy_en"]
    assert problem["instance"] == f"/api/v1/try/error/{kind}"


async def test_an_unexpected_error_tells_an_id_and_nothing_of_our_inside(site: Site) -> None:
    answer = await site.client("city_duty").get("/api/v1/try/error/unexpected")
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert len(answer.json()["id"]) >= 10


async def test_an_unavailable_engine_says_when_to_return(site: Site) -> None:
    answer = await site.client("city_duty").get("/api/v1/try/error/unavailable")
    assert int(answer.headers["retry-after"]) >= 1


async def test_the_language_follows_the_reader(site: Site) -> None:
    chinese = site.client("city_duty", Accept_Language="zh-CN,zh;q=0.9")
    english = site.client("city_duty", Accept_Language="en")
    said_zh = (await chinese.get("/api/v1/try/error/missing")).json()
    said_en = (await english.get("/api/v1/try/error/missing")).json()
    assert said_zh["title"] == said_en["title_zh"] == "没有这个对象"
    assert said_en["detail"] == said_zh["detail_en"] == "no such place"


async def test_an_unusable_field_is_named_with_its_remedy(site: Site) -> None:
    answer = await site.client("city_duty").post("/api/v1/try/units", json={"name": "x"})
    problem = answer.json()
    assert answer.status_code == 422
    assert problem["field"] == "name"
    assert problem["errors"][0]["remedy_zh"] == "至少 2 个字符"
    assert problem["errors"][0]["remedy_en"] == "give at least 2 characters"


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'"x"', b"\xff\xfe", b"null", b"{" * 5000])
async def test_a_body_that_is_no_object_is_told_so(site: Site, body: bytes) -> None:
    client = site.client("city_duty", Content_Type="application/json")
    answer = await client.post("/api/v1/try/units", content=body)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_refused_password_is_never_repeated_in_the_answer(site: Site) -> None:
    words = {"login": "", "password": "my-secret-password" * 20}
    answer = await site.client().post("/api/v1/session", json=words)
    assert answer.status_code == 422
    assert "my-secret" not in answer.text


async def test_an_unknown_path_of_the_api_is_missing_and_an_unknown_method_refused(
    site: Site,
) -> None:
    client = site.client("city_duty")
    nowhere = await client.get("/api/v1/nowhere")
    method = await client.delete("/api/v1/summary")
    assert nowhere.status_code == 404
    assert nowhere.json()["type"] == "urn:wanghuo:problem:missing"
    assert method.status_code == 405
    assert "GET" in method.headers["allow"]
    assert method.headers["content-type"].startswith("application/problem+json")


async def test_text_that_the_database_cannot_hold_is_the_callers_mistake(site: Site) -> None:
    answer = await site.client("city_duty").post("/api/v1/try/units", json={"name": "a\x00b"})
    assert answer.status_code == 422


async def test_a_body_too_large_is_refused_before_it_is_read(site: Site) -> None:
    raw = b"POST /api/v1/try/units HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n"
    answer = await said_raw(site, raw)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"urn:wanghuo:problem:too_large" in answer


async def test_a_body_that_grows_too_large_is_refused_while_it_is_read(site: Site) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(6):
            yield b" " * (1 << 20)

    client = site.client("city_duty", Content_Type="application/json")
    answer = await client.post("/api/v1/try/units", content=endless())
    assert answer.status_code == 413

"""Without a network, in a drill, and while the database does not answer."""

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.pages.desk import Desk, Fires
from tests.stories.house import RunningHouse
from tests.stories.wire import Transmitter

pytestmark = pytest.mark.pages

CONFIRM = 3


async def test_an_act_without_network_is_kept_and_sent_when_it_is_back(
    desk: Desk, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await desk.context.set_offline(True)
    await desk.page.keyboard.press("u")
    await expect(desk.page.locator(".off")).to_contain_text("1 条操作已存本机")
    assert fires.incident(number)["level"] == 1
    await desk.context.set_offline(False)
    await expect(desk.page.locator(".off")).to_have_count(0)
    await expect(desk.page.locator(".head .lvl .lvt")).to_contain_text("F2")
    assert fires.incident(number)["level"] == 2
    desk.complaints.clear()  # the browser says that it was offline


async def test_a_refused_act_says_why_where_it_was_pressed(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await desk.page.keyboard.press("n")
    await desk.page.fill(".sheet textarea", "来不及了")
    answer = '{"status":409,"detail_zh":"警情已由他人处理","detail_en":"handled by another desk"}'
    await desk.page.route(
        "**/note",
        lambda route: route.fulfill(
            status=409, body=answer, content_type="application/problem+json"
        ),
    )
    await desk.page.click('[data-act="send-note"]')
    await expect(desk.page.locator(".sheet .outcome")).to_contain_text("警情已由他人处理")
    await expect(desk.page.locator(".sheet textarea")).to_have_value("来不及了")
    desk.complaints.clear()  # the browser says that a request was refused


async def test_a_drill_is_framed_named_and_in_the_title(desk: Desk, fires: Fires) -> None:
    place = fires.place()
    body = {"place_id": place["id"], "reason": "季度演练", "drill": True}
    with desk.house.client() as client:
        assert client.post("/api/v1/test-windows", json=body).is_success
    number = fires.burn(place)
    await desk.choose(number)
    await expect(desk.page.locator(".head .tag").first).to_have_text("演练")
    await expect(desk.page.locator(".desk.drilling")).to_be_visible()
    await desk.go(f"#/incidents/{number}")
    await expect(desk.page).to_have_title(re.compile("^演练"))
    assert fires.incident(number)["drill"]


async def test_a_fact_that_comes_while_the_list_is_read_stays(desk: Desk, fires: Fires) -> None:
    standing, ending = fires.burn(fires.place()), fires.burn(fires.place())
    await expect(desk.row(ending)).to_be_visible()
    read, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        """The list as it stood, late on its way; marked, to see when the page has taken it."""
        answer = await route.fetch()
        page = await answer.json()
        for row in page["items"]:
            row["place"]["name"] = "迟到的列表" if row["number"] == standing else "已结束"
        read.set()
        await go_on.wait()
        await route.fulfill(json=page)

    await desk.page.route("**/api/v1/incidents?open=true*", slowly)
    await desk.page.evaluate("dispatchEvent(new Event('online'))")  # reads everything again
    await read.wait()
    coming = fires.burn(fires.place())
    with desk.house.client() as client:
        closing = client.post(f"/api/v1/incidents/{ending}/close", json={"disposition": "test"})
    assert closing.is_success
    await expect(desk.row(coming)).to_be_visible()
    await expect(desk.row(ending)).to_have_count(0)
    go_on.set()
    await expect(desk.row(standing)).to_contain_text("迟到的列表")
    await expect(desk.row(coming)).to_be_visible()
    await expect(desk.row(ending)).to_have_count(0)


async def test_a_page_that_was_away_reads_what_it_missed(desk: Desk, fires: Fires) -> None:
    await expect(desk.page.locator(".queue .done").first).to_be_visible()
    await desk.context.set_offline(True)
    number = fires.burn(fires.place())
    await desk.context.set_offline(False)
    await expect(desk.row(number)).to_be_visible()
    desk.complaints.clear()


def _postgres(house: RunningHouse) -> list[int]:
    """Every PostgreSQL process of this house."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            told = (entry / "cmdline").read_bytes() + str((entry / "cwd").readlink()).encode()
        except OSError:
            continue
        if b"postgres" in told and str(house.folder).encode() in told:
            found.append(int(entry.name))
    return found


@contextlib.contextmanager
def _breathless(house: RunningHouse) -> Iterator[None]:
    """PostgreSQL is stopped; everything else runs on."""
    pids = _postgres(house)
    assert pids, "no PostgreSQL process of this house was found"
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_a_fire_shows_while_the_database_is_away_and_becomes_an_incident_after(
    desk: Desk, fires: Fires
) -> None:
    example = desk.house.credentials()["examples"]["gb26875"]
    first, second = (
        f"{p['component_type']:02x}{p['component_address']}" for p in example["points"]
    )
    loop = (example["system_type"], example["system_address"])
    await expect(desk.page.locator(".queue .done").first).to_be_visible()
    device = Transmitter(desk.house.gb26875_port, bytes.fromhex(example["source"]))
    assert device.send_fire(*loop, first)[26] == CONFIRM  # the register knows it from now on
    fires.close_all()
    await expect(desk.page.locator(".queue [data-number]")).to_have_count(0)
    with _breathless(desk.house):
        answer = await asyncio.to_thread(device.send_fire, *loop, second)
        assert answer[26] == CONFIRM
        shown = desk.page.locator(".unjudged")
        await expect(shown).to_contain_text("1 条火警待定级")
        await expect(shown).to_contain_text("数据库没有响应")
        await expect(desk.page.locator(".wellness .warn").first).to_contain_text("后备")
    device.close()
    with desk.house.client() as client:
        name = client.get(f"/api/v1/places/{example['place_id']}").json()["name"]
    await expect(desk.page.locator(".queue [data-number]").first).to_contain_text(name)
    await expect(desk.page.locator(".unjudged")).to_have_count(0)
    desk.complaints.clear()  # the browser says that requests failed meanwhile

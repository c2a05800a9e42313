"""The duty desk: a fire arrives, a person works it by keyboard to its end."""

import asyncio
import contextlib
import re

import pytest
from playwright.async_api import Browser, expect

from tests.pages.desk import Desk, Fires
from tests.protocols.gb26875_samples import fire_packet
from tests.stories.house import RunningHouse
from tests.stories.wire import Transmitter

pytestmark = pytest.mark.pages


async def test_a_fire_enters_the_queue_of_an_open_desk_by_itself(desk: Desk, fires: Fires) -> None:
    await expect(desk.page.locator(".queue .done").first).to_contain_text("现在没有待处置的警情")
    place = fires.place()
    number = fires.burn(place)
    row = desk.row(number)
    await expect(row).to_contain_text(place["name"])
    await expect(row.locator(".lvt").first).to_have_text("F1")
    await expect(desk.page.locator(".head h1")).to_have_text(place["name"])
    await expect(desk.page.locator(".head .lvl .lvt")).to_contain_text("单点报警")


async def test_a_second_point_raises_the_level_before_ones_eyes(desk: Desk, fires: Fires) -> None:
    place = fires.place()
    number = fires.burn(place)
    await expect(desk.row(number).locator(".lvt").first).to_have_text("F1")
    fires.burn(place, points=2)
    await expect(desk.row(number).locator(".lvt").first).to_have_text("F2")
    await expect(desk.page.locator(".led li")).to_have_count(3)
    roles = desk.page.locator(".lanes [data-party]")
    await expect(desk.page.locator('.lanes [data-party="brigade"]').first).to_be_visible()
    assert await roles.count() >= 5
    await expect(desk.page.locator("#timeline li").first).to_be_visible()


async def test_enter_does_the_next_action_and_says_what_comes_then(
    desk: Desk, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    button = desk.page.locator(".act .go")
    await expect(button).to_contain_text("本席收到")
    assert await desk.page.locator(".act .go, .sheet .go").count() == 1  # one filled button
    await desk.page.wait_for_timeout(500)  # the lock after a change
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator('.lanes [data-party="operator_desk"] .st')).to_have_class(
        "st ack"
    )
    assert fires.incident(number)["desk_acknowledged_at"]


async def test_from_a_frame_on_the_wire_to_a_closed_incident_by_keyboard_alone(
    house: RunningHouse, browser: Browser, fires: Fires
) -> None:
    assert fires.house is house
    desk = await Desk.of(house, browser)
    page, keys = desk.page, desk.page.keyboard
    first = house.credentials()["admin"]
    await page.goto(house.url)
    await expect(page.locator("[name=login]")).to_be_focused()
    await keys.type(first["login"])
    await keys.press("Tab")
    await keys.type(first["password"])
    await keys.press("Enter")
    await expect(page.locator(".queue .done").first).to_be_visible()
    example = house.credentials()["examples"]["gb26875"]
    source = bytes.fromhex(example["source"])
    point = example["points"][0]
    wired = f"{point['component_type']:02x}{point['component_address']}"
    with contextlib.closing(Transmitter(house.gb26875_port, source)) as device:
        device.send_fire(example["system_type"], example["system_address"], wired)
        go = page.locator(".act .go")
        await expect(go).to_have_attribute("data-act", "acknowledge")
        await page.wait_for_timeout(500)  # the lock after a change
        await keys.press("Enter")
        await expect(page.locator(".held")).to_contain_text("你在处置")
        for level in ("F2", "F3"):
            await keys.press("u")
            await expect(page.locator(".head .lvl .lvt")).to_contain_text(level)
            # The row may come before the answer, and until that a key does nothing.
            await expect(page.locator('.act .outcome[role="status"]')).to_be_visible()
        await keys.press("d")
        await expect(page.locator(".sheet input").first).to_be_focused()
        await keys.press("Space")
        await keys.press("Tab")
        await keys.type("看过录像，火已扑灭")
        await keys.press("Tab")
        await keys.press("Enter")
        await expect(page.locator(".queue [data-number]")).to_have_count(0)
        number = (await page.locator(".head .facts").first.get_attribute("title")) or ""
        closed = fires.incident(number)
        assert (closed["state"], closed["disposition"], closed["level_peak"]) == (
            "closed",
            "fire",
            3,
        )
    await desk.close()
    assert desk.complaints == []


async def test_raising_takes_one_key_and_lowering_a_reason_and_two_presses(
    desk: Desk, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await desk.page.keyboard.press("u")
    await expect(desk.page.locator(".head .lvl .lvt")).to_contain_text("F2")
    await desk.page.keyboard.press("l")
    send = desk.page.locator('[data-act="send-lower"]')
    await expect(send).to_be_disabled()
    await desk.page.fill(".sheet textarea", "现场看过，只是水汽")
    await send.click()
    await expect(send).to_contain_text("再按一次")
    assert fires.incident(number)["level"] == 2
    await send.click()
    await expect(desk.page.locator(".head .lvl .lvt")).to_contain_text("F1")
    assert fires.incident(number)["level_peak"] == 2


async def test_no_key_is_live_in_a_text_field_but_escape(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await desk.page.keyboard.press("n")
    await desk.page.locator(".sheet textarea").press_sequentially("u a l")
    assert fires.incident(number)["level"] == 1
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.locator(".sheet")).to_have_count(0)
    assert all(line["what"] != "note" for line in fires.incident(number)["timeline"])


async def test_a_note_stands_in_the_timeline(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await desk.page.keyboard.press("n")
    await desk.page.fill(".sheet textarea", "门卫说二楼有烟")
    await desk.page.click('[data-act="send-note"]')
    await expect(desk.page.locator("#timeline li").first).to_contain_text("门卫说二楼有烟")


async def test_no_fire_on_site_needs_a_cause_then_closing_empties_the_queue(
    desk: Desk, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    await desk.go(f"#/incidents/{number}")
    await expect(desk.page.locator("#timeline li").first).to_be_visible()
    await desk.page.keyboard.press("d")
    await desk.page.click(".sheet label:has-text('误报')")
    await expect(desk.page.locator('[data-act="send-close"]')).to_be_disabled()
    await desk.page.click(".sheet label:has-text('水汽')")
    await desk.page.click('[data-act="send-close"]')
    await expect(desk.page.locator(".clk span")).to_contain_text("结案")
    closed = fires.incident(number)
    assert (closed["disposition"], closed["cause"]) == ("nuisance", "steam")
    await desk.go("#/")
    await expect(desk.row(number)).to_have_count(0)


async def test_a_closed_incident_can_be_opened_again_with_a_reason(
    desk: Desk, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    fires.close_all()
    await desk.go(f"#/incidents/{number}")
    await expect(desk.page.locator(".go-none")).to_contain_text("已结案")
    await desk.page.keyboard.press("d")
    await desk.page.fill(".sheet textarea", "结错了")
    await desk.page.click('[data-act="send-reopen"]')
    await expect(desk.page.locator(".act .go")).to_be_visible()
    assert fires.incident(number)["state"] == "open"


async def test_the_queue_keeps_still_under_the_pointer(desk: Desk, fires: Fires) -> None:
    first = fires.burn(fires.place())
    await expect(desk.row(first)).to_be_visible()
    await desk.row(first).hover()
    lower = fires.burn(fires.place())
    await expect(desk.row(lower)).to_be_visible()
    higher = fires.burn(fires.place(), points=2)
    await expect(desk.row(higher).locator(".lvt").first).to_have_text("F2")
    assert (await desk.numbers())[0] == first  # an F2 does not push in front of a hand
    await desk.page.mouse.move(900, 300)
    await expect(desk.page.locator(".queue [data-number]").first).to_have_attribute(
        "data-number", higher
    )
    assert await desk.numbers() == [higher, first, lower]


async def test_j_and_k_walk_and_g_finds_the_newest_confirmed_fire(desk: Desk, fires: Fires) -> None:
    numbers = [fires.burn(fires.place()) for _ in range(3)]
    for number in numbers:
        await expect(desk.row(number)).to_be_visible()
    await desk.choose(numbers[0])
    await desk.page.keyboard.press("j")
    await expect(desk.row(numbers[1])).to_have_attribute("aria-current", "true")
    await desk.page.keyboard.press("k")
    await expect(desk.row(numbers[0])).to_have_attribute("aria-current", "true")
    await desk.page.mouse.move(900, 300)  # off the queue, so that it may sort itself
    with desk.house.client() as client:
        client.post(f"/api/v1/incidents/{numbers[2]}/confirm", json={"reason": "flames seen"})
    confirmed = re.compile("F3|F4")  # at night a confirmed fire is one with people in danger
    await expect(desk.row(numbers[2]).locator(".lvt").first).to_have_text(confirmed)
    assert (await desk.numbers())[0] == numbers[2]
    await expect(desk.page.locator('[aria-live="assertive"]')).to_contain_text(confirmed)
    await desk.page.keyboard.press("g")
    await expect(desk.row(numbers[2])).to_have_attribute("aria-current", "true")
    await expect(desk.page.locator(".sheet")).to_have_count(0)  # one key, one meaning
    await expect(desk.page.locator('.lanes [data-party="cad_119"]').first).to_be_visible()


async def test_shelving_names_a_point_a_reason_and_an_end(desk: Desk, fires: Fires) -> None:
    place = fires.place()
    number = fires.burn(place)
    await desk.choose(number)
    await desk.page.keyboard.press("s")
    await desk.page.fill(".sheet textarea", "厨房检修，已派人看守")
    await desk.page.click('[data-act="send-shelve"]')
    await expect(desk.page.locator(".sheet")).to_have_count(0)
    with desk.house.client() as client:
        origins = [shelf["origin"] for shelf in client.get("/api/v1/shelves").json()["items"]]
    assert fires.smokes(place)[0]["origin"] in origins


async def test_the_question_mark_lists_every_key(desk: Desk) -> None:
    await desk.page.keyboard.press("?")
    await expect(desk.page.locator(".keymap dl div")).to_have_count(22)
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.locator(".keymap")).to_have_count(0)


async def test_a_long_queue_is_drawn_in_parts_and_none_is_out_of_reach(desk: Desk) -> None:
    _reader, writer = await asyncio.open_connection("127.0.0.1", desk.house.gb26875_port)
    for number in range(110):  # strangers: each is an incident of its own
        writer.write(fire_packet(serial=number, source=(number + 1).to_bytes(6, "little")))
    with contextlib.closing(writer):
        await expect(desk.page.locator(".queue-head h2")).to_contain_text("110")
    await desk.page.keyboard.press("f")  # that many at once are grouped at first
    rows = desk.page.locator(".queue [data-number]")
    await expect(rows).to_have_count(100)
    more = desk.page.locator(".queue .done").first
    await expect(more).to_contain_text("下面还有 10 起")
    await more.scroll_into_view_if_needed()
    await expect(rows).to_have_count(110)
    assert len(set(await desk.numbers())) == 110

"""The 119 seat: the same incident, 119's own acts, nothing of the rest."""

import pytest
from playwright.async_api import Browser, expect

from tests.pages.axe import findings
from tests.pages.desk import Desk, Fires
from tests.pages.test_people import PASSWORD, a_person
from tests.stories.house import RunningHouse

pytestmark = pytest.mark.pages


async def test_the_seat_takes_a_fire_from_told_to_closed_by_keyboard(
    house: RunningHouse, browser: Browser, fires: Fires
) -> None:
    a_person(house, "seat.one", "cad_119")
    mine, other = fires.place(), fires.place()
    unconfirmed = fires.burn(other)
    number = fires.burn(mine)
    with house.client() as client:
        assert client.post(f"/api/v1/incidents/{number}/confirm", json={}).status_code == 200
    desk = await (await Desk.of(house, browser)).sign_in("seat.one", PASSWORD)
    page = desk.page
    await expect(desk.row(number)).to_be_visible()
    assert unconfirmed not in await desk.numbers(), "119 was not told of it"
    bar = page.get_by_label("119 接警席").first
    await expect(bar).to_contain_text("等待受理")
    assert await page.locator('[data-act="close"], [data-act="confirm"]').count() == 0
    await page.keyboard.press("r")
    form = page.get_by_role("dialog", name="不受理")
    await form.get_by_label("不受理的原因").select_option("bad_address")
    await form.get_by_label("说明").fill("门牌不对")
    await page.keyboard.press("Enter")
    await expect(bar).to_contain_text("119 未受理")
    party = next(p for p in fires.incident(number)["parties"] if p["role"] == "cad_119")
    assert party["answer"] == "rejected"
    for said, state in (
        ("受理", "119 已受理"),
        ("已派车", "消防车已出动"),
        ("已到场", "已到场"),
        ("处置结束", "119 已结束处置"),
    ):
        await expect(bar.locator(".go")).to_contain_text(said)
        await page.keyboard.press("Enter")
        form = page.get_by_role("dialog", name=said, exact=True)
        await expect(form.locator("input")).to_be_focused()
        assert await findings(page) == []
        await page.keyboard.press("Enter")
        await expect(form).to_have_count(0)
        await expect(bar).to_contain_text(state)
    with house.client("auditor") as client:
        lines = client.get("/api/v1/audit", params={"subject": number}).json()["items"]
    assert [line["act"] for line in reversed(lines) if line["act"].startswith("cad_119")] == [
        f"cad_119.{act}" for act in ("reject", "accept", "dispatched", "on-scene", "closed")
    ]
    refused = await page.evaluate(
        "number => fetch(`/api/v1/incidents/${number}/close`, {method: 'POST', body: '{}',"
        " headers: {'Content-Type': 'application/json'}}).then((answer) => answer.status)",
        number,
    )
    assert refused == 403
    await desk.close()
    assert [told for told in desk.complaints if "403" not in told] == []


async def test_an_incident_that_119_was_not_told_of_is_none_of_its_business(
    house: RunningHouse, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    with house.client("cad_119") as seat:
        assert seat.get(f"/api/v1/incidents/{number}").status_code == 404
        answer = seat.post(f"/api/v1/incidents/{number}/119/accept", json={})
        assert answer.status_code == 404
        wrong = seat.post(f"/api/v1/incidents/{number}/119/reject", json={})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "reason")

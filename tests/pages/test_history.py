"""What happened before: found, narrowed, taken away as a table."""

import csv
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.pages.desk import Desk, Fires

pytestmark = pytest.mark.pages


async def test_history_is_narrowed_and_taken_away_as_a_table(desk: Desk, fires: Fires) -> None:
    place = fires.place()
    number = fires.burn(place)
    other = fires.burn(fires.place())
    fires.close_all()
    await desk.go("#/history")
    rows = desk.page.locator(".history tbody tr")
    await expect(rows.first).to_be_visible()
    await desk.page.fill(".filters input[type=search]", number)
    await expect(rows).to_have_count(1)
    await expect(rows.first).to_contain_text(place["name"])
    await desk.page.fill(".filters input[type=search]", "")
    await desk.page.select_option(".filters select >> nth=2", "true")
    await expect(desk.page.locator(".history .none")).to_contain_text("没有符合条件的警情")
    await desk.page.select_option(".filters select >> nth=2", "false")
    await expect(rows.first).to_be_visible()
    async with desk.page.expect_download() as coming:
        await desk.page.get_by_role("link", name="CSV").click()
    saved = Path(await (await coming.value).path())
    table = list(csv.reader(saved.read_text("utf-8-sig").splitlines()))
    assert table[0][:2] == ["警情编号", "等级"]
    assert {number, other} <= {line[0] for line in table[1:]}

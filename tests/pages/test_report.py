"""The after-action report on the incident's page: made, taken away, held against the records."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.pages.axe import findings
from tests.pages.desk import Desk, Fires

pytestmark = pytest.mark.pages

AT_REST_S = 60.0


def at_rest(fires: Fires, number: str) -> None:
    """Wait until nobody is to be told any more: what is still on its way changes the record."""
    until_s = time.monotonic() + AT_REST_S
    while time.monotonic() < until_s:
        notices = fires.incident(number)["notices"]
        if not {one["state"] for one in notices} & {"planned", "sending"}:
            return
    raise AssertionError(f"{number} is still being told")


def checked(fires: Fires, *asked: str) -> tuple[int, Any]:
    """What `wanghuo check-report` ends with and says."""
    words = ["check-report", *asked, "--data", str(fires.house.folder), "--json"]
    told = subprocess.run(
        [sys.executable, "-m", "wanghuo", *words], capture_output=True, text=True, check=False
    )
    return told.returncode, json.loads(told.stdout or "null")


async def test_a_report_is_made_and_checked_later(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    fires.close_all()
    at_rest(fires, number)
    await desk.go(f"#/incidents/{number}")
    box = desk.page.locator(".report")
    async with desk.page.expect_download() as coming:
        await box.get_by_role("button", name="生成 PDF").click()
    saved = Path(await (await coming.value).path())
    assert saved.read_bytes().startswith(b"%PDF-")
    await box.locator("summary").click()
    await box.locator("input[type=file]").set_input_files(saved)
    await expect(box.locator(".verdict")).to_have_attribute("data-same", "true")
    await expect(box.locator(".verdict")).to_contain_text("记录至今没有变化")
    code, said = checked(fires, str(saved))
    assert (code, said["number"], said["same"]) == (0, number, True)
    with fires.house.client() as client:
        client.post(f"/api/v1/incidents/{number}/note", json={"note": "the owner called"})
    await box.locator("input[type=file]").set_input_files([])
    await box.locator("input[type=file]").set_input_files(saved)
    await expect(box.locator(".verdict")).to_have_attribute("data-same", "false")
    await expect(box.locator(".verdict")).to_contain_text("变化的部分")
    code, said = checked(fires, "--number", number, "--sha256", said["sha256_now"])
    assert (code, said["known"], said["same"]) == (1, "content", False)
    altered = saved.with_name("altered.pdf")
    altered.write_bytes(saved.read_bytes() + b" ")
    assert checked(fires, str(altered)) == (2, None)
    assert await findings(desk.page) == []

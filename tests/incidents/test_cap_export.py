"""An incident leaves as a CAP alert that keeps the standard's rules, version after version."""

from xml.etree import ElementTree as ET

import msgspec
import pytest

from tests.incidents.test_routes import act, get
from tests.incidents.test_routes import site as served_site
from tests.web.makers import Site
from wanghuo.protocols.cap_rules import NAMESPACE, faults

P1 = "20260601-XP-0001"
site = served_site


async def alert(site: Site, number: str = P1) -> tuple[ET.Element, bytes]:
    answer = await get(site, f"incidents/{number}/cap")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/cap+xml")
    assert faults(answer.content) == []
    return ET.fromstring(answer.content), answer.content  # noqa: S314 - our own


def said(root: ET.Element, path: str) -> list[str]:
    steps = "/".join(f"{NAMESPACE}{step}" for step in path.split("/"))
    return [one.text or "" for one in root.findall(steps)]


async def test_the_first_version_is_an_alert_that_says_how_unsure_it_is(site: Site) -> None:
    root, xml = await alert(site)
    assert said(root, "identifier") == [f"{P1}.1"]
    assert said(root, "sent") == ["2026-06-01T12:00:00+08:00"]
    assert said(root, "status") + said(root, "msgType") == ["Actual", "Alert"]
    assert said(root, "info/certainty") == ["Possible", "Possible"]
    assert said(root, "info/headline") == [
        "Hongda P1：room 1烟感报警，单点",
        "Hongda P1: Smoke detector at room 1 reports fire; one point",
    ]
    assert said(root, "info/area/circle") == ["30.300000,121.250000 0.1"] * 2
    assert (await alert(site))[1] == xml, "the same state, the same bytes"


async def test_each_turn_is_an_update_and_the_end_of_no_fire_cancels(site: Site) -> None:
    await act(site, "confirm", reason="flames")
    root, _ = await alert(site)
    assert said(root, "msgType") == ["Update"]
    assert said(root, "identifier") == [f"{P1}.2"]
    assert said(root, "references") == [f"wanghuo,{P1}.1,2026-06-01T12:00:00+08:00"]
    assert said(root, "info/certainty") == ["Observed", "Observed"]
    await act(site, "close", disposition="nuisance", cause="cooking")
    root, _ = await alert(site)
    assert said(root, "msgType") == ["Cancel"]
    assert len(said(root, "references")[0].split()) == 2
    assert said(root, "info/urgency") == ["Past", "Past"]
    await act(site, "reopen", reason="smoke again")
    root, _ = await alert(site)
    assert said(root, "msgType") + said(root, "identifier") == ["Update", f"{P1}.4"]


async def test_a_fire_that_ended_is_past_and_not_cancelled(site: Site) -> None:
    await act(site, "close", disposition="fire")
    root, _ = await alert(site)
    assert said(root, "msgType") == ["Update"]
    assert said(root, "info/certainty") == ["Observed", "Observed"]


@pytest.mark.parametrize(("mark", "status"), [("drill", "Exercise"), ("test", "Test")])
async def test_a_drill_is_an_exercise_and_a_synthetic_fire_a_test(
    site: Site, mark: str, status: str
) -> None:
    async with site.owner.transaction() as tx:
        await tx.execute(f"UPDATE incidents.incident SET {mark} = true")  # noqa: S608 - our own words
    root, _ = await alert(site)
    assert said(root, "status") == [status]


async def test_nobodys_name_or_number_leaves_with_it(site: Site) -> None:
    await act(site, "confirm", reason="flames seen by Mrs Chen")
    await act(site, "raise", level=4, reason="Mr Wang says so")
    _, xml = await alert(site)
    page = (await get(site, f"incidents/{P1}")).json()
    told = {n["recipient"] for n in page["notices"] if n["party_role"] == "unit"}
    told |= {n["address"] for n in page["notices"] if n["party_role"] == "unit"}
    told |= {moment["who"] for moment in page["timeline"] if moment["who"]}
    assert len(told) >= 3
    assert not [word for word in told | {"Chen", "Wang says"} if word.encode() in xml]
    assert "人工确认起火".encode() in xml


async def test_who_may_not_see_the_incident_gets_no_alert(site: Site) -> None:
    assert (await get(site, f"incidents/{P1}/cap", "town_office")).status_code == 404
    assert (await get(site, "incidents/20260601-XP-0099/cap")).status_code == 404
    assert (await site.client().get(f"/api/v1/incidents/{P1}/cap")).status_code == 401


async def test_a_sender_that_cap_cannot_hold_is_told(site: Site) -> None:
    site.house.settings = msgspec.structs.replace(site.house.settings, cap_sender="two words")
    answer = await get(site, f"incidents/{P1}/cap")
    assert (answer.status_code, answer.json()["field"]) == (422, "sender")

"""Claims and the shift book over real HTTP, with a judge at work."""

from typing import Any

import pytest

from tests.incidents.test_routes import P1, act, get, site
from tests.notices.makers import TOWN
from tests.web.makers import Site

__all__ = ["site"]
SECOND = "second.duty"


@pytest.fixture
async def second(site: Site) -> str:
    """A second officer of the city's desk: the role under which `Site.client` signs them in."""
    body = {"login": SECOND, "name": "Wu Min", "role": "city_duty", "towns": ["*"]}
    made = (await site.client("admin").post("/api/v1/people", json=body)).json()
    token = await site.client("admin").post("/api/v1/tokens", json={"person_id": made["id"]})
    site.tokens["second"] = token.json()["token"]
    return str(made["id"])


async def me(site: Site, role: str = "city_duty") -> str:
    return str((await get(site, "session", role)).json()["person"]["id"])


async def put(site: Site, role: str = "city_duty", **body: Any) -> Any:
    return await site.client(role).put(f"/api/v1/claims/{P1}", json=body)


async def holders(site: Site) -> list[tuple[str, str]]:
    items = (await get(site, "claims")).json()["items"]
    return [(one["number"], one["person_id"]) for one in items]


async def test_of_two_who_reach_for_an_incident_one_gets_it(site: Site, second: str) -> None:
    assert await holders(site) == []
    assert (await put(site)).json()["person_id"] == await me(site)
    assert (await put(site)).status_code == 200  # again is harmless
    late = await put(site, "second")
    assert late.status_code == 409
    assert "已在处置此警情" in late.json()["detail_zh"]
    taken = await put(site, "second", from_id=await me(site))
    assert taken.json()["person_id"] == second
    assert await holders(site) == [(P1, second)]


async def test_a_claim_stops_nobodys_hand(site: Site, second: str) -> None:
    await put(site, "second")
    assert (await act(site, "raise", level=2)).json()["level"] == 2
    assert await holders(site) == [(P1, second)]


async def test_an_incident_is_given_to_a_colleague_and_let_go(site: Site, second: str) -> None:
    given = (await put(site, to=second)).json()
    assert (given["person_name"], given["given_by"]) == ("Wu Min", "city_duty")
    auditor = await put(site, "second", to=await me(site, "auditor"))
    assert (auditor.status_code, auditor.json()["field"]) == (422, "to")
    assert (await site.client().delete(f"/api/v1/claims/{P1}")).status_code == 401
    assert (await site.client("city_duty").delete(f"/api/v1/claims/{P1}")).status_code == 409
    assert (await site.client("second").delete(f"/api/v1/claims/{P1}")).status_code == 204
    assert (await site.client("second").delete(f"/api/v1/claims/{P1}")).status_code == 204
    assert await holders(site) == []


async def test_a_closed_incident_is_in_nobodys_hand(site: Site) -> None:
    await put(site)
    await act(site, "close", disposition="fire")
    assert await holders(site) == []
    assert (await put(site)).status_code == 409


async def test_a_shift_is_handed_over_when_the_next_one_receives_it(
    site: Site, second: str
) -> None:
    await put(site)
    body = {"to": second, "note": "steam at the dye works\nuntil six"}
    key = {"Idempotency-Key": "shift-1"}
    for _ in range(2):
        offered = await site.client("city_duty", **key).post("/api/v1/hand-overs", json=body)
        assert offered.status_code == 201
    line = offered.json()
    assert line["numbers"] == [P1]
    assert line["note"] == "steam at the dye works until six"
    assert await holders(site) == [(P1, await me(site))]  # not before it was received
    twice = await site.client("city_duty").post("/api/v1/hand-overs", json=body)
    assert twice.status_code == 409
    waiting = (await get(site, "hand-overs/waiting", "second")).json()["items"]
    assert [one["id"] for one in waiting] == [line["id"]]
    receive = f"/api/v1/hand-overs/{line['id']}/receive"
    assert (await site.client("city_duty").post(receive)).status_code == 409
    assert (await site.client("second").post(receive)).json() == {"numbers": [P1]}
    assert await holders(site) == [(P1, second)]
    assert (await get(site, "claims")).json()["items"][0]["given_by"] == "city_duty"
    assert (await site.client("second").post(receive)).status_code == 409
    book = (await get(site, "hand-overs", limit=1)).json()
    assert book["items"][0]["received_at"]
    assert (await get(site, "hand-overs", limit=1, cursor=book["next"])).json()["items"] == []
    trail = (await get(site, "audit", "auditor")).json()["items"]
    acts = [one["act"] for one in trail if one["act"].startswith("desk.")]
    assert acts == ["desk.receive", "desk.hand_over", "desk.claim"]


async def test_an_offer_is_withdrawn_and_made_again(site: Site, second: str) -> None:
    body = {"to": second}
    client = site.client("city_duty")
    first = (await client.post("/api/v1/hand-overs", json=body)).json()
    assert (await client.post(f"/api/v1/hand-overs/{first['id']}/withdraw")).status_code == 204
    assert (await client.post("/api/v1/hand-overs", json=body)).status_code == 201
    assert (await client.post("/api/v1/hand-overs/nothing/receive")).status_code == 404


async def test_a_town_sees_its_own_claims_and_not_the_citys_shift_book(
    site: Site, second: str
) -> None:
    await put(site)
    await site.client("city_duty").post("/api/v1/hand-overs", json={"to": second})
    town = await get(site, "claims", "town_office")
    assert town.status_code == 200
    assert (await get(site, "hand-overs", "town_office")).json()["items"] == []
    for role in ("operator", "station_crew", "unit_head", "insurer", "cad_119"):
        assert (await get(site, "claims", role)).json()["items"] == [], role
    able = (await get(site, "colleagues", "town_office", town=TOWN)).json()["items"]
    assert "Wu Min" in [one["name"] for one in able]

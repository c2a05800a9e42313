"""The doors that look back, over real HTTP: nuisance list, operator load, the policy in force."""

from datetime import timedelta
from typing import Any

import pytest

from tests.incidents.test_routes import act, get
from tests.incidents.test_routes import site as served
from tests.web.makers import Site
from wanghuo.alarms import store as alarms
from wanghuo.compose.policies import kept_policy
from wanghuo.incidents import review_routes

site = served


@pytest.fixture
def looking(site: Site) -> Site:
    """The small city, and the doors that look back."""
    site.app.include_router(review_routes.router)
    return site


async def around(site: Site, **query: Any) -> Any:
    """The nuisance list of the week of the test's incidents."""
    span = {"since": "2026-05-30T00:00:00Z", "until": "2026-06-06T00:00:00Z"}
    return await get(site, "nuisances", query.pop("role", "city_duty"), **span, **query)


async def test_a_point_that_was_wrong_is_named_with_its_cause(looking: Site) -> None:
    assert (await around(looking)).json()["points"] == 0
    assert (await act(looking, "close", disposition="nuisance", cause="steam")).status_code == 200
    found = (await around(looking)).json()
    assert (found["points"], found["share_warnings"]) == (1, 1.0)
    (row,) = found["items"]
    assert row["place"]["id"] == "P1"
    assert row["causes"] == [{"cause": "steam", "incidents": 1}]
    assert (await around(looking, town="330282199")).json()["points"] == 0
    assert (await around(looking, role="town_office")).json()["points"] == 0


async def test_a_span_that_is_too_long_or_upside_down_is_refused(looking: Site) -> None:
    for since, until in (("2025-01-01", "2026-06-01"), ("2026-06-02", "2026-06-01")):
        span = {"since": f"{since}T00:00:00Z", "until": f"{until}T00:00:00Z"}
        answer = await get(looking, "nuisances", **span)
        assert (answer.status_code, answer.json()["field"]) == (422, "since")


async def test_the_load_counts_what_the_desk_had_to_look_at(looking: Site) -> None:
    now = looking.house.clock.now_utc()
    assert (await get(looking, "desk/load", hours=1)).json()["answers"]["incidents"] == 0
    async with looking.owner.transaction() as tx:
        await tx.execute("UPDATE incidents.incident SET opened_at = $1", now - timedelta(minutes=9))
    await act(looking, "acknowledge")
    found = (await get(looking, "desk/load", hours=1)).json()
    assert len(found["windows"]) == 6
    assert found["answers"]["acknowledged"] == 1
    assert [row["name"] for row in found["by_person"]] == ["city_duty"]
    assert [row["place"]["id"] for row in found["stale"]] == ["P1"]
    assert (await get(looking, "desk/load", "unit_head")).status_code == 403
    assert (await get(looking, "desk/load", hours=1000)).status_code == 422


async def test_the_policy_in_force_is_what_the_judge_began_with(looking: Site) -> None:
    assert (await get(looking, "policies/alarm")).json()["since"] is None
    kept = kept_policy(looking.house.settings, looking.house.clock.now_utc())
    async with looking.owner.transaction() as tx:
        await alarms.keep_policy(tx, kept)
        await alarms.keep_policy(tx, kept)
    found = (await get(looking, "policies/alarm", "unit_head")).json()
    assert found["sha256"] == kept.sha256
    assert len(found["history"]) == 1
    assert {"key": "windows.unanswered_s", "value": 60}.items() <= next(
        one for one in found["numbers"] if one["key"] == "windows.unanswered_s"
    ).items()


async def test_an_incident_remembers_whose_device_spoke_first(looking: Site) -> None:
    operator = (await get(looking, "incidents")).json()["items"]
    assert len(operator) == 1
    async with looking.owner.transaction() as tx:
        mine = await tx.fetchval(
            "SELECT d.operator_id FROM incidents.incident i JOIN alarms.alarm a"
            " ON a.incident_id = i.id JOIN devices.device d ON d.origin = a.origin"
        )
        assert await tx.fetchval("SELECT operator_id FROM incidents.incident") == mine
    assert len((await get(looking, "incidents", operator=mine)).json()["items"]) == bool(mine)
    assert (await get(looking, "incidents", operator="nobody")).json()["items"] == []

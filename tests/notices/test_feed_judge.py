"""The judge on real PostgreSQL: one transaction from the inbox to planned notices."""

import pytest

from tests.notices.city import Desk, settle
from tests.notices.makers import a_point, answer, sensed
from wanghuo.engines.postgres import Database
from wanghuo.facts.entry import AnswerKind

pytestmark = pytest.mark.engines


@pytest.fixture
async def desk(database: Database) -> Desk:
    await settle(database)
    return Desk(database)


async def test_one_smoke_is_an_incident_at_f1_with_its_parties_told(desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)))
    incident = await desk.one("SELECT * FROM incidents.incident")
    assert (incident["level"], incident["number"]) == (1, "20260601-XP-0001")
    assert await desk.roles() == {"unit", "micro_station", "operator_desk"}
    notices = await desk.rows("SELECT role, channel, state FROM notices.notice ORDER BY role")
    assert [tuple(n.values()) for n in notices] == [
        ("micro_station", "webhook", "planned"),
        ("operator_desk", "cockpit", "planned"),
        ("unit", "webhook", "planned"),
    ]
    assert not await desk.rows("SELECT 1 FROM signals.inbox")


async def test_a_second_point_raises_to_f2_and_a_key_to_f3(desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)))
    await desk.hear(sensed(a_point(2), 47))
    assert (await desk.one("SELECT level FROM incidents.incident"))["level"] == 2
    assert {"brigade", "town_workstation"} <= await desk.roles()
    unit = await desk.one("SELECT id FROM notices.notice WHERE role = 'unit' AND purpose = 'alarm'")
    await desk.hear(answer(unit["id"], AnswerKind.FIRE, 60))
    assert (await desk.one("SELECT level FROM incidents.incident"))["level"] == 3
    assert "cad_119" in await desk.roles()

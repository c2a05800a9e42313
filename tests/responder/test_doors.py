"""The page's doors over real HTTP and PostgreSQL, with a judge at work."""

import pytest

from tests.notices.makers import a_phone
from tests.responder.phones import DAY, SECRET, Town
from wanghuo.clock import WallClock
from wanghuo.web import page_link

CREW_ANSWERS = [
    "on_the_way", "turned_out", "arrived", "handled", "fire", "need_more", "false_alarm",
]  # fmt: skip


async def test_a_forged_an_expired_and_a_foreign_link_are_told_what_to_do(town: Town) -> None:
    now = WallClock().now_utc()
    notice = await town.notice("micro_station")
    refused = {
        "链接无法打开": [
            "nonsense",
            page_link.token("another house", notice, now, DAY),
        ],
        "链接已过期": [page_link.token(SECRET, notice, now - 2 * DAY, DAY)],
    }
    client = town.site.client()
    for title, tokens in refused.items():
        for token in tokens:
            answer = await client.get(f"/r/{token}")
            assert answer.status_code == 401
            assert title in answer.text
            assert "119" in answer.text
            assert "notice" in answer.text
            assert (await client.get(f"/r/{token}/packet")).status_code == 401
            sent = {"answer": "arrived", "answer_id": "press-0001"}
            assert (await client.post(f"/r/{token}/answers", json=sent)).status_code == 401
    assert await town.logged() == []


async def test_a_link_to_a_notice_that_this_house_does_not_have_opens_nothing(town: Town) -> None:
    made = page_link.token(SECRET, "0" * 24, WallClock().now_utc(), DAY)
    answer = await town.site.client().get(f"/r/{made}/packet")
    assert answer.status_code == 401
    assert answer.json()["detail_zh"] == "链接无效"


@pytest.mark.parametrize("answer", CREW_ANSWERS)
async def test_each_button_acknowledges_only_its_own_party(town: Town, answer: str) -> None:
    before = await town.states()
    assert set(before.values()) == {"told"}
    taken = await town.press("micro_station", answer)
    assert taken.status_code == 200, taken.text
    (entry,) = await town.logged()
    assert (entry.answer.value, entry.by) == (answer, "M1 1")
    await town.judged()
    after = await town.states()
    assert after["micro_station"] == "acknowledged"
    assert [role for role, state in after.items() if state == "acknowledged"] == ["micro_station"]


@pytest.mark.parametrize(("answer", "level"), [("fire", 3), ("need_more", 4), ("arrived", 1)])
async def test_a_word_from_the_site_raises_the_level(town: Town, answer: str, level: int) -> None:
    await town.press("micro_station", answer)
    await town.judged()
    assert (await town.packet("micro_station"))["incident"]["level"] == level


async def test_a_doubled_press_is_one_entry(town: Town) -> None:
    first = await town.press("micro_station", "arrived", "press-0007")
    again = await town.press("micro_station", "arrived", "press-0007", waited_s=40)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    await town.judged()
    assert len(await town.logged()) == 1
    lines = await town.rows("SELECT line FROM incidents.timeline WHERE what = 'answered'")
    assert len(lines) == 1


async def test_an_answer_kept_on_the_phone_says_when_it_was_pressed(town: Town) -> None:
    await town.press("micro_station", "arrived", waited_s=90)
    (entry,) = await town.logged()
    assert entry.note.startswith("离线补报")


async def test_a_unit_can_confirm_and_never_cancel(town: Town) -> None:
    for answer in ("false_alarm", "handled", "rejected", "delivered"):
        refused = await town.press("unit", answer)
        assert refused.status_code == 422
        assert refused.json()["field"] == "answer"
    assert await town.logged() == []
    assert (await town.press("unit", "fire")).status_code == 200
    await town.judged()
    assert (await town.packet("unit"))["incident"]["confirmed"]
    assert (await town.states())["unit"] == "acknowledged"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answer": "arrived"},
        {"answer": "arrived", "answer_id": "short"},
        {"answer": "dance", "answer_id": "press-0001"},
        {"answer": "arrived", "answer_id": "press-0001", "waited_s": -1},
        {"answer": "arrived", "answer_id": "press-0001", "note": "x" * 501},
    ],
)
async def test_an_unusable_answer_is_refused_and_changes_nothing(
    town: Town, body: dict[str, object]
) -> None:
    link = await town.link("micro_station")
    assert (await town.site.client().post(f"{link}/answers", json=body)).status_code == 422
    assert await town.logged() == []


async def test_a_crew_gets_everything_it_needs_and_is_told_what_nobody_knows(town: Town) -> None:
    packet = await town.packet("micro_station")
    assert packet["incident"]["level"] == 1
    assert not packet["incident"]["confirmed"]
    assert packet["sensed"][0]["en"] == "Smoke detector at room 1 reports fire"
    assert (packet["fire"], packet["station"]["name"]) == ([121.25, 30.3], "Station M1")
    assert packet["route"]["kind"] == "straight_line"
    assert 600 < packet["route"]["road_m"] < 800
    water = packet["water"]
    assert [one["name"][:2] for one in water["best"]] == ["厂区", "新浦", "六塘", "消防"]
    assert [one["hose_lengths"] for one in water["best"]] == [4, 9, 11, 17]
    assert [(w["name"], w["reason"]) for w in water["out_of_order"]] == [("西门消火栓", "无水压")]
    place = packet["place"]
    assert (place["people"], place["hazards"]) == (62, "PP 粒料 14 t、液压油")
    assert place["entrances"] == [
        {"name": "东大门", "at": [121.2504, 30.3001], "width_m": 4.5, "note": "消防车可进"}
    ]
    wind = packet["wind"]
    assert (wind["wind_from_deg"], wind["stale"], wind["doubt"]) == (45, False, None)
    assert wind["words"]["zh"] == "风向东北 4 m/s，向西南吹"
    assert [one["phone"] for one in packet["phones"]] == ["13800000001", "13800000002"]


async def test_a_unit_head_gets_numbers_to_ring_and_nobodys_name(town: Town) -> None:
    packet = await town.packet("unit")
    assert [one["phone"] for one in packet["phones"]] == ["119", a_phone("M1")]
    assert packet["phones"][1]["name"] == "Station M1"
    assert {"fire", "looking", "cannot"} == {
        a for list_ in packet["buttons"].values() for a in list_
    }


async def test_every_told_role_opens_a_packet(town: Town) -> None:
    await town.press("micro_station", "need_more")
    await town.judged()
    for role in await town.states():
        if not await town.rows("SELECT id FROM notices.notice WHERE role = $1", role):
            continue
        packet = await town.packet(role)
        assert packet["me"]["role"] == role
        assert packet["buttons"]["steps"]

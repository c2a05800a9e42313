"""A real city's house as configured for a provider: text, call, group and letter of one fire."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from tests.channels.cad_house import served
from tests.channels.provider_house import KEY_ID, KEY_SECRET
from tests.channels.test_mail import Mailbox
from tests.premises.makers import FILES
from tests.stories.house import HOME, RunningHouse
from tests.stories.wire import Transmitter
from wanghuo.clock import WallClock
from wanghuo.simulator.aliyun_peer import AliyunPeer, call_row
from wanghuo.simulator.robot_peer import RobotPeer

pytestmark = pytest.mark.story

UNIT = "16400000001"
WAYS, TRIES = 5, 150
CHANNELS = """[channels]
default = "cockpit"
[channels.role]
unit = ["sms", "voice", "im", "email", "push"]
"""
CONFIG = """
city = "{city}"
traffic = false
policy_dir = "{policy}"
synthetic_fire_period_s = 5.0
[aliyun]
key_id = "{key_id}"
key_secret = "{key_secret}"
sms_url = "http://127.0.0.1:{aliyun}"
voice_url = "http://127.0.0.1:{aliyun}"
[sms]
sign_name = "望火"
template_code = "SMS_1"
template = "${{kind}}：${{town}}${{place}}，${{what}}。https://fire.example/r/${{link1}}${{link2}}"
[voice]
driver = "cloud"
[voice_cloud]
show_number = "05740119"
start_code = "TTS_1"
taken_code = "TTS_2"
[im]
robots = {{ "330282112" = ["http://127.0.0.1:{robots}/cgi-bin/webhook/send?key=group-key"] }}
[email]
host = "127.0.0.1"
port = {smtp}
security = "none"
sender = "fire@city.example"
"""


@dataclass
class Outside:
    """Everybody across the wire."""

    aliyun: AliyunPeer
    robots: RobotPeer
    box: Mailbox
    ports: dict[str, int]


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    clock = WallClock()
    aliyun, robots = AliyunPeer(KEY_ID, KEY_SECRET, clock), RobotPeer("group-key", "", clock)
    box, loop = Mailbox(), asyncio.get_running_loop()
    post = await loop.create_server(lambda: SMTP(box, loop=loop), "127.0.0.1", 0)
    smtp = post.sockets[0].getsockname()[1]
    async with served(aliyun.app) as one, served(robots.app) as two:
        yield Outside(aliyun, robots, box, {"aliyun": one, "robots": two, "smtp": smtp})
    await aliyun.close()
    post.close()
    await post.wait_closed()


@pytest.fixture
async def house(tmp_path: Path, outside: Outside) -> AsyncIterator[RunningHouse]:
    city, policy = tmp_path / "city", tmp_path / "policy"
    city.mkdir()
    for kind, text in FILES.items():
        (city / f"{kind}.csv").write_text(text, encoding="utf-8")
    shutil.copytree(HOME / "policy", policy)
    alarm = (policy / "alarm.toml").read_text(encoding="utf-8")
    before, _, rest = alarm.partition("[channels]")
    after = rest[rest.index("\n# Who is told at each level") :]
    (policy / "alarm.toml").write_text(before + CHANNELS + after, encoding="utf-8")
    config = tmp_path / "wanghuo.toml"
    words = {"city": city, "policy": policy, "key_id": KEY_ID, "key_secret": KEY_SECRET}
    config.write_text(CONFIG.format(**words, **outside.ports), encoding="utf-8")
    made = RunningHouse(tmp_path / "data", ("--no-traffic", "--config", str(config)))
    await asyncio.to_thread(made.start)
    yield made
    if made.process is not None and made.process.poll() is None:
        await asyncio.to_thread(made.interrupt)


async def notices(house: RunningHouse) -> dict[str, dict[str, Any]]:
    """The unit's notices by channel, as the incident's page has them."""

    def read() -> dict[str, dict[str, Any]]:
        with house.client() as client:
            rows = client.get("/api/v1/incidents", params={"place_id": "XP-1"}).json()["items"]
            if not rows:
                return {}
            page = client.get(f"/api/v1/incidents/{rows[0]['number']}").json()
        told = (n for n in page["notices"] if n["party_role"] == "unit")
        return {n["channel"]: n for n in told if n["round"] == 1 and n["purpose"] == "alarm"}

    return await asyncio.to_thread(read)


async def eventually(
    house: RunningHouse, holds: Callable[[dict[str, Any]], Any]
) -> dict[str, dict[str, Any]]:
    """The notices as soon as this holds of them."""
    found: dict[str, dict[str, Any]] = {}
    for _ in range(TRIES):
        found = await notices(house)
        if len(found) == WAYS and holds(found):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError({name: (one["state"], one["outcome"]) for name, one in found.items()})


def answered_by_the_provider(house: RunningHouse, outside: Outside) -> None:
    """The provider knows where to report, and every text message of the unit arrives."""
    secret = (house.folder / "secrets.toml").read_text().split('push_secret = "')[1].split('"')[0]
    outside.aliyun.push_url = f"{house.url}/push/aliyun/{secret}"
    outside.aliyun.fates[f"SendSms {UNIT}"] = ("DELIVERED", "")


async def test_one_fire_reaches_its_unit_by_every_configured_way(
    house: RunningHouse, outside: Outside
) -> None:
    answered_by_the_provider(house, outside)
    device = Transmitter(house.gb26875_port, bytes.fromhex("790300000000"))
    await asyncio.to_thread(device.send_fire, 1, 1, "280a000200")
    wanted = {"sms": "delivered", "voice": "sent", "im": "delivered", "email": "sent"}
    found = await eventually(house, lambda now: {k: now[k]["state"] for k in wanted} == wanted)
    assert found["sms"]["said"]["zh"] == "短信已送达：手机已收到"
    assert found["push"]["said"]["zh"] == "网页推送未送达：对方没有在手机上打开推送"
    assert outside.aliyun.refused == []
    assert {one.number for one in outside.aliyun.taken} == {UNIT}, "the synthetic fire pays nothing"
    assert outside.box.letters[0]["To"] == "zhang@example.org"
    ((kind, body),) = outside.robots.said
    assert kind == "wecom"
    assert "宏达塑料厂" in body["markdown"]["content"]
    device.close()

    call = next(one for one in outside.aliyun.taken if one.action == "IvrCall")
    call.fate = "200000"
    await outside.aliyun.push("voice", [call_row(call, "300000", "1")])
    await eventually(house, lambda now: now["voice"]["acknowledged_at"])
    assert outside.aliyun.pushed[-1] == 200


DRILL = "演练"
WANTED = {"sms": "delivered", "voice": "sent", "im": "delivered", "email": "sent"}


def said(outside: Outside) -> dict[str, list[str]]:
    """What left, by channel, oldest first."""
    asked = outside.aliyun.taken
    return {
        "sms": [str(one.params) for one in asked if one.action == "SendSms"],
        "voice": [str(one.params) for one in asked if one.action == "IvrCall"],
        "im": [body["markdown"]["content"] for _, body in outside.robots.said],
        "email": [str(letter["Subject"]) for letter in outside.box.letters],
    }


async def asked(house: RunningHouse, path: str, **body: Any) -> Any:
    def ask() -> Any:
        with house.client() as client:
            answer = client.post(f"/api/v1/{path}", json=body)
            assert answer.status_code in {200, 201}, answer.text
            return answer.json()

    return await asyncio.to_thread(ask)


async def page_of(house: RunningHouse) -> dict[str, Any]:
    def read() -> dict[str, Any]:
        with house.client() as client:
            rows = client.get("/api/v1/incidents", params={"place_id": "XP-1"}).json()["items"]
            return dict(client.get(f"/api/v1/incidents/{rows[0]['number']}").json())

    return await asyncio.to_thread(read)


async def test_a_drill_says_so_by_every_way_and_the_fire_in_it_is_told_as_real(
    house: RunningHouse, outside: Outside
) -> None:
    answered_by_the_provider(house, outside)
    await asked(house, "test-windows", place_id="XP-1", reason="消防演练", drill=True)
    device = Transmitter(house.gb26875_port, bytes.fromhex("790300000000"))
    await asyncio.to_thread(device.send_fire, 1, 1, "280a000200")
    await eventually(house, lambda now: {k: now[k]["state"] for k in WANTED} == WANTED)
    drilled = said(outside)
    assert {way: all(DRILL in text for text in texts) for way, texts in drilled.items()} == (
        dict.fromkeys(drilled, True)
    )
    page = await page_of(house)
    assert page["drill"]
    assert [n for n in page["notices"] if n["party_role"] == "cad_119"] == []

    await asked(house, f"incidents/{page['number']}/confirm", reason="真的起火了")
    for _ in range(TRIES):
        now = said(outside)
        if all(len(now[way]) > len(drilled[way]) for way in ("im", "email")):
            break
        await asyncio.sleep(0.1)
    page = await page_of(house)
    assert not page["drill"]
    for way in ("im", "email"):  # the other two wait for the provider's minute, and say so
        assert [text for text in now[way][len(drilled[way]) :] if DRILL in text] == []
    later = [n for n in page["notices"] if n["party_role"] == "unit" and n["round"] > 1]
    assert {n["channel"] for n in later} == {"sms", "voice", "im", "email", "push"}
    assert [n["outcome"] for n in later if n["channel"] == "sms"] == ["limit_minute"]
    assert [n for n in page["notices"] if n["party_role"] == "cad_119"]
    device.close()

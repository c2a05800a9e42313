"""Chat groups: each robot is asked and signed in its own way, and its answer is told."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from structlog.testing import capture_logs

from tests.channels.cad_house import served
from tests.channels.test_webhook import a_notice
from wanghuo.channels.im import Im
from wanghuo.channels.webhook import Links
from wanghuo.clock import WallClock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.errors import Invalid
from wanghuo.notices.model import NoticeState, SendFailed, Sent
from wanghuo.settings import ImSettings
from wanghuo.simulator.robot_peer import RobotPeer

TOKEN, SECRET = "a-token-of-a-robot", "SEC-of-a-robot"
TOWN = "330282105"
ADDRESSES = {
    "dingtalk": f"/robot/send?access_token={TOKEN}#{SECRET}",
    "feishu": f"/open-apis/bot/v2/hook/{TOKEN}#{SECRET}",
    "wecom": f"/cgi-bin/webhook/send?key={TOKEN}",
}


class Groups:
    """The robots, and a channel that knows them."""

    def __init__(self, peer: RobotPeer, url: str, http: OutboundHttp) -> None:
        self.peer = peer
        self.url = url
        self._http = http

    def channel(self, *kinds: str, whose: str = TOWN) -> Im:
        robots = [self.url + ADDRESSES.get(kind, kind) for kind in kinds]
        settings = ImSettings(robots={whose: robots}, timeout_s=0.5)
        links = Links("http://here", "s", timedelta(hours=24))
        return Im(settings, self._http, WallClock(), links)


@pytest.fixture
async def groups() -> AsyncIterator[Groups]:
    peer, http = RobotPeer(TOKEN, SECRET, WallClock()), OutboundHttp(timeout_s=2)
    async with served(peer.app) as port:
        yield Groups(peer, f"http://127.0.0.1:{port}", http)
    await http.close()


@pytest.mark.parametrize("kind", list(ADDRESSES))
async def test_a_group_reads_place_what_how_sure_and_the_link(groups: Groups, kind: str) -> None:
    notice = a_notice(channel="im", addresses={kind: "13800000009"})
    sent = await groups.channel(kind).send(notice)
    assert sent == Sent(NoticeState.DELIVERED, "groups_1")
    ((said_by, body),) = groups.peer.said
    text = msgspec.json.encode(body).decode()
    assert said_by == kind
    for part in ("宏达塑料", "新浦镇", "烟感报警", "尚未确认", "http://here/r/", "13800000009"):
        assert part in text


async def test_every_robot_of_the_nearest_owner_says_it(groups: Groups) -> None:
    sent = await groups.channel(*ADDRESSES).send(a_notice(channel="im"))
    assert sent.outcome == "groups_3"
    assert {kind for kind, _ in groups.peer.said} == set(ADDRESSES)
    whose = groups.channel("wecom", whose="S-XP-1")
    assert (await whose.send(a_notice(owner_id="S-XP-1"))).outcome == "groups_1"
    with pytest.raises(SendFailed, match="im_off") as failed:
        await whose.send(a_notice())
    assert failed.value.final


@pytest.mark.parametrize("kind", list(ADDRESSES))
@pytest.mark.parametrize(
    ("fault", "outcome", "unknown"),
    [
        ("500", "http_500", False),
        ("half", "http_200", True),
        ("busy", "robot_busy", False),
        ("hang", "no_response", True),
    ],
)
async def test_a_robot_that_stumbles_is_tried_again(
    groups: Groups, kind: str, fault: str, outcome: str, *, unknown: bool
) -> None:
    groups.peer.faults.append(fault)
    channel = groups.channel(kind)
    with pytest.raises(SendFailed, match=outcome) as failed:
        await channel.send(a_notice())
    assert (failed.value.unknown, failed.value.final) == (unknown, False)
    assert (failed.value.not_before is not None) == (fault == "busy")
    assert (await channel.send(a_notice())).outcome == "groups_1"


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        (f"/robot/send?access_token={TOKEN}#wrong", "robot_310000"),
        ("/robot/send?access_token=other", "robot_300001"),
        (f"/open-apis/bot/v2/hook/{TOKEN}", "robot_19021"),
        ("/open-apis/bot/v2/hook/other", "robot_19001"),
        ("/cgi-bin/webhook/send?key=other", "robot_93000"),
    ],
)
async def test_a_wrong_token_or_secret_is_told_by_its_code(
    groups: Groups, address: str, outcome: str
) -> None:
    with pytest.raises(SendFailed, match=outcome):
        await groups.channel(address).send(a_notice())
    assert groups.peer.said == []


async def test_no_token_is_ever_logged(groups: Groups) -> None:
    groups.peer.faults.extend(["500", "hang", "half"])
    with capture_logs() as lines, pytest.raises(SendFailed) as failed:
        await groups.channel(*ADDRESSES).send(a_notice())
    told = str(lines) + str(failed.value)
    assert TOKEN not in told
    assert SECRET not in told


async def test_an_address_of_no_known_robot_is_refused_at_the_start(groups: Groups) -> None:
    with pytest.raises(Invalid, match="no known robot") as refused:
        groups.channel(f"/hooks/{TOKEN}")
    assert TOKEN not in str(refused.value)

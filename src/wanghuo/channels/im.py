"""The chat channel: the robots of a station's, a unit's or a town's groups say it in markdown."""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from wanghuo.channels import message_text, robots
from wanghuo.channels.robots import Robot
from wanghuo.channels.webhook import Links
from wanghuo.clock import Clock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.errors import Unavailable
from wanghuo.notices.model import Handed, NoticeState, SendFailed, Sent
from wanghuo.settings import ImSettings

EVERYBODY: Final = "*"
BUSY_PAUSE: Final = timedelta(seconds=60)
HEADERS: Final = {"Content-Type": "application/json"}
UNHEARD: Final = "no_response"

_log = structlog.get_logger("im")


class Im:
    """Implements notices.model.Channel. Raises Invalid for an address of no known robot."""

    name = "im"

    def __init__(
        self, settings: ImSettings, http: OutboundHttp, clock: Clock, links: Links
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._links = links
        self._robots = {
            whose: [robots.robot(address) for address in addresses]
            for whose, addresses in settings.robots.items()
        }

    async def send(self, notice: Handed) -> Sent:
        """Say it in every group of the nearest owner that has one. Raises SendFailed.

        It is delivered if one group has it: a second group that fails is logged, not repeated.
        """
        found = self._of(notice)
        if not found:
            raise SendFailed("im_off", unknown=False, final=True)
        outcomes = await asyncio.gather(*(self._say(one, notice) for one in found))
        taken = outcomes.count("")
        failed = [outcome for outcome in outcomes if outcome]
        if failed:
            _log.warning("groups_missed", notice=notice.id, why=failed)
        if taken:
            return Sent(NoticeState.DELIVERED, f"groups_{taken}")
        why = failed[0]
        unknown = UNHEARD in failed or any(one.startswith("http_2") for one in failed)
        if "robot_busy" in failed:
            pause = self._clock.now_utc() + BUSY_PAUSE
            raise SendFailed("robot_busy", unknown=False, lasting=True, not_before=pause)
        raise SendFailed(why, unknown=unknown)

    def _of(self, notice: Handed) -> list[Robot]:
        for whose in (notice.owner_id, notice.town_code, EVERYBODY):
            if whose and self._robots.get(whose):
                return self._robots[whose]
        return []

    async def _say(self, to: Robot, notice: Handed) -> str:
        """The outcome in one group, "" for success."""
        said = message_text.said(notice, self._links.page(notice), self._settings.language)
        mention = notice.addresses.get(to.kind.value, "")
        made = robots.request(
            to, said.title, message_text.markdown(said), mention, self._clock.now_utc()
        )
        try:
            answer = await self._http.post(
                made.url, made.body, HEADERS, timeout_s=self._settings.timeout_s
            )
        except Unavailable:  # its text may hold the robot's token
            return UNHEARD
        return robots.verdict(answer.status, answer.body)

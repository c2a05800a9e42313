"""A telephone line of the product's, and telephones at its other end."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.channels.phones import Phones
from wanghuo.channels.sip import Line
from wanghuo.channels.speech import Speech
from wanghuo.clock import WallClock
from wanghuo.settings import VoiceSettings


@pytest.fixture
async def phones() -> AsyncIterator[Phones]:
    made = Phones()
    await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: made, local_addr=("127.0.0.1", 0)
    )
    yield made
    made.close()


@pytest.fixture
def trunk(phones: Phones) -> VoiceSettings:
    """Settings by which every number is one of the telephones."""
    return VoiceSettings(
        sip_uri_template=f"sip:{{number}}@127.0.0.1:{phones.port}",
        from_uri="sip:119000@127.0.0.1",
        interface="127.0.0.1",
        ring_timeout_s=1.0,
        pause_s=0.3,
    )


@pytest.fixture
async def line(trunk: VoiceSettings) -> AsyncIterator[Line]:
    async with Line(trunk, WallClock()) as opened:
        yield opened


@pytest.fixture(scope="session")
async def speech() -> AsyncIterator[Speech]:
    """The real voice; what one test made is ready for the next."""
    made = Speech("zh")
    await made.warm()
    yield made
    await made.close()

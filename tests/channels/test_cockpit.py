"""A notice to the desk is delivered when its fact is in the stream, once however often sent."""

import msgspec
import pytest

from tests.channels.test_webhook import a_notice
from tests.notices.makers import NOON
from wanghuo.channels.cockpit import Cockpit
from wanghuo.clock import HandClock
from wanghuo.engines.embedded_nats import EmbeddedNats
from wanghuo.engines.stream import FACTS, Stream
from wanghuo.notices.model import NoticeState, SendFailed


async def test_the_fact_is_in_the_stream_once(nats_stream: Stream) -> None:
    cockpit = Cockpit(nats_stream, HandClock(NOON))
    for _ in range(2):
        sent = await cockpit.send(a_notice(role="operator_desk", channel="cockpit"))
        assert sent.state is NoticeState.DELIVERED
    pull = await nats_stream.pull(FACTS, "test", subject="facts.notice")
    messages = await pull.fetch(10, 2.0)
    await pull.close()
    (fact,) = [msgspec.json.decode(message.payload) for message in messages]
    assert fact["topic"] == "notice"
    assert (fact["body"]["id"], fact["body"]["state"]) == ("N1", "delivered")


async def test_a_stream_that_is_away_is_a_failure_that_may_have_arrived(
    nats_server: EmbeddedNats,
) -> None:
    away = await Stream.connect(nats_server.url)
    await away.close()
    with pytest.raises(SendFailed) as failed:
        await Cockpit(away, HandClock(NOON)).send(a_notice())
    assert failed.value.unknown

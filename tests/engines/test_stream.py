"""Publishing, pulling and following on a real NATS server."""

import pytest

from wanghuo.engines.stream import FACTS, FIRE_FALLBACK, Stream
from wanghuo.errors import Refused


async def test_the_same_message_id_is_stored_once(nats_stream: Stream) -> None:
    first = await nats_stream.publish("fallback.fire", b"a", msg_id="one")
    again = await nats_stream.publish("fallback.fire", b"a", msg_id="one")
    assert first == again == 1


async def test_a_pulled_message_is_gone_once_acknowledged(nats_stream: Stream) -> None:
    for word in (b"a", b"b", b"c"):
        await nats_stream.publish("fallback.fire", word)
    pull = await nats_stream.pull(FIRE_FALLBACK, "reader")
    found = await pull.fetch(10, 2.0)
    assert [m.payload for m in found] == [b"a", b"b", b"c"]
    for message in found:
        await message.ack()
    assert await pull.fetch(10, 0.05) == []
    await pull.close()


async def test_following_resumes_after_a_sequence(nats_stream: Stream) -> None:
    for number in range(5):
        await nats_stream.publish("facts.incident", str(number).encode())
    seen = []
    async for message in nats_stream.follow(FACTS, after=2):
        assert message is not None
        seen.append((message.sequence, message.payload))
        if len(seen) == 3:
            break
    assert seen == [(3, b"2"), (4, b"3"), (5, b"4")]


async def test_a_whole_batch_is_stored_in_order_or_not_at_all(nats_stream: Stream) -> None:
    batch = [("facts.incident", b"%d" % n, f"id{n}") for n in range(300)]
    await nats_stream.publish_whole(batch)
    with pytest.raises(Refused, match="already"):
        await nats_stream.publish_whole([("facts.incident", b"new", "new"), batch[7]])
    assert await nats_stream.extent(FACTS) == (1, 300)
    seen = []
    async for message in nats_stream.follow(FACTS, after=0):
        assert message is not None
        seen.append(message.payload)
        if len(seen) == 300:
            break
    assert seen == [payload for _, payload, _ in batch]

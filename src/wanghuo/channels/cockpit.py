"""The cockpit channel: a notice is delivered when its fact is in the stream the cockpit follows."""

from typing import Final

import msgspec

from wanghuo.clock import Clock
from wanghuo.engines.stream import Stream
from wanghuo.errors import Unavailable
from wanghuo.notices.model import Handed, NoticeState, SendFailed, Sent
from wanghuo.notices.rows import notice_fact

_encoder: Final = msgspec.json.Encoder()


class Cockpit:
    """Implements notices.model.Channel."""

    name = "cockpit"

    def __init__(self, stream: Stream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock

    async def send(self, notice: Handed) -> Sent:
        """Bring the notice's fact into the stream. Raises SendFailed.

        A repeat has the same fact id, so the stream keeps it once.
        """
        state = NoticeState.DELIVERED
        fact = notice_fact(notice, state.value, "", self._clock.now_utc())
        try:
            await self._stream.publish(f"facts.{fact.topic}", _encoder.encode(fact), fact.id)
        except Unavailable as error:
            raise SendFailed(str(error)[:200], unknown=True) from error
        return Sent(state)

"""Stored messages, and a consumer that asks for what it can work on."""

import contextlib
from dataclasses import dataclass

import nats.errors
import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from wanghuo.errors import Unavailable

LINGER_S = 0.02  # how long one that was answered waits for more

_log = structlog.get_logger("engines.pulling")


@dataclass(frozen=True)
class Message:
    """One stored message. sequence: its place in the stream. delivered: how often handed out."""

    subject: str
    payload: bytes
    sequence: int
    delivered: int
    _raw: Msg

    async def ack(self) -> None:
        """Say that its effects are durable; it will not come again. Raises Unavailable."""
        try:
            await self._raw.ack()
        except nats.errors.Error as error:
            raise Unavailable(f"not acknowledged: {error!r}") from error

    async def later(self, delay_s: float) -> None:
        """Hand it back, to be delivered again after `delay_s` seconds. Raises Unavailable."""
        try:
            await self._raw.nak(delay=delay_s)
        except nats.errors.Error as error:
            raise Unavailable(f"not handed back: {error!r}") from error


def _message(raw: Msg) -> Message:
    about = raw.metadata
    return Message(raw.subject, raw.data, about.sequence.stream, about.num_delivered, raw)


class Pull:
    """A durable consumer that asks for what it can work on."""

    def __init__(self, subscription: JetStreamContext.PullSubscription) -> None:
        self._subscription = subscription

    async def fetch(self, batch: int, timeout_s: float) -> list[Message]:
        """Up to `batch` messages; [] when none came within `timeout_s`.

        Returns soon after the first one, with those that were already waiting. Raises Unavailable
        if the consumer is gone: ask for it anew.
        """
        try:
            found = await self._subscription.fetch(1, timeout_s)
        except TimeoutError:
            return []
        except nats.errors.Error as error:
            raise Unavailable(f"the consumer does not answer: {error!r}") from error
        if batch > 1:
            with contextlib.suppress(TimeoutError, nats.errors.Error):  # the first one is enough
                found += await self._subscription.fetch(batch - 1, LINGER_S)
        return [_message(raw) for raw in found]

    async def waiting(self) -> int:
        """How many messages are stored and not yet acknowledged."""
        about = await self._subscription.consumer_info()
        return (about.num_pending or 0) + (about.num_ack_pending or 0)

    async def close(self) -> None:
        """Stop asking; what was delivered and not acknowledged comes again to the next."""
        try:
            await self._subscription.unsubscribe()
        except nats.errors.Error as error:
            _log.debug("unsubscribe_failed", error=repr(error))

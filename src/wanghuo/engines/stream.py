"""The door to NATS: four durable streams, acknowledged publishing, pulling, and plain messages.

- `publish` returns when JetStream has stored the message, or raises Unavailable; never in between.
- The connection comes back by itself for ever; nothing here gives up.
- Consumers pull and are durable; a message not acknowledged within `ack_wait_s` comes again.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from typing import Self

import nats
import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from wanghuo.engines.pulling import Message, Pull
from wanghuo.errors import Refused, Unavailable
from wanghuo.identity import new_secret

FACTS = "FACTS"  # facts.<topic>: kept for days, read by the live stream
ROUTINE = "ROUTINE"  # routine.<partition>: purged behind its readers (following.py)
FIRE_FALLBACK = "FIRE_FALLBACK"  # fires while the database is down
QUARANTINE_FALLBACK = "QUARANTINE_FALLBACK"  # unknown bytes while the database is down

MIB = 1024 * 1024
DAY_S = 24 * 3600.0
PUBLISH_TIMEOUT_S = 5.0
RECONNECT_PAUSE_S = 0.1
FIRST_ATTEMPTS = 3
PENDING_MAX_BYTES = 64 * MIB
FOLLOW_IDLE_S = 60.0
FOLLOW_BATCH = 256
FOLLOW_WAIT_S = 1.0
MESSAGE_ID_HEADER = "Nats-Msg-Id"
WHOLE_MAX = 1000  # messages in an atomic batch; the server's limit
DUPLICATE_IN_BATCH = 10201  # the server's error code

STREAMS: tuple[StreamConfig, ...] = (
    StreamConfig(
        name=FACTS, subjects=["facts.>"], retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD, max_age=3 * DAY_S, max_bytes=1024 * MIB, duplicate_window=600,
        allow_atomic=True,
    ),
    StreamConfig(
        name=ROUTINE, subjects=["routine.>"], retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW, max_bytes=16 * 1024 * MIB, duplicate_window=60,
    ),
    StreamConfig(
        name=FIRE_FALLBACK, subjects=["fallback.fire"], retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW, max_bytes=4 * 1024 * MIB, duplicate_window=600,
    ),
    StreamConfig(
        name=QUARANTINE_FALLBACK, subjects=["fallback.quarantine"],
        retention=RetentionPolicy.WORK_QUEUE, discard=DiscardPolicy.NEW,
        max_bytes=4 * 1024 * MIB, duplicate_window=60,
    ),
)  # fmt: skip

_log = structlog.get_logger("engines.stream")


def _whole_headers(batch: str, number: int, msg_id: str) -> dict[str, str]:
    return {
        "Nats-Batch-Id": batch,
        "Nats-Batch-Sequence": str(number),
        MESSAGE_ID_HEADER: msg_id,
    }


class _Life:
    """Which life of the connection this is: it grows each time that the connection comes back."""

    def __init__(self) -> None:
        self.count = 0
        self.back = asyncio.Event()
        self._told = ""

    async def came_back(self) -> None:
        """The connection is there again."""
        _log.info("stream_is_back")
        self._told = ""
        self.count += 1
        self.back.set()

    async def failed(self, error: Exception) -> None:
        """Log an error once, not at each of ten attempts a second."""
        if repr(error) != self._told:
            self._told = repr(error)
            _log.warning("stream_error", error=self._told)


class Stream:
    """A connection to NATS that mends itself."""

    def __init__(self, client: Client, life: _Life) -> None:
        self._client = client
        self._jetstream = client.jetstream(timeout=PUBLISH_TIMEOUT_S)
        self._life = life

    @classmethod
    async def connect(cls, url: str, *, name: str = "wanghuo") -> Self:
        """Connect; raises Unavailable if nobody answers at the first try."""
        life = _Life()
        try:
            client = await nats.connect(
                url,
                name=name,
                error_cb=life.failed,
                reconnected_cb=life.came_back,
                connect_timeout=5,
                reconnect_time_wait=RECONNECT_PAUSE_S,
                max_reconnect_attempts=FIRST_ATTEMPTS,
                ping_interval=5,
                max_outstanding_pings=2,
                pending_size=PENDING_MAX_BYTES,
            )
        except (OSError, TimeoutError, nats.errors.Error) as error:
            raise Unavailable(f"NATS does not answer: {error!r}") from error
        client.options["max_reconnect_attempts"] = -1  # from now on it never gives up
        return cls(client, life)

    async def close(self) -> None:
        """Send what is pending, then hang up."""
        await self._client.close()

    @property
    def connected(self) -> bool:
        """Whether the server is there just now."""
        return self._client.is_connected

    async def ensure(self, replicas: int = 1) -> None:
        """Create the streams that do not exist, update those that differ.

        Raises Refused if one cannot be brought to its present shape, Unavailable.
        """
        for wanted in STREAMS:
            asked = wanted.evolve(storage=StorageType.FILE, num_replicas=replicas)
            try:
                await self._jetstream.stream_info(wanted.name or "")
                await self._jetstream.update_stream(asked)
            except nats.js.errors.NotFoundError:
                await self._jetstream.add_stream(asked)
            except nats.js.errors.BadRequestError as error:
                raise Refused(f"stream {wanted.name} cannot be changed: {error}") from error
            except (TimeoutError, nats.errors.Error) as error:
                raise Unavailable(f"no answer about {wanted.name}: {error!r}") from error

    async def publish(
        self,
        subject: str,
        payload: bytes,
        msg_id: str | None = None,
        *,
        timeout_s: float = PUBLISH_TIMEOUT_S,
    ) -> int:
        """Store a message; its sequence in the stream. With the same `msg_id` again: the old one.

        Raises Unavailable if it is not known to be stored, at once while disconnected.
        """
        if not self._client.is_connected:
            raise Unavailable("NATS is not connected")
        headers = {MESSAGE_ID_HEADER: msg_id} if msg_id else None
        try:
            ack = await self._jetstream.publish(subject, payload, timeout_s, headers=headers)
        except (TimeoutError, nats.errors.Error) as error:
            raise Unavailable(f"the stream did not store {subject}: {error!r}") from error
        return ack.seq

    async def publish_whole(self, messages: Sequence[tuple[str, bytes, str]]) -> None:
        """Store (subject, payload, msg_id) messages of one stream, all in this order or none.

        One fsync or two for all of them; the stream must allow atomic batches (FACTS does).
        Raises Refused if one of the ids is stored already, Unavailable if it is not known to be
        stored.
        """
        assert 0 < len(messages) <= WHOLE_MAX
        if not self._client.is_connected:
            raise Unavailable("NATS is not connected")
        batch = new_secret(12)
        try:
            for number, (subject, payload, msg_id) in enumerate(messages[:-1], 1):
                await self._client.publish(
                    subject, payload, headers=_whole_headers(batch, number, msg_id)
                )
            subject, payload, msg_id = messages[-1]
            headers = _whole_headers(batch, len(messages), msg_id)
            await self._jetstream.publish(
                subject, payload, PUBLISH_TIMEOUT_S, headers={**headers, "Nats-Batch-Commit": "1"}
            )
        except nats.js.errors.APIError as error:
            if error.err_code == DUPLICATE_IN_BATCH:
                raise Refused("a message of the batch is stored already") from error
            raise Unavailable(f"the batch was not stored: {error!r}") from error
        except (TimeoutError, nats.errors.Error) as error:
            raise Unavailable(f"the batch was not stored: {error!r}") from error

    async def say(self, subject: str, payload: bytes) -> None:
        """Tell whoever listens now; nothing is stored. Raises Unavailable while disconnected."""
        if not self._client.is_connected:
            raise Unavailable("NATS is not connected")
        try:
            await self._client.publish(subject, payload)
        except nats.errors.Error as error:
            raise Unavailable(f"could not say {subject}: {error!r}") from error

    async def listen(
        self, subject: str, hear: Callable[[str, bytes], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        """Call `hear(subject, payload)` for each plain message; await the answer to stop."""

        async def heard(raw: Msg) -> None:
            await hear(raw.subject, raw.data)

        subscription = await self._client.subscribe(subject, cb=heard)
        return subscription.unsubscribe

    async def pull(
        self,
        stream: str,
        durable: str,
        *,
        subject: str | None = None,
        ack_wait_s: float = 30.0,
        ack_pending_max: int = 10_000,
    ) -> Pull:
        """The durable consumer `durable` of `stream`, created if there is none.

        subject: a filter. Raises Unavailable if NATS does not answer.
        """
        wanted = ConsumerConfig(
            durable_name=durable,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ack_wait_s,
            max_ack_pending=ack_pending_max,
            filter_subject=subject,
        )
        try:
            await self._jetstream.add_consumer(stream, wanted)
            bound = await self._jetstream.pull_subscribe_bind(durable, stream)
        except (TimeoutError, nats.errors.Error) as error:
            raise Unavailable(f"no consumer {durable} of {stream}: {error!r}") from error
        return Pull(bound)

    async def extent(self, stream: str) -> tuple[int, int]:
        """The first and the last sequence that `stream` holds. Raises Unavailable."""
        try:
            state = (await self._jetstream.stream_info(stream)).state
        except (TimeoutError, nats.errors.Error) as error:
            raise Unavailable(f"the stream {stream} does not answer: {error!r}") from error
        return state.first_seq, state.last_seq

    async def purge(self, stream: str, up_to: int) -> None:
        """Remove the messages of `stream` up to and with sequence `up_to`. Raises Unavailable."""
        try:
            await self._jetstream.purge_stream(stream, seq=up_to + 1)
        except (TimeoutError, nats.errors.Error) as error:
            raise Unavailable(f"the stream {stream} was not purged: {error!r}") from error

    async def follow(
        self, stream: str, after: int | None, *, batch: int = FOLLOW_BATCH
    ) -> AsyncGenerator[Message | None]:
        """Messages of `stream` after sequence `after` (None: from now on), in order, for ever.

        Yields None now and then while nothing comes, so that a reader can look at its own peer.
        Nothing is remembered: the reader keeps the sequence and resumes with it. batch: how many
        messages are asked for at a time, and held in memory.
        """
        while True:
            try:
                pull = await self._follower(stream, after)
            except (TimeoutError, nats.errors.Error) as error:
                _log.info("follow_waits", stream=stream, error=repr(error))
                yield None
                await self._reconnected()
                continue
            try:
                async for message in self._flow(pull, after, batch):
                    after = after if message is None else message.sequence
                    yield message
            finally:
                await pull.close()

    async def _follower(self, stream: str, after: int | None) -> Pull:
        """A consumer of one reader's life, which starts behind `after`."""
        wanted = ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            deliver_policy=DeliverPolicy.NEW,
            inactive_threshold=FOLLOW_IDLE_S,
            mem_storage=True,
        )
        if after is not None:
            wanted.deliver_policy = DeliverPolicy.BY_START_SEQUENCE
            wanted.opt_start_seq = after + 1
        made = await self._jetstream.add_consumer(stream, wanted)
        return Pull(await self._jetstream.pull_subscribe_bind(made.name, stream))

    async def _flow(
        self, pull: Pull, after: int | None, batch: int
    ) -> AsyncIterator[Message | None]:
        """What comes, until something may have been missed: then the follower is made anew."""
        first, life = True, self._life.count
        while self._client.is_connected and self._life.count == life:
            try:
                found = await pull.fetch(batch, FOLLOW_WAIT_S)
            except Unavailable as error:
                _log.info("follower_lost", error=str(error))
                return
            for message in found:
                missed = after is not None and message.sequence != after + 1
                if missed and not first:
                    return
                first, after = False, message.sequence
                yield message
            if not found:
                yield None

    async def _reconnected(self) -> None:
        """A short wait, less if the connection comes back meanwhile."""
        self._life.back.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._life.back.wait(), FOLLOW_WAIT_S)

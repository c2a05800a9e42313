"""The channels at work beside sending: the book, receipts applied and asked for, files let go."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from wanghuo.channels import store
from wanghuo.channels.aliyun import Aliyun
from wanghuo.channels.book import Sending
from wanghuo.channels.budget import Budget, free_at
from wanghuo.channels.model import Receipt, Subscription, Waiting
from wanghuo.channels.receipts import receipt_of, retried
from wanghuo.clock import Clock
from wanghuo.engines import outbox
from wanghuo.engines.listen import Listener
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.errors import Unavailable
from wanghuo.notices import rows
from wanghuo.notices import store as notices
from wanghuo.notices.store import Heard
from wanghuo.protocols import aliyun

BATCH: Final = 100
IDLE_WAIT_S: Final = 1.0
RETRY_PAUSE_S: Final = 0.3
POLL_S: Final = 30.0
UNHEARD_AFTER: Final = timedelta(minutes=2)
POLL_PAUSE: Final = timedelta(minutes=5)
LOCAL: Final = timedelta(hours=8)  # the provider's day
CLEAR_PERIOD_S: Final = 3600.0
SENDINGS_KEPT: Final = timedelta(days=400)

_log = structlog.get_logger("channels")


class SendingBook:
    """Implements channels.book.Book over the database."""

    def __init__(self, database: Database, budget: Budget) -> None:
        self._database = database
        self._budget = budget

    async def open(self, sending: Sending) -> tuple[datetime, str]:
        """Write it down unless a limit stands in the way; when it may go, and which limit."""
        async with self._database.transaction() as tx:
            sent = await store.hold_number(tx, sending.channel, sending.number, sending.at)
            free, limit = free_at(self._budget, sent, sending.at)
            if not limit:
                await store.put_sending(tx, sending)
        return free, limit

    async def close(self, sending: Sending, state: str, code: str, reference: str) -> None:
        """Write down what the provider answered."""
        async with self._database.transaction() as tx:
            await store.close_sending(tx, sending.id, state, code, reference)


class Receipts:
    """Applies receipts to their notices. Several may run: receipts are locked."""

    def __init__(self, database: Database, clock: Clock, retry: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._retry = retry

    async def run(self) -> None:
        """Apply for ever, woken by NOTIFY; end it by cancelling."""
        channel = store.RECEIPTS_CHANNEL
        async with Listener(self._database.dsn, (channel,), self._clock) as listener:
            while True:
                try:
                    ticket = listener.ticket(channel)
                    if await self.apply_once() == 0:
                        await listener.wait(channel, ticket, IDLE_WAIT_S)
                except (*DOWN, SqlError) as error:
                    _log.info("receipts_wait", why=repr(error))
                    await self._clock.sleep(RETRY_PAUSE_S)

    async def apply_once(self) -> int:
        """Apply what waits; how many. One whose notice is being sent this moment waits on."""
        now = self._clock.now_utc()
        async with self._database.transaction() as tx:
            waiting = await store.waiting_receipts(tx, BATCH)
            busy = await notices.held_still(tx, [one.notice_id for one in waiting])
            done = [one for one in waiting if one.notice_id not in busy]
            told = await notices.hear_receipts(tx, [self._heard(one, now) for one in done], now)
            await store.applied(tx, done, now)
            facts = [rows.notice_fact(one, one.state, one.outcome, now) for one in told]
            await outbox.put(tx, facts)
        return len(done)

    def _heard(self, one: Waiting, now: datetime) -> Heard:
        again = retried(one.channel, one.code, delivered=one.delivered)
        return Heard(one.notice_id, one.delivered, one.code, now + self._retry if again else None)


class Poller:
    """Asks the provider for the receipts of text messages that did not come by themselves."""

    def __init__(self, database: Database, provider: Aliyun, url: str, clock: Clock) -> None:
        self._database = database
        self._provider = provider
        self._url = url
        self._clock = clock

    async def run(self) -> None:
        """Ask again and again; end it by cancelling."""
        while True:
            try:
                await self.poll_once()
            except (*DOWN, SqlError) as error:
                _log.info("poller_waits", why=repr(error))
            await self._clock.sleep(POLL_S)

    async def poll_once(self) -> int:
        """Ask for what is missing; how many came."""
        async with self._database.transaction() as tx:
            missing = await store.unheard(
                tx, "sms", self._clock.now_utc(), UNHEARD_AFTER, POLL_PAUSE
            )
        came = [found for one in missing if (found := await self._ask(one))]
        async with self._database.transaction() as tx:
            await store.put_receipts(tx, came)
        return len(came)

    async def _ask(self, sending: Sending) -> Receipt | None:
        params = {
            "PhoneNumber": sending.number,
            "BizId": sending.reference,
            "SendDate": f"{sending.at + LOCAL:%Y%m%d}",
            "PageSize": "10",
            "CurrentPage": "1",
        }
        try:
            _, body = await self._provider.ask(self._url, "QuerySendDetails", params)
            found = aliyun.queried(body, sending.tag)
        except (Unavailable, aliyun.Broken) as error:
            _log.info("no_details", why=str(error)[:200])
            return None
        if found is None:
            return None
        delivered, code = found
        return receipt_of(sending, self._clock.now_utc(), code, body, delivered=delivered)


class Clearing:
    """Lets go what has been kept long enough: recordings, old sendings."""

    def __init__(self, database: Database, folder: Path, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock

    async def run(self) -> None:
        """Look once an hour; end it by cancelling."""
        while True:
            try:
                await self.clear_once()
            except (*DOWN, SqlError, OSError) as error:
                _log.info("clearing_waits", why=repr(error))
            await self._clock.sleep(CLEAR_PERIOD_S)

    async def clear_once(self) -> int:
        """Delete what is due, files before their lines; how many recordings."""
        now = self._clock.now_utc()
        async with self._database.transaction() as tx:
            await store.forget_sendings(tx, now - SENDINGS_KEPT)
            due = await store.due_recordings(tx, now)
            await asyncio.to_thread(self._unlink, [row["path"] for row in due])
            await store.deleted_recordings(tx, [row["id"] for row in due], now)
        for row in due:
            _log.info("recording_deleted", recording=row["id"])
        return len(due)

    def _unlink(self, paths: Sequence[str]) -> None:
        for path in paths:
            (self._folder / path).unlink(missing_ok=True)


class SubscribedBrowsers:
    """Implements channels.web_push.Browsers over the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, contact_id: str, party_id: str) -> list[Subscription]:
        """The browsers of a contact, or of a party."""
        async with self._database.connection() as connection:
            return await store.subscriptions(connection, contact_id, party_id)

    async def gone(self, subscription: Subscription, why: str) -> None:
        """A browser takes pushes no more: kept with the reason, never asked again."""
        async with self._database.transaction() as tx:
            await store.end_subscription(tx, subscription.id, self._clock.now_utc(), why)

"""The monthly call tests: plans them by day, a few a minute, and counts who never answers.

A test is an entry of the fire log, so it is judged and replayed like everything else. Who failed
so many months in a row counts as unverified from then on, with a line in the audit trail.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog

from wanghuo.access.store import audit
from wanghuo.alarms.policy import Policy
from wanghuo.clock import Clock
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.facts.entry import ActionEntry, ActionKind, Entry
from wanghuo.identity import derived
from wanghuo.notices import store as notices
from wanghuo.premises import store as premises
from wanghuo.principal import ALL_TOWNS, Principal, Role
from wanghuo.signals import store as signals

PERIOD_S: Final = 60.0
LOOKED_BACK: Final = timedelta(days=2)  # an older failure was acted on, or somebody knows better
CLERK: Final = Principal("clerk", "月度通话测试 monthly call test", Role.ADMIN, (ALL_TOWNS,))

_log = structlog.get_logger("call_tests")


class CallTests:
    """Plans tests for ever; run under a lease, so that one process does it."""

    def __init__(self, database: Database, policy: Policy, clock: Clock) -> None:
        self._database = database
        self._policy = policy
        self._clock = clock

    async def run(self) -> None:
        """Look every minute; end it by cancelling."""
        while True:
            try:
                await self.plan_once()
                await self.count_failed()
            except (*DOWN, SqlError) as error:
                _log.info("call_tests_wait", why=repr(error))
            await self._clock.sleep(PERIOD_S)

    async def plan_once(self) -> int:
        """Plan what is due now, inside the policy's hours; how many."""
        tests, now = self._policy.call_tests, self._clock.now_utc()
        local = self._local(now)
        if not (tests.on and tests.from_h <= local.hour < tests.until_h):
            return 0
        month = f"{local:%Y-%m}"
        async with self._database.transaction() as tx:
            due = await notices.call_tests_due(tx, month, tests.owners, tests.at_once_max)
            entries = [
                Entry(
                    derived("entry", "call_test", month, contact_id),
                    now,
                    ActionEntry(
                        ActionKind.CALL_TEST, CLERK.person_id, CLERK.name, contact_id=contact_id
                    ),
                )
                for contact_id in due
            ]
            return await signals.append(tx, entries) if entries else 0

    async def count_failed(self) -> list[str]:
        """Count those as unverified who failed so many months in a row; who they are."""
        tests, now = self._policy.call_tests, self._clock.now_utc()
        months = months_until(self._local(now), tests.failed_months)
        before = now - timedelta(seconds=tests.answer_s)
        async with self._database.transaction() as tx:
            failed = await notices.never_answered(tx, months, before, before - LOOKED_BACK)
            gone = await premises.unverify(tx, failed)
            for contact_id in gone:
                await audit(tx, CLERK, "contact.unverified", contact_id, {"months": months})
        return gone

    def _local(self, now: datetime) -> datetime:
        return now + timedelta(hours=self._policy.night.utc_offset_h)


def months_until(local: datetime, count: int) -> list[str]:
    """The last so many months up to this one, as YYYY-MM."""
    last = local.year * 12 + local.month - 1
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(last - count + 1, last + 1)]

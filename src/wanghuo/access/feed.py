"""The doorkeeper: who carries a secret, remembered for a short while.

Rule 1. What is remembered is looked up again after FRESH_S, so a revocation anywhere takes at most
        that long, and at once in the process that did it.
Rule 2. While the database does not answer, whoever was known stays known for STALE_MAX_S: the desk
        must see the fires that the fallback keeps. A revocation cannot be written then either.
Rule 3. An unknown secret is not remembered.
"""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from wanghuo.access import store
from wanghuo.access.credentials import digest_of
from wanghuo.access.model import Operator
from wanghuo.clock import Clock
from wanghuo.engines.postgres import DOWN, Database, Transaction
from wanghuo.errors import Unauthenticated, Unavailable
from wanghuo.principal import ALL_TOWNS, Principal, Role

FRESH_S: Final = 30.0
STALE_MAX_S: Final = 3600.0
KNOWN_MAX: Final = 20_000

FindOperator = Callable[[Transaction, bytes], Awaitable[Operator | None]]


class _Known(NamedTuple):
    principal: Principal
    looked_up_s: float


class KnownPeople:
    """Implements web.doorkeeper.Doorkeeper. find_operator: the operator of a key's SHA-256.

    only_operators: for processes whose database role may not read people.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        find_operator: FindOperator,
        *,
        only_operators: bool = False,
    ) -> None:
        self._only_operators = only_operators
        self._database = database
        self._clock = clock
        self._find_operator = find_operator
        self._known: dict[bytes, _Known] = {}
        self._forgotten = 0  # what was looked up before the newest forgetting is not remembered

    async def admit(self, secret: str) -> Principal:
        """Who carries `secret`. Raises Unauthenticated, Unavailable."""
        digest = digest_of(secret)
        now_s = self._clock.monotonic_s()
        known = self._known.get(digest)
        if known is not None and now_s - known.looked_up_s < FRESH_S:
            return known.principal
        forgotten = self._forgotten
        try:
            found = await self._look_up(digest)
        except DOWN as error:
            if known is not None and now_s - known.looked_up_s < STALE_MAX_S:
                return known.principal
            raise Unavailable("the database does not answer, so nobody can sign in now") from error
        if found is None:
            self._known.pop(digest, None)
            raise Unauthenticated("this token is not known, or it has expired or was revoked")
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        if self._forgotten == forgotten:
            self._known[digest] = _Known(found, now_s)
        return found

    def forget(self, secret: str) -> None:
        """Look this secret up again before its next use."""
        self._forgotten += 1
        self._known.pop(digest_of(secret), None)

    def forget_person(self, person_id: str) -> None:
        """Look every secret of this person up again."""
        self._forgotten += 1
        theirs = [d for d, known in self._known.items() if known.principal.person_id == person_id]
        for digest in theirs:
            del self._known[digest]

    async def _look_up(self, digest: bytes) -> Principal | None:
        async with self._database.transaction() as tx:
            if not self._only_operators:
                found = await store.principal_of(tx, digest, self._clock.now_utc())
                if found is not None:
                    return found
            operator = await self._find_operator(tx, digest)
        if operator is None:
            return None
        return Principal(
            person_id=f"operator:{operator.id}",
            name=operator.name,
            role=Role.OPERATOR,
            towns=(operator.town_code or ALL_TOWNS,),
            organisation_id=operator.id,
        )

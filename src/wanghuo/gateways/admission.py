"""Who a transmitter is: its sender, its vendor profile, whether the register knows it.

The whole register is read at the start and every minute, so that the first packet of a known
transmitter, most likely its fire, waits for nothing. Who is not in it is asked about in batches.
Nobody waits longer than a moment: with the database away, or for a stranger, the standard profile
serves, and whether a stranger's fire counts is the judge's decision, never this door's.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.gateways import store
from wanghuo.protocols.gb26875_signals import sender_of
from wanghuo.protocols.gb26875_vendor import STANDARD, STANDARD_NAME, Profile

PATIENCE_S: Final = 0.5
REFRESH_PERIOD_S: Final = 60.0
DOWN_PAUSE_S: Final = 2.0
BATCH_MAX: Final = 1000
READ_ROWS: Final = 2000  # of the register at once
READ_LIMIT_S: Final = 5.0
REMEMBERED_MAX: Final = 200_000

_log = structlog.get_logger("gateways.admission")

Key = tuple[bytes, str]  # source address, peer host


@dataclass(slots=True)
class Admitted:
    """What is known of one source address at one peer host; refreshed in place.

    registered: None while the register could not be asked. note: a quarantine reason, or "".
    """

    sender: str
    profile: Profile
    registered: bool | None
    note: str = ""


class Admission:
    """The register of one gateway process, asked through `database` (role wanghuo_gateway)."""

    def __init__(self, database: Database, profiles: Mapping[str, Profile], clock: Clock) -> None:
        self._database = database
        self._profiles = profiles
        self.standard = profiles.get(STANDARD_NAME, STANDARD)
        self._clock = clock
        self._known: dict[Key, Admitted] = {}
        self._register: dict[str, tuple[str, str]] = {}
        self._waiting: dict[Key, list[Callable[[Admitted], None]]] = {}
        self._wake = asyncio.Event()
        self._down_until_s = float("-inf")

    def known(self, source: bytes, host: str) -> Admitted | None:
        """What is known now; None: ask."""
        found = self._known.get((source, host))
        if found is None and self._register:
            names = _names(source, host)
            rows = {name: self._register[name] for name in names if name in self._register}
            if rows:
                found = self._remember((source, host), rows, answered=True)
        return found

    def ask(self, source: bytes, host: str, then: Callable[[Admitted], None]) -> None:
        """Call `then` within PATIENCE_S; at once if the register is known not to answer."""
        key = (source, host)
        if self._clock.monotonic_s() < self._down_until_s:
            then(self._remember(key, {}, answered=False))
            return
        self._waiting.setdefault(key, []).append(then)
        self._wake.set()

    async def answer(self) -> None:
        """Answer what is asked, for ever; end it by cancelling."""
        while True:
            await self._wake.wait()
            batch = dict(islice(self._waiting.items(), BATCH_MAX))
            found = await self._look_up(batch)
            for key, callers in batch.items():
                del self._waiting[key]
                admitted = self._remember(key, found or {}, answered=found is not None)
                for then in callers:
                    then(admitted)
            if not self._waiting:
                self._wake.clear()

    async def refresh(self) -> None:
        """Read the register and judge everybody by it again, for ever; end it by cancelling."""
        while True:
            read = await self._read_register()
            sure = read and all(one.registered is not None for one in self._known.values())
            await self._clock.sleep(REFRESH_PERIOD_S if sure else DOWN_PAUSE_S)

    async def _read_register(self) -> bool:
        """False if the database is away: what was known stays."""
        register: dict[str, tuple[str, str]] = {}
        after, more = "", True
        try:
            while more:
                async with asyncio.timeout(READ_LIMIT_S), self._database.connection() as connection:
                    rows = await store.register_after(connection, after, READ_ROWS)
                register.update({sender: (profile, peer) for sender, profile, peer in rows})
                more = len(rows) == READ_ROWS
                after = rows[-1][0] if rows else after
        except (*DOWN, SqlError) as error:
            _log.warning("register_does_not_answer", why=repr(error))
            return False
        self._register = register
        for number, key in enumerate(list(self._known)):
            if number % READ_ROWS == READ_ROWS - 1:
                await self._clock.sleep(0.0)  # packets go on
            self._remember(key, register, answered=True)
        return True

    async def _look_up(self, keys: Iterable[Key]) -> dict[str, tuple[str, str]] | None:
        """The register's rows of these addresses, bound and unbound; None if it is away."""
        asked = [name for source, host in keys for name in _names(source, host)]
        try:
            async with asyncio.timeout(PATIENCE_S), self._database.connection() as connection:
                return await store.senders_known(connection, asked)
        except (*DOWN, SqlError) as error:
            _log.warning("register_does_not_answer", why=repr(error))
            self._down_until_s = self._clock.monotonic_s() + DOWN_PAUSE_S
            return None

    def _remember(
        self, key: Key, rows: Mapping[str, tuple[str, str]], *, answered: bool
    ) -> Admitted:
        """Keep what the register said of `key`, in the object that sessions hold already."""
        made = self._judged(key, rows) if answered else None
        kept = self._known.get(key)
        if kept is None:
            kept = made or Admitted(sender_of(key[0]), self.standard, None)
            self._known[key] = kept
            if len(self._known) > REMEMBERED_MAX:
                del self._known[next(iter(self._known))]
        elif made is not None:
            kept.sender, kept.profile = made.sender, made.profile
            kept.registered, kept.note = made.registered, made.note
        return kept

    def _judged(self, key: Key, rows: Mapping[str, tuple[str, str]]) -> Admitted:
        """A row bound to this peer first, then the unbound row, then a stranger."""
        source, host = key
        plain, bound = _names(source, host)
        if bound in rows:
            return Admitted(bound, self._profile(rows[bound][0]), registered=True)
        if plain in rows:
            profile, peer = rows[plain]
            if peer in {"", host}:
                return Admitted(plain, self._profile(profile), registered=True)
            return Admitted(bound, self._profile(profile), registered=False, note="peer_mismatch")
        return Admitted(plain, self.standard, registered=False, note="unknown_sender")

    def _profile(self, name: str) -> Profile:
        found = self._profiles.get(name)
        if found is None:
            _log.error("no_such_profile", profile=name, remedy="add it to policy/vendors.toml")
        return found or self.standard


def _names(source: bytes, host: str) -> tuple[str, str]:
    """The senders that a source address may be registered as: anywhere, or bound to this host."""
    plain = sender_of(source)
    return plain, f"{plain}@{host}"

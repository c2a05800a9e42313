"""Pictures from cameras beside incidents. The chain never waits for one.

Rule 1. Only hosts of the configured networks are asked (sights/reach.py), at the address that was
        checked, without redirects, for a limited time and size.
Rule 2. How a look ended is kept and shown; a camera that fails is asked again a few times.
Rule 3. A login is read when it is used and stands in no table, log or answer.
"""

import asyncio
import math
import tomllib
from datetime import timedelta
from pathlib import Path
from socket import SOCK_STREAM
from typing import Final

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.listen import Listener
from wanghuo.engines.outbound_http import Answer, Login, OutboundHttp
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.errors import Unavailable
from wanghuo.identity import derived
from wanghuo.place import METRES_PER_DEGREE
from wanghuo.protocols.picture import PictureError
from wanghuo.settings import Settings
from wanghuo.sights import pictures, reach, store
from wanghuo.sights.pictures import SNAPSHOT_SIZE_MAX_BYTES, Kept, Look
from wanghuo.sights.policy import SightsPolicy
from wanghuo.sights.store import LookDue

JUDGED_CHANNEL: Final = "judged"
LOOK_S: Final = 2.0
PAUSE_S: Final = 0.25
PAUSES: Final = 10  # as in weather.py: looking for work must not cost the database more than 10 %
AT_ONCE: Final = 32
ASKED_AT_ONCE: Final = 8
EXPIRE_EVERY_S: Final = 3600.0
EXPIRED_AT_ONCE: Final = 500
ADOPTED_WITHIN: Final = timedelta(minutes=30)
LOGINS_FILE: Final = "cameras.toml"
MIDDLE_LATITUDE_DEG: Final = 35.0  # of China; only to turn metres into degrees of longitude
UNAUTHORISED: Final = frozenset({401, 403})

_log = structlog.get_logger("gateways.cameras")


class NoPicture(Exception):
    """A camera gave no picture. reason: a code of words.picture_trouble."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Cameras:
    """Fetches snapshots of cameras near open incidents, and forgets pictures whose time is over."""

    def __init__(
        self,
        database: Database,
        http: OutboundHttp,
        clock: Clock,
        settings: Settings,
        policy: SightsPolicy,
    ) -> None:
        self._database = database
        self._http = http
        self._clock = clock
        self._asked = settings.cameras
        self._folder = settings.data_dir / store.FOLDER
        self._logins = Path(self._asked.logins or settings.data_dir / LOGINS_FILE)
        self._policy = policy
        self._expired_s = -math.inf

    async def run(self) -> None:
        """Work for ever; end it by cancelling."""
        async with Listener(self._database.dsn, (JUDGED_CHANNEL,), self._clock) as listener:
            while True:
                ticket = listener.ticket(JUDGED_CHANNEL)
                looked, began_s = 0, self._clock.monotonic_s()
                try:
                    looked = await self.work_once()
                    await self._expire_now_and_then()
                except (*DOWN, SqlError) as error:
                    _log.info("cameras_wait", why=repr(error))
                took_s = self._clock.monotonic_s() - began_s
                if not looked:
                    await listener.wait(JUDGED_CHANNEL, ticket, LOOK_S)
                await self._clock.sleep(max(PAUSE_S, 0.0 if looked else PAUSES * took_s))

    async def work_once(self) -> int:
        """Ask the cameras that are due, and give lookouts' pictures their incident; how many."""
        rules, now = self._policy.cameras, self._clock.now_utc()
        north = rules.near_m / METRES_PER_DEGREE
        async with self._database.transaction() as tx:
            await store.adopt_pictures(tx, now - ADOPTED_WITHIN, now)
            if not self._asked.networks:
                return 0
            due = await store.looks_due(
                tx,
                from_level=rules.from_level,
                near_deg=(north, north / math.cos(math.radians(MIDDLE_LATITUDE_DEG))),
                incident_max=rules.incident_max,
                tries_max=rules.tries_max,
                before=now - timedelta(seconds=rules.retry_s),
                size=AT_ONCE,
            )
        places = asyncio.Semaphore(ASKED_AT_ONCE)

        async def one(look: LookDue) -> None:
            async with places:
                await self._look(look)

        await asyncio.gather(*map(one, due))
        return len(due)

    async def _look(self, due: LookDue) -> None:
        """Ask one camera and keep how it ended."""
        kept, trouble = None, ""
        now = self._clock.now_utc()
        try:
            data = await self._fetched(due)
            about = pictures.snapshot(data)
            digest = await asyncio.to_thread(store.keep_file, self._folder, data, about.media_type)
        except (NoPicture, PictureError) as error:
            trouble = error.reason
        except OSError as error:
            trouble = "not_kept"
            _log.warning("picture_not_kept", why=str(error))
        else:
            made = derived("picture", "camera", due.incident_id, due.camera_id, now.isoformat())
            kept = Kept(
                id=made, incident_id=due.incident_id, town_code=due.town_code, origin="camera",
                camera_id=due.camera_id, by_whom="", taken_at=now,
                received_at=self._clock.now_utc(), media_type=about.media_type,
                size_bytes=len(data), width=about.width, height=about.height, sha256=digest,
            )  # fmt: skip
        look = Look(
            due.incident_id, due.camera_id, due.level, due.town_code, now, due.tries + 1,
            kept.id if kept else "", trouble,
        )  # fmt: skip
        async with self._database.transaction() as tx:
            if kept is not None:
                await store.put_picture(tx, kept)
            await store.put_look(tx, look)
            cause = f"{due.incident_id} {due.camera_id} {due.level} {due.tries}"
            await store.tell(tx, due.number, due.town_code, cause, now)

    async def _fetched(self, due: LookDue) -> bytes:
        """The bytes of a snapshot. Raises NoPicture."""
        address = await self._address(due.snapshot_url)
        login = await asyncio.to_thread(self._login, due.login) if due.login else None
        try:
            answer = await self._http.fetch(
                due.snapshot_url,
                address=address,
                size_max_bytes=SNAPSHOT_SIZE_MAX_BYTES,
                timeout_s=self._asked.timeout_s,
                login=login,
            )
        except Unavailable as error:
            raise NoPicture("no_answer") from error
        return _body(answer)

    async def _address(self, url: str) -> str:
        """Where to ask. Raises NoPicture for a host outside the configured networks."""
        target = reach.target(url)
        if target is None:
            raise NoPicture("not_allowed")
        try:
            async with asyncio.timeout(self._asked.timeout_s):
                found = await asyncio.get_running_loop().getaddrinfo(*target, type=SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NoPicture("no_answer") from error
        address = reach.allowed([str(one[4][0]) for one in found], self._asked.networks)
        if not address:
            _log.warning("camera_outside_the_networks", host=target[0])
            raise NoPicture("not_allowed")
        return address

    def _login(self, name: str) -> Login:
        """The login under this name. Raises NoPicture."""
        try:
            known = tomllib.loads(self._logins.read_text(encoding="utf-8"))[name]
            return Login(str(known["user"]), str(known["password"]))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise NoPicture("no_login") from error

    async def _expire_now_and_then(self) -> None:
        """Forget what is older than the policy keeps, once an hour."""
        now_s = self._clock.monotonic_s()
        if now_s - self._expired_s < EXPIRE_EVERY_S:
            return
        self._expired_s = now_s
        await self.expire()

    async def expire(self) -> None:
        """Forget pictures whose time is over, rows first, then the files that nobody needs."""
        before = self._clock.now_utc() - timedelta(days=self._policy.pictures.keep_days)
        async with self._database.transaction() as tx:
            gone = await store.expire_pictures(tx, before, EXPIRED_AT_ONCE)
        await asyncio.to_thread(store.forget_files, self._folder, gone)


def _body(answer: Answer) -> bytes:
    if answer.status in UNAUTHORISED or not answer.ok:
        raise NoPicture("refused")
    if len(answer.body) > SNAPSHOT_SIZE_MAX_BYTES:
        raise NoPicture("too_large")
    return answer.body

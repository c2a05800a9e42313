"""What every door on HTTP needs, in one typed object that compose fills."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

from starlette.requests import HTTPConnection

from wanghuo.clock import Clock
from wanghuo.engines.postgres import Database
from wanghuo.facts.entry import Entry
from wanghuo.settings import Settings
from wanghuo.web.doorkeeper import Doorkeeper
from wanghuo.web.limits import Pace, Places

if TYPE_CHECKING:
    from wanghuo.engines.stream import Stream

SIGN_INS_BURST = 20
SIGN_INS_PERIOD_S = 3.0
SIGN_INS_AT_ONCE_MAX = 4  # each check of a password holds a core and 64 MiB for a moment
SIGN_INS_RETRY_S = 1.0


class Intake(Protocol):
    """The face of signals.model.Intake that HTTP doors use; signals stands above web."""

    def fire(self, entries: Sequence[Entry]) -> Awaitable[None]:
        """Keep fire-lane entries; durable on return. Raises Unavailable."""
        ...

    def routine(self, record: Any, on_stored: Callable[[bool], None]) -> bool:  # noqa: ANN401 - RoutineRecord lives above web
        """Queue a signals.model.RoutineRecord; False means: no room, wait for `routine_room`."""
        ...

    def routine_room(self) -> Awaitable[None]:
        """Return when the routine buffer has room again."""
        ...

    def quarantine(
        self, door: str, peer: str, reason: str, raw: bytes, detail: str = ""
    ) -> Awaitable[None]:
        """Keep bytes nobody understood, whole, for a person; durable on return."""
        ...


@dataclass
class House:
    """The engines and people behind the doors of one web process.

    database: as role wanghuo_web. intake: None where no door takes signals.
    """

    database: Database
    clock: Clock
    settings: Settings
    stream: "Stream"
    doorkeeper: Doorkeeper
    intake: Intake | None = None
    sign_in_pace: Pace = field(init=False)
    sign_in_places: Places = field(init=False)

    def __post_init__(self) -> None:
        self.sign_in_pace = Pace(self.clock, SIGN_INS_BURST, SIGN_INS_PERIOD_S)
        self.sign_in_places = Places(SIGN_INS_AT_ONCE_MAX, SIGN_INS_RETRY_S)


def house_of(connection: HTTPConnection) -> House:
    """The house that this request came to."""
    return cast("House", connection.app.state.house)

"""A signal: what a device said at one moment. The shared language of gateways and judges.

It stands in facts/ because protocols make it, gateways carry it, signals keep it, alarms read it.
"""

from datetime import datetime
from enum import StrEnum

import msgspec


class SignalKind(StrEnum):
    """What a device said. The first three ride the fire lane, the rest are routine."""

    FIRE = "fire"  # a sensor reports fire: status bit 1, manual call, vendor fire code
    CLEARED = "cleared"  # that point reports normal again; never ends an incident
    RESET = "reset"  # a panel reset (复位): clears that panel's points unless they report again
    NOTABLE = "notable"  # a reading over its notable limit: heat, current, smoke density
    FAULT = "fault"
    FAULT_CLEARED = "fault_cleared"
    SHIELDED = "shielded"
    READING = "reading"
    HEARTBEAT = "heartbeat"
    STATE = "state"  # a status word without fire or fault
    OPERATION = "operation"  # silence, self-test, confirm, inspection answer
    INSPECTION_ANSWER = "inspection_answer"
    CONFIGURATION = "configuration"
    VERSION = "version"
    CLOCK = "clock"
    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"  # kept whole and shown to a person


FIRE_LANE = frozenset({SignalKind.FIRE, SignalKind.CLEARED, SignalKind.RESET, SignalKind.NOTABLE})


class SensorKind(StrEnum):
    """Device kinds of governance.md §0, plus what stands behind a panel."""

    SMOKE = "smoke"
    VISUAL_SMOKE = "visual_smoke"
    HEAT = "heat"
    ELECTRIC = "electric"
    CHARGING = "charging"
    LOOKOUT = "lookout"
    GAS = "gas"
    UITD = "uitd"
    CALL_POINT = "call_point"
    SPRINKLER = "sprinkler"
    WATER = "water"
    FLAME = "flame"
    OTHER = "other"


class Signal(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that one device said at one moment.

    sender: who spoke on the wire, `transport:address`, e.g. `gb26875:790300000000` (12 hex digits
        as on the wire), `access:OPERATOR/DEVICE`, `ctwing:IMEI`, `onenet:DEV`, `iotda:NODE`.
    point: which detector behind the sender, "" if the sender is the detector itself; for
        GB/T 26875.3 `SYSTYPE.SYSADDR.COMPTYPE.COMPADDR`, the address as 8 hex digits as on
        the wire, e.g. `1.1.40.0a000200`.
    received_at: UTC, set by the gateway. happened_at: what the device claims, or None.
    digest: 16 hex digits over the bytes of this object; a resend has the same one.
    status: the status or flag word as sent, -1 if there was none.
    quantity, value, unit: for readings; e.g. "temperature", 68.5, "℃".
    place_id, town_code, lon, lat: where a lookout saw it, found out by its gateway; "" and None for
        every device that hangs where the register says.
    text: the device's own words, cleaned; raw: the object's bytes as received.
    """

    kind: SignalKind
    sender: str
    received_at: datetime
    digest: str
    point: str = ""
    sensor: SensorKind = SensorKind.OTHER
    happened_at: datetime | None = None
    status: int = -1
    quantity: str = ""
    value: float = 0.0
    unit: str = ""
    text: str = ""
    raw: bytes = b""
    place_id: str = ""
    town_code: str = ""
    lon: float | None = None
    lat: float | None = None

    def origin(self) -> str:
        """The one key of the point that spoke: `sender` or `sender/point`."""
        return f"{self.sender}/{self.point}" if self.point else self.sender

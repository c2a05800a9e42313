"""How a speaker of the world makes itself heard: each over the socket that its transport has."""

import asyncio
from random import Random

import httpx

from wanghuo.clock import Clock
from wanghuo.facts.signal import SensorKind, Signal, SignalKind
from wanghuo.protocols import access_standard
from wanghuo.protocols import gb26875_objects as obj
from wanghuo.simulator import carrier_bodies
from wanghuo.simulator.config import TwinConfig
from wanghuo.simulator.gb_transmitter import NotConfirmedError, Transmitter
from wanghuo.simulator.mqtt_platform import MqttPlatform
from wanghuo.simulator.world import Point, Speaker

HTTP_PATIENCE_S = 15.0
FAILURES = (OSError, TimeoutError, httpx.HTTPError, asyncio.IncompleteReadError)
_STATUS = {
    SignalKind.FIRE: 0x0002,  # as real frames carry it: fire, and bit 0 not set
    SignalKind.NOTABLE: 0x0002,
    SignalKind.FAULT: 0x0005,
    SignalKind.CLEARED: 0x0001,
    SignalKind.FAULT_CLEARED: 0x0001,
}
_NOTES = {
    "smoke": "感烟探测器",
    "heat": "感温探测器",
    "call_point": "手动报警按钮",
    "sprinkler": "水流指示器",
    "gas": "可燃气体探测器",
    "electric": "电气火灾探测器",
}
_TEMPERATURE = 3  # analog type, tenths of a degree


class NotTakenError(ConnectionError):
    """The platform answered, but did not take what was said."""


class Voices:
    """Everything that can be said by anybody; connections are kept and made again when broken.

    keys: operator id to key. Not for many senders at once without a limit of the caller.
    """

    def __init__(self, config: TwinConfig, clock: Clock, rng: Random, keys: dict[str, str]) -> None:
        self._config = config
        self._clock = clock
        self._rng = rng
        self._keys = keys
        self.transmitters: dict[str, Transmitter] = {}
        self._platforms: dict[str, MqttPlatform] = {}
        self._http = httpx.AsyncClient(timeout=HTTP_PATIENCE_S, trust_env=False)

    async def close(self) -> None:
        """Hang everything up."""
        closing = [one.close() for one in self.transmitters.values()]
        closing += [one.close() for one in self._platforms.values()]
        await asyncio.gather(*closing, return_exceptions=True)
        await self._http.aclose()

    async def say(
        self, speaker: Speaker, point: Point, kind: SignalKind, *, celsius: float = 21.0
    ) -> float:
        """Say one thing; seconds until it was acknowledged. Raises one of FAILURES."""
        began_s = self._clock.monotonic_s()
        if speaker.transport == "gb26875":
            await self._by_transmitter(speaker, point, kind, celsius)
        elif speaker.transport in {"mqtt", "http"}:
            await self._by_operator(speaker, point, kind, celsius)
        else:
            await self._by_carrier(speaker, point, kind, celsius)
        return self._clock.monotonic_s() - began_s

    async def transmitter(self, speaker: Speaker) -> Transmitter:
        """The connected transmitter of this speaker. Raises OSError."""
        found = self.transmitters.get(speaker.sender)
        if found is None:
            address = bytes.fromhex(speaker.address())
            found = Transmitter(address, self._clock, Random(f"{speaker.sender}"))
            self.transmitters[speaker.sender] = found
        if not found.connected:
            await found.connect(self._config.host, self._config.gb26875_port)
        return found

    async def hang_up(self, sender: str) -> None:
        """Disconnect one transmitter."""
        found = self.transmitters.pop(sender, None)
        if found is not None:
            await found.close()

    def ping(self) -> None:
        """Keep the operators' connections alive."""
        for platform in self._platforms.values():
            platform.ping()

    async def _by_transmitter(
        self, speaker: Speaker, point: Point, kind: SignalKind, celsius: float
    ) -> None:
        transmitter = await self.transmitter(speaker)
        if kind is SignalKind.HEARTBEAT or not point.point:
            await transmitter.heartbeat()
            return
        try:
            system, at, component, address = point.point.split(".")
            fields = (int(system), int(at), int(component), bytes.fromhex(address))
        except ValueError as error:
            raise NotConfirmedError(f"no GB/T 26875.3 point: {point.point}") from error
        said: obj.Upward
        if kind is SignalKind.READING:
            tenths = round(celsius * 10)
            said = obj.ComponentAnalog(*fields, _TEMPERATURE, tenths, transmitter.tag())
        else:
            note = obj.note_of(_NOTES.get(point.kind, "部件"))
            said = obj.ComponentStatus(*fields, _STATUS.get(kind, 1), note, transmitter.tag())
        await transmitter.say([said])

    async def _by_operator(
        self, speaker: Speaker, point: Point, kind: SignalKind, celsius: float
    ) -> None:
        record = access_standard.encode(self._record(speaker, point, kind, celsius))
        device = speaker.address().partition("/")[2]
        if speaker.transport == "mqtt":
            platform = await self._platform(speaker.operator)
            await platform.publish(device, "signal", record)
            return
        answer = await self._http.post(
            self._config.url("/api/v1/access/signals"),
            content=b'{"records":[%b]}' % record,
            headers={
                "Authorization": f"Bearer {self._keys.get(speaker.operator, '')}",
                "Content-Type": "application/json",
            },
        )
        if not answer.is_success or not answer.json()["results"][0]["ok"]:
            raise NotTakenError(f"{speaker.sender}: {answer.status_code} {answer.text[:200]}")

    def _record(self, speaker: Speaker, point: Point, kind: SignalKind, celsius: float) -> Signal:
        now = self._clock.now_utc()
        measured = kind in {SignalKind.READING, SignalKind.NOTABLE}
        return Signal(
            kind=kind,
            sender=speaker.sender,
            received_at=now,
            happened_at=now,
            digest="",
            point=point.point,
            sensor=SensorKind(point.kind),
            quantity="temperature" if measured else "",
            value=celsius if measured else 0.0,
            unit="℃" if measured else "",
        )

    async def _platform(self, operator: str) -> MqttPlatform:
        found = self._platforms.get(operator)
        if found is None or not found.connected:
            found = MqttPlatform(operator, self._keys.get(operator, ""))
            await found.connect(self._config.host, self._config.mqtt_port)
            self._platforms[operator] = found
        return found

    async def _by_carrier(
        self, speaker: Speaker, point: Point, kind: SignalKind, celsius: float
    ) -> None:
        now, device = self._clock.now_utc(), speaker.address()
        said = carrier_bodies.properties(point.kind, kind, celsius)
        if speaker.transport == "ctwing":
            body = carrier_bodies.ctwing(device, said, now)
        elif speaker.transport == "onenet":
            body = carrier_bodies.onenet(device, said, now, self._config.onenet_token)
        else:
            body = carrier_bodies.iotda(device, said, now)
        path = f"/push/{speaker.transport}/{self._config.push_secret}"
        answer = await self._http.post(self._config.url(path), content=body)
        if not answer.is_success:
            raise NotTakenError(f"{speaker.sender}: {answer.status_code} {answer.text[:200]}")

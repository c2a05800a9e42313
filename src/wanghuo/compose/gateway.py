"""The gateway role: GB/T 26875.3 over TCP and UDP, and MQTT."""

import asyncio
import contextlib
import os
import tomllib

from wanghuo.access.feed import KnownPeople
from wanghuo.clock import WallClock
from wanghuo.compose.house import dsn
from wanghuo.compose.people import find_operator
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.gateways.gb26875_door import Gb26875Door
from wanghuo.gateways.gb28181_door import Gb28181Door
from wanghuo.gateways.lookouts import Lookouts
from wanghuo.gateways.mqtt_door import MqttDoor
from wanghuo.gateways.store import put_quarantine
from wanghuo.protocols.gb26875_vendor import Profile, profiles
from wanghuo.settings import Settings
from wanghuo.sights import policy as sights_policy
from wanghuo.sights import store as sights
from wanghuo.signals.feed import SignalIntake

GATEWAY_ROLE = "wanghuo_gateway"


async def gateway(settings: Settings) -> int:
    """Listen until cancelled."""
    clock = WallClock()
    name = f"gateway-{os.getpid()}"
    role_dsn = dsn(settings, GATEWAY_ROLE)
    stream = await Stream.connect(settings.nats_url, name=name)
    database = await Database.open(role_dsn, size_min=0, size_max=3, name=name)  # may be down
    intake = SignalIntake(role_dsn, stream, clock, put_quarantine)
    shared = settings.gateways > 1
    gb26875 = Gb26875Door(
        intake=intake,
        database=database,
        dsn=role_dsn,
        profiles=vendor_profiles(settings),
        clock=clock,
        name=name,
    )
    operators = KnownPeople(database, clock, find_operator, only_operators=True)
    mqtt = MqttDoor(intake, operators, clock)
    async with contextlib.AsyncExitStack() as house:
        house.push_async_callback(database.close)
        house.push_async_callback(stream.close)
        await intake.start()
        house.push_async_callback(intake.stop)
        await gb26875.open(settings.host, settings.gb26875_port, reuse_port=shared)
        house.push_async_callback(gb26875.close)
        await mqtt.open(settings.host, settings.mqtt_port, reuse_port=shared)
        house.push_async_callback(mqtt.close)
        if settings.gb28181.port:
            sip = _gb28181(settings, intake, database, clock)
            await sip.open(settings.host, settings.gb28181.port, reuse_port=shared)
            house.push_async_callback(sip.close)
        await asyncio.Event().wait()
    return 0


def _gb28181(
    settings: Settings, intake: SignalIntake, database: Database, clock: WallClock
) -> Gb28181Door:
    rules = sights_policy.load(settings.policy_dir)
    folder = settings.data_dir / sights.FOLDER
    lookouts = Lookouts(intake, database, clock, folder, rules)
    return Gb28181Door(lookouts, intake, database, clock, settings.gb28181)


def vendor_profiles(settings: Settings) -> dict[str, Profile]:
    """The vendor profiles of policy/vendors.toml."""
    text = (settings.policy_dir / "vendors.toml").read_text(encoding="utf-8")
    return profiles(tomllib.loads(text))

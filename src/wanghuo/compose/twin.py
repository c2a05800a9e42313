"""The twin role: live traffic and telephones of the demo city, and `wanghuo twin ignite`."""

from wanghuo.clock import WallClock
from wanghuo.compose.commands import say
from wanghuo.compose.reach import required
from wanghuo.premises.world import WORLD_FILE
from wanghuo.settings import Settings
from wanghuo.simulator.config import TwinConfig
from wanghuo.simulator.ignite import ignite as light
from wanghuo.simulator.twin import run_twin


async def twin(settings: Settings) -> int:
    """Play the city until cancelled."""
    await run_twin(twin_config(settings, settings.seed), WallClock())
    return 0


async def ignite(settings: Settings, place: str | None, seed: int) -> int:
    """Let a fire grow at a place of the running house and tell what is sensed."""
    running = await required(settings)
    await light(twin_config(running, seed), WallClock(), place or "", say)
    return 0


def twin_config(settings: Settings, seed: int) -> TwinConfig:
    """What a stranger needs to know: where to knock, and its own secrets."""
    return TwinConfig(
        world=settings.data_dir / WORLD_FILE,
        host=settings.host,
        http_port=settings.http_port,
        gb26875_port=settings.gb26875_port,
        mqtt_port=settings.mqtt_port,
        phones_port=settings.phones_port,
        webhook_secret=settings.webhook.secret,
        push_secret=settings.push_secret,
        onenet_token=settings.onenet_token,
        seed=seed,
        speed=settings.traffic_speed,
    )

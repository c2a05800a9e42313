"""A fire at one place: detectors answer one after the other over their own sockets."""

import asyncio
from collections.abc import Callable
from random import Random

import httpx
import msgspec

from wanghuo.clock import Clock
from wanghuo.errors import Invalid, Unavailable
from wanghuo.simulator import growth, signature, world
from wanghuo.simulator.config import TwinConfig
from wanghuo.simulator.growth import Step
from wanghuo.simulator.voices import FAILURES, Voices
from wanghuo.simulator.world import Speaker

SMOKES_TO_DRAW = 2  # a drawn place has at least so many
ATTEMPTS = 5
ATTEMPT_PAUSE_S = 2.0


class Ignited(msgspec.Struct, frozen=True):
    """What came of it. confirm_s: per detector, from its signal to its confirm."""

    place_id: str
    detectors: int
    confirm_s: list[float]


async def ignite(
    config: TwinConfig,
    clock: Clock,
    place_id: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> Ignited:
    """Let it burn at a place, or at one that the seed draws; returns when nothing new is sensed.

    tell: gets a line a step. Raises Invalid if nothing there can notice a fire, Unavailable if
    the platform takes nothing.
    """
    rng = Random(f"{config.seed} {place_id}")
    if not place_id:
        drawn = await asyncio.to_thread(world.one, config.world, rng, _can_be_drawn)
        if drawn is None:
            raise Invalid("place", "no place has two smoke detectors", "name a place")
        place_id = drawn.place_id
    here, near = await asyncio.to_thread(world.around, config.world, place_id)
    steps = growth.plan(here, near, rng)
    if not steps:
        raise Invalid("place", f"{place_id} has nothing that notices a fire", "take another place")
    keys = await asyncio.to_thread(world.keys_of, config.world)
    voices = Voices(config, clock, rng, keys)
    tell(f"{place_id}: it burns; {len(steps)} detectors will notice")
    await _tell_phones(config, clock, place_id)
    try:
        confirm_s = await _burn(config, clock, voices, steps, tell)
    finally:
        await voices.close()
    return Ignited(place_id, len(steps), confirm_s)


async def _burn(
    config: TwinConfig,
    clock: Clock,
    voices: Voices,
    steps: list[Step],
    tell: Callable[[str], None],
) -> list[float]:
    """Each step at its time; seconds until each was confirmed."""
    spent_s, confirm_s = 0.0, []
    for step in steps:
        await clock.sleep((step.at_s - spent_s) / config.speed)
        spent_s = step.at_s
        took_s = await _say(clock, voices, step)
        where = f"{step.speaker.sender} {step.point.point}".strip()
        tell(
            f"+{step.at_s:6.1f} s  {step.words}: {step.point.kind} {where}"
            f"  confirmed in {took_s * 1000:.1f} ms"
        )
        confirm_s.append(took_s)
    return confirm_s


async def _say(clock: Clock, voices: Voices, step: Step) -> float:
    """A detector says it until it is heard."""
    for _ in range(ATTEMPTS):
        try:
            return await voices.say(step.speaker, step.point, step.kind, celsius=step.celsius)
        except FAILURES as error:
            why = str(error)
            await clock.sleep(ATTEMPT_PAUSE_S)
    raise Unavailable(f"the platform does not take {step.speaker.sender}: {why}")


async def _tell_phones(config: TwinConfig, clock: Clock, place_id: str) -> None:
    """The people of the twin see what really happens; without them the fire burns all the same."""
    body = msgspec.json.encode({"place_id": place_id})
    header = signature.sign(config.webhook_secret, int(clock.now_utc().timestamp()), body)
    url = f"http://{config.host}:{config.phones_port}/fires"
    try:
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as http:
            await http.post(url, content=body, headers={signature.HEADER: header})
    except httpx.HTTPError:
        return


def _can_be_drawn(speaker: Speaker) -> bool:
    smokes = sum(point.kind == "smoke" for point in speaker.points)
    return speaker.transport == "gb26875" and smokes >= SMOKES_TO_DRAW

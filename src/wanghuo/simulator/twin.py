"""The twin as one process: the traffic of the city and the people who answer."""

import asyncio

from wanghuo.clock import Clock
from wanghuo.simulator import phones
from wanghuo.simulator.config import TwinConfig
from wanghuo.simulator.phones import Phones
from wanghuo.simulator.traffic import Traffic


async def run_twin(config: TwinConfig, clock: Clock) -> None:
    """Play the city until cancelled."""
    people = Phones(config.webhook_secret, clock, config.seed)
    async with asyncio.TaskGroup() as group:
        group.create_task(phones.serve(people, config.host, config.phones_port))
        group.create_task(Traffic(config, clock).run())

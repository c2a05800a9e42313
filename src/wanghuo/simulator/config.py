"""Where the twin speaks to and how much of the city it plays; a plain struct, compose fills it."""

from pathlib import Path

import msgspec


class TwinConfig(msgspec.Struct, frozen=True):
    """Hosts, ports, secrets, sizes.

    world: the world file. speed: hours of city life per hour. webhook_secret, push_secret,
    onenet_token: as the platform has them. transmitters: how many are connected at one time;
    devices: how many of each other transport take turns.
    """

    world: Path
    host: str = "127.0.0.1"
    http_port: int = 8119
    gb26875_port: int = 26875
    mqtt_port: int = 1883
    phones_port: int = 8120
    webhook_secret: str = ""
    push_secret: str = ""
    onenet_token: str = ""
    seed: int = 1
    speed: float = 1.0
    transmitters: int = 200
    devices: int = 400

    def url(self, path: str) -> str:
        """An address of the platform's web."""
        return f"http://{self.host}:{self.http_port}{path}"

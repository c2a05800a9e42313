"""What an operating company's platform sends: ready-made records of the access standard."""

from datetime import UTC, datetime

import msgspec

from benchmarks import register
from benchmarks.product import Product

DEVICES_MAX = 2_000
BATCHES = 20


class Operator(msgspec.Struct, frozen=True):
    """One operator of the demo city. devices: ids that it gave its smoke detectors."""

    id: str
    key: str
    devices: list[str]


async def first_operator(product: Product) -> Operator:
    """The first operator of the credentials file, with its devices."""
    held = next(iter(product.credentials()["operators"].values()))
    devices = await register.operated_devices(product.dsn(), held["id"], DEVICES_MAX)
    return Operator(held["id"], held["key"], devices)


def readings(operator: Operator, records: int) -> list[str]:
    """BATCHES bodies of POST /api/v1/access/signals with so many records each."""
    at = datetime.now(UTC).isoformat()
    bodies = []
    for batch in range(BATCHES):
        made = [
            {"device": operator.devices[(batch * records + n) % len(operator.devices)],
             "kind": "reading", "at": at, "quantity": "temperature",
             "value": 20.0 + (batch + n) % 90 / 10, "unit": "℃"}
            for n in range(records)
        ]  # fmt: skip
        bodies.append(msgspec.json.encode({"records": made}).decode())
    return bodies


def topics(operator: Operator, count: int) -> list[str]:
    """MQTT topics of the first devices."""
    return [f"access/v1/{operator.id}/{device}/signal" for device in operator.devices[:count]]


def payloads() -> list[str]:
    """MQTT payloads: a record without its device."""
    at = datetime.now(UTC).isoformat()
    return [
        msgspec.json.encode(
            {"kind": "reading", "at": at, "quantity": "temperature", "value": 20 + n / 10,
             "unit": "℃"}
        ).decode()
        for n in range(100)
    ]  # fmt: skip

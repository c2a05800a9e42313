"""Operators as the access wing asks for them and the devices wing knows them."""

from wanghuo.access.model import Operator
from wanghuo.devices import store as devices
from wanghuo.engines.postgres import Transaction


async def find_operator(tx: Transaction, digest: bytes) -> Operator | None:
    """The operator whose key has this SHA-256, in the access wing's words."""
    found = await devices.operator_of_digest(tx, digest)
    if found is None:
        return None
    return Operator(found.id, found.name, found.town_code)

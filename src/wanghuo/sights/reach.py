"""Where this house may fetch pictures: only from the networks that its settings name.

An address in a register is a wish of whoever filled it in. Without this rule it could make the
house ask its own database, or the cloud's metadata service, and show the answer.
"""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

SCHEMES: Final = {"http": 80, "https": 443}


def target(url: str) -> tuple[str, int] | None:
    """Host and port of a snapshot's address; None if it is none, or carries a login."""
    try:
        parts = urlsplit(url)
        port = parts.port or SCHEMES.get(parts.scheme, 0)
    except ValueError:
        return None
    if parts.scheme not in SCHEMES or not parts.hostname or parts.username is not None:
        return None
    return parts.hostname, port


def allowed(addresses: Sequence[str], networks: str) -> str:
    """The address to ask: the first, if every one lies in a named network; else "".

    addresses: all that the host's name means. One outside is one too many: a name may be made to
    mean another address at the next look.
    """
    known = [ip_network(text) for text in networks.split()]
    found = [ip_address(text.partition("%")[0]) for text in addresses]
    inside = [any(one in network for network in known) for one in found]
    return str(found[0]) if inside and all(inside) else ""

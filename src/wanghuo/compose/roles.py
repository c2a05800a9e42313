"""The roles: each process of docs/map.md is built from Settings and runs until cancelled.

A role's room is loaded only in the process that runs it: a gateway carries no web framework.
"""

from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, Final

from wanghuo.settings import Settings

ROLES: Final = ("setup", "engine", "caller", "voice", "clerk", "gateway", "web", "twin", "roads")


def role(name: str) -> Callable[[Settings], Coroutine[Any, Any, int]]:
    """The function of the room `compose.<name>` that has its name."""
    assert name in ROLES, name
    made: Callable[[Settings], Coroutine[Any, Any, int]]
    made = getattr(import_module(f"wanghuo.compose.{name}"), name)
    return made

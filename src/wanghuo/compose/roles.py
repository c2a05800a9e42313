"""The roles: each process of docs/map.md is built here from Settings, and runs until cancelled."""

from collections.abc import Awaitable, Callable

from wanghuo.compose.engine import engine
from wanghuo.compose.gateway import gateway
from wanghuo.compose.setup import setup
from wanghuo.compose.twin import twin
from wanghuo.compose.web import web
from wanghuo.settings import Settings

ROLES: dict[str, Callable[[Settings], Awaitable[int]]] = {
    "setup": setup,
    "engine": engine,
    "gateway": gateway,
    "web": web,
    "twin": twin,
}

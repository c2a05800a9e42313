"""The HTTP application of one process, built from the house and the wings' routers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.middleware.gzip import GZipMiddleware

import wanghuo
from wanghuo.engines.ending import end
from wanghuo.web import health, live_routes
from wanghuo.web.headers import Manners
from wanghuo.web.house import House
from wanghuo.web.idempotency import RepeatableRoute, forget_old_answers
from wanghuo.web.limits import BodyLimit
from wanghuo.web.live import Live
from wanghuo.web.problems import Problem, add_problem_handlers
from wanghuo.web.static import Cockpit

GZIP_FROM_BYTES = 1024
ABOUT = """The open platform that senses, judges, tells and guides, for any city's fires.

Errors are RFC 9457 problem documents (`application/problem+json`) in Chinese and English that name
the field and the remedy. Writes take an `Idempotency-Key`. Lists page by `next`. Times are RFC 3339
UTC, coordinates WGS-84."""


def make_app(house: House, routers: Sequence[APIRouter]) -> FastAPI:
    """The application: problems, manners, health, live stream, the wings' doors, the cockpit."""
    live = Live(house.stream, house.clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await live.start()
        forgetting = asyncio.ensure_future(forget_old_answers(house))
        yield
        await end(forgetting)
        await live.close()

    app = FastAPI(
        title="Wanghuo 望火",
        version=getattr(wanghuo, "__version__", "0"),
        description=ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        responses={"default": {"model": Problem, "description": "A problem document"}},
        separate_input_output_schemas=False,
    )
    app.state.house = house
    app.state.live = live
    add_problem_handlers(app)
    for router in (health.router, live_routes.router, *routers):
        _make_repeatable(router)
        app.include_router(router)
    app.router.default = Cockpit(house.settings.cockpit_dir)
    app.add_middleware(BodyLimit)
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_FROM_BYTES)
    app.add_middleware(Manners, clock=lambda: house.clock)  # added last: outermost
    return app


def _make_repeatable(router: APIRouter) -> None:
    """Let every route of a wing keep its answers, whatever route class the wing's router made.

    FastAPI asks a route for its handler when the router is included, so this is in time.
    """
    for context in iter_route_contexts(router.routes):
        route = context.original_route
        if type(route) is APIRoute:
            route.__class__ = RepeatableRoute

"""The web role: API, live stream, cockpit, access standard and carrier pushes on one port."""

import asyncio
from functools import partial
from typing import cast

from fastapi import APIRouter

from wanghuo.access import audit_routes, oidc_routes, second_factor_routes, view_routes
from wanghuo.access import routes as access_routes
from wanghuo.access import store as access
from wanghuo.access import table_routes as access_tables
from wanghuo.access.feed import KnownPeople
from wanghuo.basemap import routes as basemap_routes
from wanghuo.channels import routes as channels_routes
from wanghuo.clock import WallClock
from wanghuo.compose.house import dsn
from wanghuo.compose.people import find_operator
from wanghuo.desk import routes as desk_routes
from wanghuo.devices import routes as devices_routes
from wanghuo.devices import store as devices
from wanghuo.devices import table_routes as devices_tables
from wanghuo.dispatch import routes as dispatch_routes
from wanghuo.dispatch import store as dispatch
from wanghuo.engines.ending import end
from wanghuo.engines.postgres import Database, Transaction
from wanghuo.engines.stream import Stream
from wanghuo.first_day import routes as first_day_routes
from wanghuo.gateways import access_http, cloud_push, lookout_push
from wanghuo.gateways import routes as gateways_routes
from wanghuo.gateways.store import put_quarantine
from wanghuo.incidents import case_routes, record_routes, review_routes
from wanghuo.incidents import routes as incidents_routes
from wanghuo.incidents import store as incidents
from wanghuo.incidents import table_routes as incidents_tables
from wanghuo.notices import routes as notices_routes
from wanghuo.notices import seat_119_routes
from wanghuo.premises import feed as premises_feed
from wanghuo.premises import outline_routes, personal_routes
from wanghuo.premises import routes as premises_routes
from wanghuo.premises import store as premises
from wanghuo.responder import routes as responder_routes
from wanghuo.settings import Settings
from wanghuo.sights import routes as sights_routes
from wanghuo.signals import routes as signals_routes
from wanghuo.signals import store as signals
from wanghuo.signals.feed import SignalIntake
from wanghuo.wall import routes as wall_routes
from wanghuo.web.app import make_app
from wanghuo.web.house import House
from wanghuo.web.serving import serve
from wanghuo.web.summary import summary_router

POOL_SIZE_MAX = 12
WEB_ROLE = "wanghuo_web"


async def web(settings: Settings) -> int:
    """Serve until cancelled."""
    clock = WallClock()
    role_dsn = dsn(settings, WEB_ROLE)
    stream = await Stream.connect(settings.nats_url, name="web")
    database = await Database.open(role_dsn, size_min=2, size_max=POOL_SIZE_MAX, name="web")
    intake = SignalIntake(role_dsn, stream, clock, put_quarantine)
    await intake.start()
    house = House(
        database=database,
        clock=clock,
        settings=settings,
        stream=stream,
        doorkeeper=KnownPeople(database, clock, find_operator),
        intake=intake,
    )
    stop = asyncio.Event()
    roads = dispatch.roads_of(settings.data_dir, settings.policy_dir)
    reading = asyncio.create_task(roads.router())  # so that no responder's first look waits for it
    try:
        await serve(make_app(house, _routers()), settings.host, settings.http_port, stop)
    except asyncio.CancelledError:
        stop.set()
        raise
    finally:
        await end(reading)
        await intake.stop()
        await stream.close()
        await database.close()
    return 0


async def signals_total(tx: Transaction) -> dict[str, int]:
    """Everything that devices ever said, both lanes."""
    return {"signals_total": sum((await signals.totals(tx)).values())}


def _routers() -> list[APIRouter]:
    register = cast("premises_feed.Register", devices)
    return [
        summary_router([premises.counts, devices.counts, incidents.count_open, signals_total]),
        access_routes.router,
        second_factor_routes.router,
        oidc_routes.router,
        audit_routes.router,
        view_routes.router,
        access_tables.router,
        premises_routes.router,
        premises_routes.import_router(partial(premises_feed.run_import, register), access.audit),
        premises_routes.roster_router(access.audit),
        personal_routes.personal_router(access.audit),
        outline_routes.outline_router(access.audit),
        devices_routes.router,
        devices_routes.operator_router(access.audit),
        devices_tables.table_router(access.audit),
        signals_routes.router,
        access_http.router,
        cloud_push.router,
        lookout_push.router,
        gateways_routes.router,
        sights_routes.router,
        incidents_routes.router,
        case_routes.router,
        review_routes.router,
        record_routes.router,
        incidents_tables.table_router(incidents_routes.wanted_of),
        wall_routes.router,
        desk_routes.router,
        first_day_routes.router,
        basemap_routes.router,
        notices_routes.router,
        dispatch_routes.router,
        notices_routes.verification_router(access.audit),
        seat_119_routes.seat_router(access.audit),
        responder_routes.router,
        channels_routes.router,
    ]

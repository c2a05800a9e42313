"""The tiles on HTTP: to whoever may see, sent again only after another import."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.makers import Site, open_site
from wanghuo.basemap import building, routes, store
from wanghuo.basemap.features import Feature, Kind
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream

ROAD = Feature(Kind("line", "primary", 9, "三北大道"), (((121.3, 30.2), (121.303, 30.2)),))


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    doors = [routes.router]
    async with open_site(database, web_database, nats_stream, tmp_path, routers=doors) as opened:
        yield opened


def keep(site: Site) -> str:
    """Import one road; the address of its tile."""
    path = store.path_of(site.house.settings.data_dir)
    tiles = dict(building.tiles([ROAD]))
    store.keep(path, tiles.items(), source="one.osm", attribution="© somebody")
    zoom, x, y = max(tiles)
    return f"/api/v1/tiles/{zoom}/{x}/{y}"


async def test_without_an_import_there_is_no_map_and_no_error(site: Site) -> None:
    client = site.client("unit_head")
    about = (await client.get("/api/v1/tiles")).json()
    assert about == {"stamp": "", "zooms": [], "attribution": "", "source": ""}
    assert (await client.get("/api/v1/tiles/13/1/1")).status_code == 204


async def test_a_tile_is_sent_once_and_again_after_another_import(site: Site) -> None:
    where, client = keep(site), site.client("city_duty")
    about = (await client.get("/api/v1/tiles")).json()
    assert (about["zooms"], about["attribution"]) == ([9, 11, 13], "© somebody")
    first = await client.get(where)
    assert first.headers["content-type"] == routes.MEDIA_TYPE
    assert first.headers["content-encoding"] == "gzip"
    assert "三北大道".encode() in first.content
    known = {"If-None-Match": first.headers["etag"]}
    assert (await client.get(where, headers=known)).status_code == 304
    plain = await client.get(where, headers={"Accept-Encoding": "identity"})
    assert plain.content == first.content
    keep(site)
    assert (await client.get(where, headers=known)).status_code == 200


async def test_a_tile_that_cannot_be_is_refused_by_name(site: Site) -> None:
    refused = await site.client("auditor").get("/api/v1/tiles/99/0/0")
    assert refused.status_code == 422
    assert "zoom" in refused.json()["field"]


async def test_a_broken_file_is_no_map(site: Site) -> None:
    store.path_of(site.house.settings.data_dir).write_bytes(gzip.compress(b"no database"))
    client = site.client("auditor")
    assert (await client.get("/api/v1/tiles")).json()["stamp"] == ""
    assert (await client.get("/api/v1/tiles/13/1/1")).status_code == 204

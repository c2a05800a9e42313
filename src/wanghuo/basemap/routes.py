"""The tiles on HTTP: cached by their ETag, made once by an import, never fetched from elsewhere."""

import asyncio
import gzip
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as PathField

from wanghuo.basemap import store
from wanghuo.basemap.features import ZOOMS
from wanghuo.errors import Forbidden, Invalid, Unauthenticated
from wanghuo.principal import Permission, Principal
from wanghuo.web.house import house_of
from wanghuo.web.problems import problems
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
Zoom = Annotated[int, PathField(ge=0, le=ZOOMS[-1])]
Column = Annotated[int, PathField(ge=0, lt=1 << ZOOMS[-1])]
MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"
CACHED: Final = "private, no-cache"  # asked about each time, sent again only when it changed

router = APIRouter(prefix="/api/v1", tags=["base map"])


@router.get("/tiles", responses=problems(Unauthenticated, Forbidden))
async def tiles(_who: See, request: Request) -> dict[str, Any]:
    """Whether there is a base map, at which zooms, and who made its data: {stamp, zooms, …}.

    stamp: "" without a map.
    """
    path = store.path_of(house_of(request).settings.data_dir)
    said = await asyncio.to_thread(store.about, path)
    return {
        "stamp": store.stamp(path) if said else "",
        "zooms": list(ZOOMS) if said else [],
        "attribution": said.get("attribution", ""),
        "source": said.get("source", ""),
    }


@router.get(
    "/tiles/{zoom}/{x}/{y}",
    responses={**problems(Unauthenticated, Forbidden, Invalid), 200: {"content": {MEDIA_TYPE: {}}}},
)
async def tile(_who: See, request: Request, zoom: Zoom, x: Column, y: Column) -> Response:
    """A tile of the Mapbox Vector Tile Specification 2.1; 204 where the map shows nothing."""
    path = store.path_of(house_of(request).settings.data_dir)
    tag = f'"{store.stamp(path)}"'
    headers = {"ETag": tag, "Cache-Control": CACHED, "Vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    packed = await asyncio.to_thread(store.tile, path, (zoom, x, y))
    if packed is None:
        return Response(status_code=204, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=MEDIA_TYPE
        )
    return Response(gzip.decompress(packed), headers=headers, media_type=MEDIA_TYPE)

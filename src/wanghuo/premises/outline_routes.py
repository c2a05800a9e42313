"""The border of the city on HTTP: drawn by the map, sent once as GeoJSON."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Forbidden, Invalid, Unauthenticated
from wanghuo.place import datum
from wanghuo.premises import city_sources, geojson, store
from wanghuo.principal import Permission, Principal
from wanghuo.settings import DEMO_CITY
from wanghuo.web.house import house_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
Importer = Annotated[Principal, Depends(may(Permission.IMPORT))]
Audit = Callable[[Transaction, Principal, str, str, Mapping[str, Any]], Awaitable[None]]
EXAMPLE = """{"type": "FeatureCollection", "features": [{"type": "Feature",
 "properties": {"name": "示例市界"},
 "geometry": {"type": "Polygon", "coordinates":
  [[[121.20, 30.15], [121.50, 30.15], [121.50, 30.35], [121.20, 30.35], [121.20, 30.15]]]}}]}
"""


def outline_router(audit: Audit) -> APIRouter:
    """The doors of the border. audit: access.store.audit."""
    doors = APIRouter(prefix="/api/v1", tags=["premises"])

    @doors.get("/map/outline", responses=problems(Unauthenticated, Forbidden))
    async def outline(request: Request, _who: See, tx: Tx) -> dict[str, Any]:
        """The border as closed rings of [lon, lat]; none if it was never drawn."""
        rings = await store.outline(tx)
        if not rings and house_of(request).settings.city == DEMO_CITY:
            ring = city_sources.read().outline.ring
            rings = [[*ring, ring[0]]]
        return {"rings": rings}

    @doors.get("/map/outline/template", responses=problems(Unauthenticated, Forbidden))
    async def template(_who: See) -> Response:
        """A border as GeoJSON, to be compared with one's own."""
        kept_as = {"Content-Disposition": 'attachment; filename="outline.geojson"'}
        return Response(EXAMPLE, media_type="application/geo+json", headers=kept_as)

    @doors.put("/map/outline", responses=problems(Unauthenticated, Forbidden, Invalid))
    async def put_outline(
        request: Request,
        who: Importer,
        tx: Tx,
        source_datum: Annotated[str, Query(alias="datum")] = "WGS-84",
        file: Annotated[str, Query(max_length=200, description="For messages.")] = "outline",
    ) -> dict[str, Any]:
        """Keep the border: all Polygons and MultiPolygons of the GeoJSON sent as the body."""
        rings = geojson.border(file, await request.body(), datum(source_datum))
        await store.put_outline(tx, rings)
        corners = sum(map(len, rings))
        await audit(tx, who, "outline.put", file, {"rings": len(rings), "corners": corners})
        return {"rings": len(rings), "corners": corners}

    return doors

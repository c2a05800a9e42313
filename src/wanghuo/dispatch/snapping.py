"""From doors to roads: the nearest point of the road network to a position, not only a node.

Every piece of road is sampled; the nearest samples name the pieces to measure exactly, and if they
could have missed a nearer piece, all samples that near are asked. So the answer is the nearest.
Rule 1. The network is preferred to islands, unless the island's road is nearer by a margin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from wanghuo.dispatch.graph import Floats, Graph, Ints
from wanghuo.dispatch.policy import Snapping
from wanghuo.place import METRES_PER_DEGREE

SAMPLE_EVERY_M: Final = 25.0
ASKED: Final = 16  # samples looked at first
DM: Final = 10.0


class Why(IntEnum):
    """Why a position has no place on the network. The names are keys of the list `no_road`."""

    NONE = 0
    FAR_FROM_ROAD = 1
    ISLAND = 2


@dataclass(frozen=True, eq=False)
class Spots:
    """Places on the road, one for each position asked.

    segment: -1 where there is none. from_start_dm, from_start_cs: how far along the segment.
    off_road_m: from the position to the road. why: a Why.
    """

    segment: Ints
    from_start_dm: npt.NDArray[np.int64]
    from_start_cs: npt.NDArray[np.int64]
    lon: Floats
    lat: Floats
    off_road_m: Floats
    why: Ints

    def __len__(self) -> int:
        return len(self.segment)


@dataclass(frozen=True, eq=False)
class _Found:
    """The nearest point of one set of pieces to each position. piece: -1 for none in reach."""

    piece: Any
    share: Any
    off_m: Any


class _Pieces:
    """A searchable set of straight pieces of road, in metres on a flat sheet."""

    def __init__(self, ends: Floats, segment: Ints, from_m: Floats) -> None:
        """ends: x1, y1, x2, y2 by piece. from_m: how far along its segment a piece begins."""
        self.ends, self.segment, self.from_m = ends, segment, from_m
        steps = ends[:, 2:] - ends[:, :2]
        self.size_m = np.hypot(steps[:, 0], steps[:, 1])
        counts = np.maximum(1, np.ceil(self.size_m / SAMPLE_EVERY_M)).astype(np.int64)
        self._owner = np.repeat(np.arange(len(ends)), counts)
        first = np.repeat(np.cumsum(counts) - counts, counts)
        share = (np.arange(len(self._owner)) - first + 0.5) / counts[self._owner]
        samples = ends[self._owner, :2] + steps[self._owner] * share[:, None]
        self._tree = KDTree(samples) if len(samples) else None

    def nearest(self, points: Floats, within_m: float) -> _Found:
        """points: x, y by position."""
        missing = _Found(
            np.full(len(points), -1), np.zeros(len(points)), np.full(len(points), np.inf)
        )
        if self._tree is None or not len(points):
            return missing
        slack = SAMPLE_EVERY_M / 2.0
        reach = within_m + slack
        away, sample = self._tree.query(points, k=ASKED, distance_upper_bound=reach)
        away, sample = away.reshape(len(points), -1), sample.reshape(len(points), -1)
        piece = self._owner[np.minimum(sample, len(self._owner) - 1)]
        off, share = self._measured(points[:, None, :], piece)
        off[~np.isfinite(away)] = np.inf
        best = np.argmin(off, axis=1)
        rows = np.arange(len(points))
        found = _Found(piece[rows, best], share[rows, best], off[rows, best])
        doubtful = np.isfinite(away[:, -1]) & (away[:, -1] < found.off_m + slack)
        for row in np.flatnonzero(doubtful):
            self._ask_all(points[row], float(found.off_m[row]) + slack, int(row), found)
        found.piece[found.off_m > within_m] = -1
        return found

    def _ask_all(self, point: Floats, radius_m: float, row: int, found: _Found) -> None:
        assert self._tree is not None
        piece = np.unique(self._owner[self._tree.query_ball_point(point, radius_m)])
        off, share = self._measured(point[None, :], piece)
        best = int(np.argmin(off))
        if off[best] < found.off_m[row]:
            found.piece[row], found.share[row] = piece[best], share[best]
            found.off_m[row] = off[best]

    def _measured(self, points: Any, piece: Any) -> tuple[Any, Any]:  # noqa: ANN401 - arrays
        """Distance to pieces, and which share of each lies before the nearest point."""
        start, end = self.ends[piece, :2], self.ends[piece, 2:]
        step = end - start
        size = np.maximum((step * step).sum(axis=-1), 1e-12)
        share = np.clip(((points - start) * step).sum(axis=-1) / size, 0.0, 1.0)
        gap = points - (start + step * share[..., None])
        return np.hypot(gap[..., 0], gap[..., 1]), share


class Snapper:
    """Finds places on the road of a graph."""

    def __init__(self, graph: Graph, policy: Snapping) -> None:
        self._graph, self._policy = graph, policy
        lat = graph.shape_lat
        self._lat0 = float((lat.min() + lat.max()) / 2.0)
        self._lon0 = float((graph.shape_lon.min() + graph.shape_lon.max()) / 2.0)
        self._east = METRES_PER_DEGREE * np.cos(np.radians(self._lat0))
        x, y = self._flat(graph.shape_lon, lat)
        last = np.zeros(len(x), dtype=bool)
        last[graph.shape_at[1:] - 1] = True
        begin = np.flatnonzero(~last)
        ends = np.column_stack([x[begin], y[begin], x[begin + 1], y[begin + 1]])
        segment = (np.searchsorted(graph.shape_at, begin, side="right") - 1).astype(np.int32)
        sizes = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
        before = np.cumsum(sizes) - sizes
        first = np.searchsorted(begin, graph.shape_at[:-1])
        from_m = before - before[first][segment]
        self._sizes_m = np.bincount(segment, weights=sizes, minlength=graph.segments)
        main = (graph.edge_main[0::2] + graph.edge_main[1::2] > 0)[segment]
        self._main = _Pieces(ends[main], segment[main], from_m[main])
        self._islands = _Pieces(ends[~main], segment[~main], from_m[~main])

    def spots(self, lons: Sequence[float] | Floats, lats: Sequence[float] | Floats) -> Spots:
        """The place on the road of each position."""
        x, y = self._flat(np.asarray(lons, dtype=float), np.asarray(lats, dtype=float))
        points = np.column_stack([x, y])
        within_m = self._policy.far_from_road_m
        main = self._main.nearest(points, within_m)
        island = self._islands.nearest(points, within_m)
        why = np.where(main.piece < 0, Why.FAR_FROM_ROAD, Why.NONE)
        nearer = island.off_m + self._policy.island_margin_m < main.off_m
        why = np.where((island.piece >= 0) & nearer, Why.ISLAND, why)
        return self._made(main, why.astype(np.int32))

    def _made(self, main: _Found, why: Ints) -> Spots:
        good = why == Why.NONE
        piece = np.where(good, main.piece, 0)
        ends = self._main.ends[piece]
        segment = np.where(good, self._main.segment[piece], -1).astype(np.int32)
        along_m = self._main.from_m[piece] + main.share * self._main.size_m[piece]
        share = along_m / np.maximum(self._sizes_m[segment], 1e-9)
        share = np.clip(np.where(good, share, 0.0), 0.0, 1.0)
        x = ends[:, 0] + (ends[:, 2] - ends[:, 0]) * main.share
        y = ends[:, 1] + (ends[:, 3] - ends[:, 1]) * main.share
        return Spots(
            segment=segment,
            from_start_dm=np.rint(share * self._graph.seg_length_dm[segment]).astype(np.int64),
            from_start_cs=np.rint(share * self._graph.seg_time_cs[segment]).astype(np.int64),
            lon=self._lon0 + x / self._east,
            lat=self._lat0 + y / METRES_PER_DEGREE,
            off_road_m=np.where(good, main.off_m, 0.0),
            why=why,
        )

    def _flat(self, lons: Floats, lats: Floats) -> tuple[Any, Any]:
        return (lons - self._lon0) * self._east, (lats - self._lat0) * METRES_PER_DEGREE

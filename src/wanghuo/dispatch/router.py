"""Travel over a road graph: all stations to one fire, one station to all places, one way to drive.

A price is one whole number: hundredths of a second × 2^23 + tenths of a metre. The least price is
the quickest way, and of equally quick ones the shortest; both come out of one search, exactly,
because doubles carry whole numbers up to 2^53. The search is SciPy's Dijkstra over edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from wanghuo.dispatch.graph import BACKWARD, FORWARD, Graph
from wanghuo.dispatch.policy import Policy
from wanghuo.dispatch.snapping import Snapper, Spots

SECOND: Final = float(1 << 23) * 100.0  # the price of a second
TICK: Final = float(1 << 23)  # the price of a hundredth of a second
NOWHERE: Final = -9999  # what SciPy says for "no predecessor"

Prices = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Travels:
    """Driving from each of some spots to each of others: rows are sources.

    drive_s, road_m: inf where no road leads.
    """

    drive_s: Prices
    road_m: Prices


@dataclass(frozen=True)
class Path:
    """One way: the edges in the order of driving, the first and last only partly driven.

    drive_s: without the start and what lies off the road.
    """

    edges: tuple[int, ...]
    drive_s: float
    road_m: float


@dataclass(frozen=True, eq=False)
class _Net:
    """Arcs by row, with prices; reverse: rows are the later edges."""

    indptr: Any
    indices: Any
    data: Any
    reverse: bool


class Router:
    """Searches in one graph. It keeps nothing between questions: several threads may ask."""

    def __init__(self, graph: Graph, policy: Policy) -> None:
        self.graph, self.policy = graph, policy
        self.snapper = Snapper(graph, policy.snapping)
        self._edge = np.repeat(graph.seg_time_cs * TICK + graph.seg_length_dm, 2)
        wait = graph.arc_wait_cs * TICK
        tails, heads = graph.arc_from, graph.arc_to
        self._out = self._net(tails, heads, self._edge[heads] + wait, reverse=False)
        self._in = self._net(heads, tails, self._edge[tails] + wait, reverse=True)

    def _net(self, rows: Any, columns: Any, prices: Any, *, reverse: bool) -> _Net:  # noqa: ANN401 - arrays
        order = np.argsort(rows, kind="stable")
        counts = np.bincount(rows, minlength=self.graph.edges)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        return _Net(indptr, columns[order].astype(np.int32), prices[order], reverse)

    def from_each(self, sources: Spots, targets: Spots, within_s: float = np.inf) -> Travels:
        """Driving from each source to each target."""
        return self._travels(self._out, sources, targets, within_s)

    def to_each(self, fires: Spots, stations: Spots, within_s: float = np.inf) -> Travels:
        """Driving to each fire (rows) from each station (columns)."""
        return self._travels(self._in, fires, stations, within_s)

    def path(self, source: Spots, target: Spots) -> Path | None:
        """The quickest way from one spot to another; None if there is none.

        source, target: of one position each.
        """
        if source.segment[0] < 0 or target.segment[0] < 0:
            return None
        seeds = self._seeds(self._out, source, 0)
        prices, before = self._search(self._out, [seeds], np.inf, predecessors=True)
        options = []
        for edge in self._edges_of(int(target.segment[0])):
            rest = float(self._stretch(target, edge & 1, ahead=True)[0])
            price = prices[0, edge] - rest
            last = int(before[0, edge])
            if price < 0:  # behind us on our own road: all the way round
                around, last = self._around(self._out, prices[0], edge)
                price = around - rest
                options.append((price, edge, last))
            elif np.isfinite(price):
                options.append((price, edge, last))
        if not options:
            return None
        price, edge, last = min(options)
        if not np.isfinite(price):
            return None
        edges = [edge]
        while 0 <= last < self.graph.edges:
            edges.append(last)
            last = int(before[0, last])
        drive_s, road_m = _read(np.array(price))
        return Path(tuple(reversed(edges)), float(drive_s), float(road_m))

    def _travels(self, net: _Net, sources: Spots, targets: Spots, within_s: float) -> Travels:
        seeds = [self._seeds(net, sources, row) for row in range(len(sources))]
        prices, _ = self._search(net, seeds, within_s * SECOND, predecessors=False)
        best = np.full((len(sources), len(targets)), np.inf)
        good = targets.segment >= 0
        segment = np.where(good, targets.segment, 0)
        for side in (0, 1):
            edge = 2 * segment + side
            rest = self._stretch(targets, side, ahead=not net.reverse)
            found = prices[:, edge] - rest
            for row, column in np.argwhere(found < 0):
                around, _ = self._around(net, prices[row], int(edge[column]))
                found[row, column] = around - rest[column]
            np.minimum(best, np.where(good, found, np.inf), out=best)
        return Travels(*_read(best))

    def _stretch(self, spots: Spots, side: int, *, ahead: bool) -> Any:  # noqa: ANN401 - Prices
        """Of each spot: the price of what lies ahead of it on its edge, or of what lies behind."""
        segment = np.maximum(spots.segment, 0)
        from_start = spots.from_start_cs * TICK + spots.from_start_dm
        to_end = self._edge[2 * segment] - from_start
        return to_end if (side == 0) is ahead else from_start

    def _seeds(self, net: _Net, spots: Spots, row: int) -> list[tuple[int, float]]:
        """The edges on which a search begins, with what is left of each to drive."""
        segment = int(spots.segment[row])
        if segment < 0:
            return []
        ahead = not net.reverse
        return [
            (edge, float(self._stretch(spots, edge & 1, ahead=ahead)[row]))
            for edge in self._edges_of(segment)
        ]

    def _edges_of(self, segment: int) -> list[int]:
        """The edges of a segment that may be driven."""
        way = int(self.graph.seg_open[segment])
        sides = [(FORWARD, 2 * segment), (BACKWARD, 2 * segment + 1)]
        return [edge for side, edge in sides if way & side]

    def _search(
        self,
        net: _Net,
        seeds: Sequence[Sequence[tuple[int, float]]],
        limit: float,
        *,
        predecessors: bool,
    ) -> tuple[Prices, Any]:
        """Prices from each source to the end of each edge; the sources are nodes of their own."""
        edges, count = self.graph.edges, len(seeds)
        links = [link for listed in seeds for link in listed]
        sizes = np.cumsum([len(listed) for listed in seeds])
        indptr = np.concatenate([net.indptr, net.indptr[-1] + sizes]).astype(np.int32)
        indices = np.concatenate([net.indices, np.array([e for e, _ in links], dtype=np.int32)])
        # a seed of price 0 would be no link at all: half of the smallest unit, dropped on reading
        data = np.concatenate([net.data, np.array([max(p, 0.5) for _, p in links])])
        links_of = csr_array((data, indices, indptr), shape=(edges + count, edges + count))
        found = dijkstra(
            links_of,
            directed=True,
            indices=np.arange(edges, edges + count),
            limit=limit,
            return_predecessors=predecessors,
        )
        if predecessors:
            return found[0][:, :edges], found[1]
        return found[:, :edges], None

    def _around(self, net: _Net, prices: Prices, edge: int) -> tuple[float, int]:
        """The price of an edge when it is entered at its beginning, and by which edge."""
        other = self._in if net is self._out else self._out
        begin, end = other.indptr[edge], other.indptr[edge + 1]
        before = other.indices[begin:end]
        if not len(before):
            return np.inf, NOWHERE
        waits = other.data[begin:end] - self._edge[before]
        whole = prices[before] + waits + self._edge[edge]
        best = int(np.argmin(whole))
        return float(whole[best]), int(before[best])


def _read(prices: Any) -> tuple[Any, Any]:  # noqa: ANN401 - arrays
    """Seconds and metres of prices; inf stays inf."""
    known = np.isfinite(prices)
    whole = np.where(known, prices, 0.0)
    ticks = np.floor(whole / TICK)
    seconds = np.where(known, ticks / 100.0, np.inf)
    metres = np.where(known, np.floor(whole - ticks * TICK) / 10.0, np.inf)
    return seconds, metres

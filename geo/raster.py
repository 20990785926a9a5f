"""Which cells of a rectangle does an area cover, wholly or not at all, and which lie on its edge?

Told apart on the safe side: a cell that an edge comes near counts as on the edge.
"""

from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.parts import Shape, polygons_of

OUTSIDE, INSIDE, EDGE = 0, 1, 2

Cells: TypeAlias = NDArray[np.uint8]  # (rows, columns) of these; row 0 is the southernmost
Edges: TypeAlias = NDArray[np.float64]  # (E, 4): x1, y1, x2, y2
Box: TypeAlias = tuple[float, float, float, float]  # west, south, east, north

_NEAR = 1e-6  # of a cell: an edge so near to a cell counts as in it


def edges_of(area: Shape) -> Edges:
    """Return the edges of all rings."""
    rings = shapely.get_rings(polygons_of(area))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    return np.hstack((xy[:-1][same], xy[1:][same]))


def rasterized(box: Box, edges: Edges, rows: int, columns: int) -> Cells:
    """Tell the cells of `box` inside, outside and on the edge apart."""
    west, south, east, north = box
    width, height = (east - west) / columns or 1.0, (north - south) / rows or 1.0
    scaled = (edges - (west, south, west, south)) / (width, height, width, height)
    low, high = np.minimum(scaled[:, 1], scaled[:, 3]), np.maximum(scaled[:, 1], scaled[:, 3])
    scaled = scaled[(high >= -_NEAR) & (low <= rows + _NEAR)]
    cells = _filled(scaled, rows, columns)
    _mark_edges(cells, scaled)
    return cells


def _filled(edges: Edges, rows: int, columns: int) -> Cells:
    """Tell by parity which cell centres are inside; right where no edge comes near the cell."""
    x1, y1, x2, y2 = edges.T
    low, high = np.minimum(y1, y2), np.maximum(y1, y2)
    # an edge crosses the centre lines r + 0.5 with low <= r + 0.5 < high
    first = np.clip(np.ceil(low - 0.5), 0, rows).astype(np.int64)
    last = np.clip(np.ceil(high - 0.5), 0, rows).astype(np.int64)
    count = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(edges)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    share = (row + 0.5 - y1[edge]) / (y2[edge] - y1[edge])
    x = x1[edge] + share * (x2[edge] - x1[edge])
    column = np.clip(np.ceil(x - 0.5), 0, columns).astype(np.int64)
    crossed = np.zeros((rows, columns + 1), np.uint8)
    np.add.at(crossed.ravel(), row * (columns + 1) + column, 1)  # modulo 256 keeps the parity
    parity = np.add.accumulate(crossed[:, :columns], axis=1, dtype=np.uint8)
    return np.bitwise_and(parity, 1, out=parity)


def _mark_edges(cells: Cells, edges: Edges) -> None:
    """Mark every cell that an edge comes near."""
    rows, columns = cells.shape
    pieces = _chopped(_clipped(edges, rows, columns))
    west = np.floor(np.minimum(pieces[:, 0], pieces[:, 2]) - _NEAR)
    east = np.floor(np.maximum(pieces[:, 0], pieces[:, 2]) + _NEAR)
    south = np.floor(np.minimum(pieces[:, 1], pieces[:, 3]) - _NEAR)
    north = np.floor(np.maximum(pieces[:, 1], pieces[:, 3]) + _NEAR)
    for x in (west, east):
        for y in (south, north):
            column = np.clip(x, 0, columns - 1).astype(np.int64)
            row = np.clip(y, 0, rows - 1).astype(np.int64)
            near = (x >= -1) & (x <= columns) & (y >= -1) & (y <= rows)
            cells.ravel()[(row * columns + column)[near]] = EDGE


def _clipped(edges: Edges, rows: int, columns: int) -> Edges:
    """Cut edges to a margin of two cells around the grid, so that few pieces are made of them."""
    start, step = edges[:, :2], edges[:, 2:] - edges[:, :2]
    first, last = np.zeros(len(edges)), np.ones(len(edges))
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis, size in ((0, columns), (1, rows)):
            at, by = start[:, axis], step[:, axis]
            a, b = (-2.0 - at) / by, (size + 2.0 - at) / by
            along = by != 0
            first = np.where(along, np.maximum(first, np.minimum(a, b)), first)
            last = np.where(along, np.minimum(last, np.maximum(a, b)), last)
            beside = ~along & ((at < -2) | (at > size + 2))
            last = np.where(beside, -1.0, last)
    kept = last >= first
    start, step, first, last = start[kept], step[kept], first[kept], last[kept]
    return np.hstack((start + first[:, None] * step, start + last[:, None] * step))


def _chopped(edges: Edges) -> Edges:
    """Cut edges into pieces no longer than a cell along either axis."""
    span = np.maximum(np.abs(edges[:, 2] - edges[:, 0]), np.abs(edges[:, 3] - edges[:, 1]))
    count = np.maximum(1, np.ceil(span * (1 + 1e-9))).astype(np.int64)
    edge = np.repeat(np.arange(len(edges)), count)
    piece = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    share = (piece / count[edge])[:, None], ((piece + 1) / count[edge])[:, None]
    start, step = edges[edge, :2], (edges[:, 2:] - edges[:, :2])[edge]
    return np.hstack((start + share[0] * step, start + share[1] * step))

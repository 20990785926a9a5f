"""Which H3 cells is that ground, and what ground are those cells?

Who doesn't want to tell us where exactly they live lets us keep a set of hexagons instead of a
drawing (docs/adr/0030). H3 (Uber) divides the Earth into cells, at each resolution some seven
times as many; a cell's edges are taken as straight in longitude and latitude, as all of ours are
(RFC 7946 section 3.1.1), so that cells meet without gaps and a union of them is a plain polygon.
H3's own functions find the cells of a polygon too, yet not over a pole and not over ±180°.
"""

import h3.api.basic_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from geo import seam
from geo.errors import InvalidShape
from geo.packed import UNITS_PER_DEGREE
from geo.parts import Shape, from_polygons, polygons_of

# Of one ground: 2,000 km², the largest neighborhood, at resolution 8 where its cells are smallest
# (0.448 km²). They take 36 kB, and 0.3 s to find.
MOST_CELLS = 4_500
_HOLE_DEG2 = 1e-9  # some 10 m², where a cell of resolution 10 has 15,000: a crack between cells

Cells = tuple[int, ...]  # H3 indexes of one resolution, ascending


def cells_of(shape: Shape, resolution: int, most: int = MOST_CELLS) -> Cells:
    """Return every H3 cell that shares ground with `shape`, so that no part of it is left out.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        Valid, WGS84 lon/lat, split at ±180°.
    resolution : int
        0 (4 million km² a cell) to 15 (0.9 m²).
    most : int
        Largest number of cells.

    Raises
    ------
    InvalidShape
        More than `most` cells (code "too_many_cells").

    Notes
    -----
    A cell that only touches the shape isn't among them: the cells of an outline that was made by
    `ground_of` are the cells that it was made of. From a cell inside each part, neighbours are
    looked at as long as they share ground: the cells of connected ground are connected.
    """
    shapely.prepare(shape)
    found: set[int] = set()
    seen: set[int] = set()
    front = _first_cells(shape, resolution)
    while front:
        seen |= front
        fresh = _sharing_ground(shape, sorted(front))
        found |= fresh
        if len(found) > most:
            raise InvalidShape(
                f"the ground has more than {most:,} cells of resolution {resolution}",
                code="too_many_cells",
            )
        front = {near for cell in fresh for near in h3.grid_disk(cell, 1)} - seen
    return tuple(sorted(found))


def ground_of(cells: Cells) -> Shape:
    """Outline the ground of cells: what intersects it intersects one of them.

    Parameters
    ----------
    cells : tuple of int
        At least one, all of one resolution.

    Returns
    -------
    Polygon or MultiPolygon
        Valid, WGS84 lon/lat, split at ±180°, corners on the grid of `geo.packed` (1e-7 degrees:
        a corner of a cell moves by at most 5.6 mm).
    """
    polygons = [part for outline in _outlines(cells) for part in polygons_of(outline)]
    is_seamless = bool(shapely.coverage_is_valid(polygons))
    merged = shapely.coverage_union_all(polygons) if is_seamless else shapely.union_all(polygons)
    parts = [_without_cracks(part) for part in polygons_of(merged)]
    oriented: Shape = shapely.orient_polygons(from_polygons(parts))
    return oriented


def pack_cells(cells: Cells) -> bytes:
    """Pack cells as ascending unsigned 64-bit numbers, big-endian."""
    return np.array(sorted(cells), dtype=">u8").tobytes()


def unpack_cells(data: bytes) -> Cells:
    """Unpack what `pack_cells` packed; anything else is InvalidShape (code "packed")."""
    if len(data) == 0 or len(data) % 8:
        raise InvalidShape("the bytes are no packed cells", code="packed")
    cells = tuple(map(int, np.frombuffer(data, dtype=">u8")))
    if not all(map(h3.is_valid_cell, cells)):
        raise InvalidShape("the bytes are no packed cells", code="packed")
    return cells


def cell_names(cells: Cells) -> tuple[str, ...]:
    """Write cells as people and other software write them: "882a100d25fffff"."""
    return tuple(map(h3.int_to_str, cells))


def _first_cells(shape: Shape, resolution: int) -> set[int]:
    """Return cells of which at least one in each part shares ground with it."""
    inside = [part.representative_point() for part in polygons_of(shape)]
    return {
        near
        for point in inside
        for near in h3.grid_disk(h3.latlng_to_cell(point.y, point.x, resolution), 1)
    }


def _sharing_ground(shape: Shape, cells: list[int]) -> set[int]:
    outlines = _outlines(cells)
    shares = shapely.intersects(shape, outlines) & ~shapely.touches(shape, outlines)
    return {cells[place] for place in np.flatnonzero(shares)}


def _outlines(cells: Cells | list[int]) -> NDArray[np.object_]:
    """Outline each cell within ±180°, corners on the grid: neighbours share them exactly."""
    rings = [np.array(h3.cell_to_boundary(cell))[:, ::-1] for cell in cells]
    corners = shapely.linearrings(
        np.concatenate(rings), indices=np.repeat(np.arange(len(rings)), [len(r) for r in rings])
    )
    outlines = _on_grid(np.asarray(shapely.polygons(corners)))
    west, _, east, _ = shapely.bounds(outlines).T
    for place in np.flatnonzero(east - west > 180):  # no cell is so wide: it lies over ±180°
        outlines[place] = _split(outlines[place])
    return outlines


def _split(outline: Polygon) -> Shape:
    shape, _ = seam.split(seam.unwrap(outline))
    on_grid: Shape = _on_grid(np.array([shape]))[0]
    return on_grid


def _on_grid(outlines: NDArray[np.object_]) -> NDArray[np.object_]:
    rounded: NDArray[np.object_] = shapely.transform(
        outlines, lambda lonlat: np.rint(lonlat * UNITS_PER_DEGREE) / UNITS_PER_DEGREE
    )
    return rounded


def _without_cracks(part: Polygon) -> Polygon:
    """Fill what is no hole: where two cells round the corner that they share differently."""
    holes = [hole for hole in part.interiors if Polygon(hole).area > _HOLE_DEG2]
    return Polygon(part.exterior, holes)

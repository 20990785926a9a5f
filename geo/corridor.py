"""Which ground is within that many metres of a line.

A highway and the towns along it, a river, the way a child was last seen walking. The line is
straight in longitude and latitude between its positions, as GeoJSON says (RFC 7946 section
3.1.1); docs/adr/0027 says how far that is from a geodesic.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

from geo import seam
from geo.beside import ground_beside
from geo.coordinates import LonLat
from geo.errors import InvalidShape
from geo.measure import straight_m
from geo.parts import Shape, from_polygons, polygons_of, rings_of
from geo.plane import Plane, Points
from geo.polygon import MAX_VERTICES, REFUSE_VERTICES, Ground, check_extent
from geo.repair import repaired
from geo.ring_table import stretches
from geo.simplify import COARSEST_M, simplified
from geo.vertices import check_vertices

MIN_HALF_WIDTH_M = 1.0  # a path; coordinates are kept to a centimetre
MAX_HALF_WIDTH_M = 100_000.0  # wider than that is no way along which somebody went: draw it
MAX_LENGTH_M = 40_000_000.0  # once round the Earth
MAX_LENGTH_IN_HALF_WIDTHS = 100_000  # 100 km for a half-width of 1 m: thinner takes a second

# Shares of the half-width by which each step may be out, made good by a larger reach.
_LINE = 1e-3  # vertices of the line that are left out
_FLAT = 2.5e-4  # the line on the sheet
_LIFTED = 2.5e-4  # the outline back on Earth; four times as much beside a pole
_OUTLINE = 1e-3  # vertices of the outline that are left out
_SLACK = _LINE + _FLAT + 4 * _LIFTED + _OUTLINE
_MAY_MOVE = 0.1  # of the half-width, where a corridor has more vertices than can be kept

_SHEET_M = 100_000.0  # how much of the line is drawn on one sheet
_STEP_M = 25_000.0  # longest edge on a sheet
_METRES_PER_DEGREE = 111_700.0


Numbers: TypeAlias = NDArray[np.intp]


def corridor(line: LineString | MultiLineString, half_width_m: float) -> Shape:
    """Outline the ground within `half_width_m` metres of a line, missing nobody.

    Parameters
    ----------
    line : LineString or MultiLineString
        WGS84 lon/lat degrees, straight in lon/lat between its positions; two successive ones more
        than 180° of longitude apart are an edge over the 180th meridian. It may cross itself, and
        run over a pole.
    half_width_m : float
        Metres to each side and round each end, 1 to 100,000; at least a 100,000th of the length.

    Returns
    -------
    Polygon or MultiPolygon
        WGS84, valid, split at ±180°, oriented. What is within the half-width lies inside; nothing
        inside is further out than 1.01 half-widths.

    Raises
    ------
    InvalidShape
        Codes "not_a_line", "empty", "too_many_vertices", "not_finite", "null_island",
        "no_length", "half_width", "too_long", "whole_world".
    OutOfRange
        A vertex not on Earth, named (code "out_of_range").

    Notes
    -----
    Each 100 km of the line are drawn on a sheet of their own (`geo.plane`), buffered there and
    brought back.
    """
    lines = _checked_lines(line)
    _check_half_width(half_width_m)
    lonlat, number = _thinned(lines, half_width_m)
    _check_length(lonlat, number, half_width_m)
    pieces = [
        piece
        for each in range(number[-1] + 1)
        for sheet in _sheets(_stepped(lonlat[number == each]))
        for piece in _beside(sheet, half_width_m)
    ]
    united, _ = repaired(from_polygons(polygons_of(shapely.union_all(pieces))))
    shape = simplified(united, max_error_m=_OUTLINE * half_width_m).shape
    check_extent(shape)
    oriented: Shape = shapely.orient_polygons(shape)
    return oriented


def corridor_ground(line: LineString | MultiLineString, half_width_m: float) -> Ground:
    """Outline a corridor with as many vertices as can be kept.

    Raises
    ------
    InvalidShape, OutOfRange
        As `corridor`; and "too_many_vertices" for a line so winding or so thin that its outline
        would have to move by more than a tenth of the half-width.
    """
    shape = corridor(line, half_width_m)
    may_move_m = min(COARSEST_M, _MAY_MOVE * half_width_m)
    simpler = simplified(shape, max_vertices=MAX_VERTICES, max_error_m=may_move_m)
    return Ground(shape=simpler.shape, notes=simpler.notes)


def _check_half_width(half_width_m: float) -> None:
    if not MIN_HALF_WIDTH_M <= half_width_m <= MAX_HALF_WIDTH_M:
        raise InvalidShape(
            f"a half-width must be at least {MIN_HALF_WIDTH_M:g} and at most "
            f"{MAX_HALF_WIDTH_M:,.0f} metres",
            code="half_width",
        )


def _checked_lines(line: BaseGeometry | None) -> NDArray[np.object_]:
    if not isinstance(line, LineString | MultiLineString):
        raise InvalidShape("a corridor needs a LineString or MultiLineString", code="not_a_line")
    lines = shapely.get_parts(line)
    lines = lines[~shapely.is_empty(lines)]
    if not len(lines):
        raise InvalidShape("the line is empty", code="empty")
    count = int(shapely.get_num_coordinates(line))
    if count > REFUSE_VERTICES:
        raise InvalidShape(
            f"{count:,} vertices are more than {REFUSE_VERTICES:,}: simplify the line",
            code="too_many_vertices",
        )
    check_vertices(line)
    return np.asarray(lines)


def _thinned(lines: NDArray[np.object_], half_width_m: float) -> tuple[Points, Numbers]:
    """Return the positions that matter at this width, longitudes continuous, and their lines."""
    lonlat, line = shapely.get_coordinates(lines, return_index=True)
    turns = np.round(np.diff(lonlat[:, 0], prepend=lonlat[0, 0]) / 360)
    lonlat[:, 0] -= 360 * np.cumsum(turns)
    stretch, _ = stretches(lonlat, line)
    tolerance_deg = _LINE * half_width_m / _METRES_PER_DEGREE
    thinned = shapely.simplify(stretch, tolerance_deg, preserve_topology=False)
    kept = np.unique(shapely.get_coordinates(thinned, include_z=True)[:, 2].astype(np.intp))
    return lonlat[kept], line[kept]


def _check_length(lonlat: Points, line: Numbers, half_width_m: float) -> None:
    same_line = line[1:] == line[:-1]
    length_m = float(straight_m(lonlat[:-1], lonlat[1:])[same_line].sum())
    if length_m == 0:
        raise InvalidShape(
            "the line has no length: for ground round one place, send a Point with radius_m",
            code="no_length",
        )
    most_m = min(MAX_LENGTH_M, MAX_LENGTH_IN_HALF_WIDTHS * half_width_m)
    if length_m > most_m:
        raise InvalidShape(
            f"a line of {length_m / 1000:,.0f} km is longer than {most_m / 1000:,.0f} km, the most "
            f"with a half-width of {half_width_m:g} m",
            code="too_long",
        )


def _stepped(lonlat: Points) -> Points:
    """Cut the edges of a line evenly, so that none is longer than `_STEP_M`."""
    pieces = np.ceil(straight_m(lonlat[:-1], lonlat[1:]) / _STEP_M).clip(1).astype(np.intp)
    edge = np.repeat(np.arange(len(pieces)), pieces)
    nth = np.arange(len(edge)) - (np.cumsum(pieces) - pieces)[edge]
    between = lonlat[edge] + (nth / pieces[edge])[:, None] * np.diff(lonlat, axis=0)[edge]
    return np.vstack((between, lonlat[-1:]))


def _sheets(lonlat: Points) -> Iterator[Points]:
    """Yield successive stretches of a line, each short enough for a sheet."""
    along_m = np.append(0, np.cumsum(straight_m(lonlat[:-1], lonlat[1:])))
    turns = np.flatnonzero(np.diff(along_m // _SHEET_M)) + 1
    bounds = [0, *turns.tolist(), len(lonlat) - 1]
    for start, end in pairwise(bounds):
        if start < end:
            yield lonlat[start : end + 1]


def _beside(lonlat: Points, half_width_m: float) -> list[Polygon]:
    """Outline the ground beside a stretch of line."""
    lon, lat = lonlat[len(lonlat) // 2].tolist()
    plane = Plane(centre=LonLat((lon + 180) % 360 - 180, lat))
    xy = plane.laid_flat(lonlat, _FLAT * half_width_m)
    furthest_m = float(np.hypot(xy[:, 0], xy[:, 1]).max()) + 1.01 * half_width_m
    within_m = half_width_m * (1 + _SLACK) * plane.longest(furthest_m)
    return [
        part
        for flat in ground_beside(xy, within_m)
        for part in _lifted(plane, flat, _LIFTED * half_width_m)
    ]


def _lifted(plane: Plane, flat: Polygon, deepest_m: float) -> list[Polygon]:
    """Bring a polygon back from its sheet, cut at ±180° and closed over a pole that it holds."""
    shell, *holes = [plane.lifted(ring, deepest_m) for ring in rings_of(flat)]
    shape, _ = repaired(seam.unwrap(Polygon(shell, holes)))
    within, _ = seam.split(shape)
    return polygons_of(within)

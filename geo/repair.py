"""What ground a crossed, nested or collapsed outline means.

Both lobes of a bow-tie are ground; a hole outside its outline is nothing; parts that overlap are
one ground; what has no width is none. `buffer(0)` would lose half of a bow-tie, and GEOS's repair
of a whole polygon makes ground of a hole that lies outside, so rings are repaired one by one.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidShape
from geo.parts import Shape, from_polygons, polygons_of, rings_of

CROSSED = "a self-crossing outline was repaired"
HOLES = "a hole outside its outline or inside another hole was dropped"
OVERLAP = "overlapping parts were merged"

# Repair costs time and memory by the crossing: 2,000 random points cross 500,000 times and take
# 15 s. Outlines that people or programs mean cross themselves a few times; the borders of
# neighbouring districts, drawn by different hands, cross each other more often.
MAX_CROSSINGS = 2_500
MAX_CROSSINGS_OF_PARTS = 25_000
_SAMPLED_EDGES = 256
_SLIVER_WIDTH_DEG = 1e-8  # about a millimetre: no ground


def repaired(shape: Shape) -> tuple[Shape, tuple[str, ...]]:
    """Make a shape valid, without slivers.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        Planar lon/lat degrees, finite.

    Returns
    -------
    tuple
        The valid shape, and in words what was wrong (`CROSSED`, `HOLES`, `OVERLAP`).

    Raises
    ------
    InvalidShape
        It covers no ground (code "no_area"), or crosses itself thousands of times (code
        "too_tangled").
    """
    wrong = [_what_is_wrong(part) for part in polygons_of(shape) if not part.is_valid]
    valid: BaseGeometry = shape
    if wrong:
        mended = [_mended_polygon(part) for part in polygons_of(shape)]
        valid = from_polygons([polygon for part in mended for polygon in polygons_of(part)])
    if not valid.is_valid:
        wrong.append(OVERLAP)
        _refuse_tangle(valid, MAX_CROSSINGS_OF_PARTS)
        valid = _mended(valid)
    parts = [part for part in polygons_of(valid) if not _is_sliver(part)]
    if not parts:
        raise InvalidShape("the outline encloses no ground", code="no_area")
    return from_polygons(parts), tuple(dict.fromkeys(wrong))


def _what_is_wrong(polygon: Polygon) -> str:
    return HOLES if shapely.is_valid_reason(polygon).startswith("Hole") else CROSSED


def _mended_polygon(polygon: Polygon) -> BaseGeometry:
    if polygon.is_valid:
        return polygon
    _refuse_tangle(polygon, MAX_CROSSINGS)
    shell, *holes = [_mended(Polygon(ring)) for ring in (polygon.exterior, *polygon.interiors)]
    ground: BaseGeometry = shapely.difference(shell, shapely.union_all(holes))
    return ground


def _mended(shape: BaseGeometry) -> BaseGeometry:
    mended: BaseGeometry = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return mended


def _refuse_tangle(shape: BaseGeometry, limit: int) -> None:
    if _crossings(shape) > limit:
        raise InvalidShape(
            "the outline crosses itself thousands of times: send one that runs round the area",
            code="too_tangled",
        )


def _is_sliver(polygon: Polygon) -> bool:
    return 2 * polygon.area <= _SLIVER_WIDTH_DEG * polygon.length


def _crossings(shape: BaseGeometry) -> float:
    """Estimate how often edges cross, from evenly spaced edges against all: exact for 256 edges.

    Edges that merely touch, as each does the next, don't cross.
    """
    rings = rings_of(shape)
    start = np.concatenate([ring[:-1] for ring in rings])
    end = np.concatenate([ring[1:] for ring in rings])
    sample = np.unique(np.linspace(0, len(start) - 1, _SAMPLED_EDGES).astype(int))
    a, b = start[sample, None], end[sample, None]
    astride = _side(a, b, start) * _side(a, b, end) < 0
    crossed = astride & (_side(start, end, a) * _side(start, end, b) < 0)
    return float(crossed.sum()) / 2 * len(start) / len(sample)


def _side(
    a: NDArray[np.float64], b: NDArray[np.float64], p: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Tell on which side of the line from `a` to `b` a point is: left 1, right -1, on it 0."""
    side: NDArray[np.float64] = np.sign(
        (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1])
        - (b[..., 1] - a[..., 1]) * (p[..., 0] - a[..., 0])
    )
    return side

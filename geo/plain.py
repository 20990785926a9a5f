"""Packs many plain outlines at once: most of what a file of a million neighborhoods holds.

Plain is one closed ring that needs no repair: valid, on one side of the 180th meridian, surely
within the limits. Of everything else, also of what is wrong, nothing is said: it is for
`geo.geojson`, one by one, which makes the same of what is plain.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.packed import pack_polygons
from geo.vertices import NULL_ISLAND_DEG

# Each on the safe side of what `geo.polygon` and `geo.repair` draw the line at.
_SQUARE_DEGREE_KM2 = 12_500  # the largest, at the equator, is 12,309
_SLIVER_WIDTH_DEG = 1e-7  # about a centimetre

Ring = Sequence[tuple[float, float]]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


def pack_plain(
    rings: Sequence[Ring], *, most_vertices: int, largest_km2: float
) -> list[bytes | None]:
    """Pack the plain ones of many rings.

    Parameters
    ----------
    rings : Sequence[Ring]
        As GeoJSON has them, the first position again at the end; any numbers of degrees.
    most_vertices, largest_km2
        What a neighborhood may have and cover; a ring that comes near `largest_km2` isn't plain.

    Returns
    -------
    list
        For each ring what `geo.packed.pack` makes of the ground that `geo.geojson` reads in a
        Polygon of it, or None if it isn't plain.
    """
    packed: list[bytes | None] = [None] * len(rings)
    closed = [n for n, ring in enumerate(rings) if _is_closed(ring, most_vertices)]
    if not closed:
        return packed
    sizes = np.fromiter((len(rings[n]) for n in closed), np.int64, len(closed))
    flat = chain.from_iterable(chain.from_iterable([rings[n] for n in closed]))
    lonlat = np.fromiter(flat, np.float64, 2 * int(sizes.sum())).reshape(-1, 2)
    polygons, at = _polygons(lonlat, sizes, _is_plain(lonlat, sizes, largest_km2))
    for place, blob in zip(at.tolist(), pack_polygons(polygons), strict=True):
        packed[closed[place]] = blob
    return packed


def _is_closed(ring: Ring, most_vertices: int) -> bool:
    return 4 <= len(ring) <= most_vertices + 1 and ring[0] == ring[-1]


def _is_plain(lonlat: Numbers, sizes: NDArray[np.int64], largest_km2: float) -> Flags:
    """Tell which rings are on Earth, on one side of the seam, drawn anywhere, and small."""
    firsts = np.cumsum(sizes) - sizes
    low, high = (
        np.column_stack(
            [reduce.reduceat(np.ascontiguousarray(along), firsts) for along in lonlat.T]
        )
        for reduce in (np.minimum, np.maximum)  # NaN and infinity come through
    )
    with np.errstate(invalid="ignore", over="ignore"):  # infinity less infinity
        spans = high - low
        small = spans[:, 0] * spans[:, 1] * _SQUARE_DEGREE_KM2 <= largest_km2
    on_earth = ((low >= (-180, -90)) & (high <= (180, 90))).all(axis=1)
    drawn = (np.maximum(-low, high) > NULL_ISLAND_DEG).any(axis=1)
    plain: Flags = on_earth & drawn & small & (spans[:, 0] <= 180)
    return plain


def _polygons(
    lonlat: Numbers, sizes: NDArray[np.int64], plain: Flags
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Build the polygons of plain rings that are valid ground; also return which they are."""
    at = np.flatnonzero(plain)
    index = np.repeat(np.arange(len(at)), sizes[at])
    rings = shapely.linearrings(lonlat[np.repeat(plain, sizes)], indices=index)
    polygons = np.asarray(shapely.polygons(rings), dtype=object)
    ground = shapely.is_valid(polygons)
    ground &= 2 * shapely.area(polygons) > _SLIVER_WIDTH_DEG * shapely.length(polygons)
    return np.asarray(shapely.orient_polygons(polygons[ground]), dtype=object), at[ground]

"""How a million neighborhoods are kept small and read back fast.

A valid (multi)polygon as little-endian 32-bit words:

====================  =========================================================================
word                  content
====================  =========================================================================
0                     version (low byte, 1) and number of rings R (upper 24 bits)
1 .. R                per ring: 2 x number of vertices, + 1 if the ring is a shell; holes follow
                      their shell
R + 1 ..              lon, lat of every vertex, int32 x 1e-7 degrees, rings in the same order,
                      the closing vertex left out
====================  =========================================================================

A corner moves at most half a unit, 5.6 mm. Twenty corners take 168 bytes, where WKB takes 349.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidShape, OutOfRange
from geo.parts import Shape, polygons_of

VERSION = 1
UNITS_PER_DEGREE = 10_000_000  # 1e-7°, 11 mm; ±180° fits an int32, whose limit is ±214.7°

Words = NDArray[np.int32]


class _Layout(NamedTuple):
    """Many blobs laid out flat."""

    lonlat: NDArray[np.int32]  # (V, 2) in units
    ring_sizes: NDArray[np.int64]  # vertices per ring
    is_shell: NDArray[np.bool_]  # per ring
    ring_blob: NDArray[np.int64]  # which blob a ring is of


def pack(shape: Shape) -> bytes:
    """Pack a valid shape.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        Valid, WGS84 lon/lat within ±180° and ±90°.

    Returns
    -------
    bytes
        See the module; what `unpack` makes of it is valid.

    Raises
    ------
    InvalidShape
        Empty (code "empty"), or so small that it collapses on the grid (code "no_area").
    OutOfRange
        Not split at ±180° (code "out_of_range").
    """
    if shape.is_empty:
        raise InvalidShape("the geometry is empty", code="empty")
    west, south, east, north = shape.bounds
    if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):
        raise OutOfRange("only a shape within ±180° and ±90° is packed", code="out_of_range")
    on_grid: BaseGeometry = shapely.transform(shape, _to_grid)
    if not on_grid.is_valid:
        on_grid = shapely.transform(shapely.set_precision(shape, 1 / UNITS_PER_DEGREE), _to_grid)
    if not polygons_of(on_grid):
        raise InvalidShape("the shape is smaller than a hand", code="no_area")
    if not on_grid.is_valid:
        raise InvalidShape("the shape doesn't hold on a grid of 1e-7 degrees")
    return _encoded(on_grid)


def pack_polygons(polygons: NDArray[np.object_]) -> list[bytes | None]:
    """Pack many polygons without holes at once, as `pack` does.

    Parameters
    ----------
    polygons : array of Polygon
        Valid, counter-clockwise, not empty, WGS84 lon/lat within ±180° and ±90°.

    Returns
    -------
    list
        None for one that the grid of 1e-7 degrees makes invalid: `pack` knows what to do with it.
    """
    on_grid = shapely.transform(polygons, _to_grid)
    holds = shapely.equals_identical(on_grid, polygons)  # most are on the grid already
    holds[~holds] = shapely.is_valid(on_grid[~holds])
    lonlat, of = shapely.get_coordinates(on_grid[holds], return_index=True)
    closing = np.concatenate((of[1:] != of[:-1], [True]))[: len(of)]
    units = np.rint(lonlat[~closing] * UNITS_PER_DEGREE).astype("<i4")
    blobs = iter(pack_rings(units, np.bincount(of[~closing], minlength=int(holds.sum()))))
    return [next(blobs) if held else None for held in holds.tolist()]


def pack_rings(units: NDArray[np.int32], corners: NDArray[np.int64]) -> list[bytes]:
    """Pack many polygons of one ring each, as `pack` does; nothing is checked.

    Parameters
    ----------
    units : (V, 2) array
        lon, lat of the corners of all polygons, one after the other, in units of 1e-7 degrees;
        each ring counter-clockwise, valid on that grid, its closing corner left out.
    corners : (N,) array
        How many corners each polygon has.
    """
    sizes = 2 + 2 * corners  # words
    ends = np.cumsum(sizes)
    starts = ends - sizes
    words = np.empty(int(sizes.sum()), "<i4")
    body = np.ones(len(words), dtype=bool)
    body[starts] = body[starts + 1] = False
    words[starts], words[starts + 1] = VERSION | 1 << 8, 2 * corners + 1
    words[body] = units.ravel()
    data = words.tobytes()
    return [data[s:e] for s, e in zip((4 * starts).tolist(), (4 * ends).tolist(), strict=True)]


def unpack(data: bytes) -> Shape:
    """Unpack one shape; a single part is a Polygon. Raises InvalidShape (code "packed")."""
    shape: Shape = unpack_many([data])[0]
    return shape


def unpack_many(blobs: Sequence[bytes]) -> NDArray[np.object_]:
    """Unpack many shapes at once, in order, as an array of Polygon and MultiPolygon.

    Raises
    ------
    InvalidShape
        A blob that `pack` didn't make (code "packed").
    """
    return shapes_of(*joined(blobs))


def joined(blobs: Sequence[bytes]) -> tuple[Words, NDArray[np.int64]]:
    """Lay blobs behind each other: all words, and where each begins (N + 1, the end at last)."""
    sizes = np.fromiter(map(len, blobs), dtype=np.int64, count=len(blobs))
    _insist(bool((sizes % 4 == 0).all() and (sizes >= 4).all()))
    words: Words = np.frombuffer(b"".join(blobs), dtype="<i4")
    return words, np.concatenate(([0], np.cumsum(sizes // 4)))


def behind_each_other(
    parts: Sequence[tuple[Words, NDArray[np.int64]]],
) -> tuple[Words, NDArray[np.int64]]:
    """Lay what `joined` laid out several times behind each other."""
    ends = np.cumsum([0, *(len(words) for words, _ in parts)])
    starts = [starts[:-1] + at for (_, starts), at in zip(parts, ends[:-1], strict=True)]
    words = np.concatenate([np.zeros(0, np.int32), *(words for words, _ in parts)])
    return words, np.concatenate([*starts, ends[-1:]])


def shapes_of(words: Words, starts: NDArray[np.int64]) -> NDArray[np.object_]:
    """Unpack what `joined` laid out; errors as `unpack_many`."""
    if len(starts) == 1:
        return np.empty(0, dtype=object)
    layout = _layout(words, starts)
    degrees = layout.lonlat / UNITS_PER_DEGREE
    ring_of_vertex = np.repeat(np.arange(len(layout.ring_sizes)), layout.ring_sizes)
    rings = np.asarray(shapely.linearrings(degrees, indices=ring_of_vertex), dtype=object)
    polygons = shapely.polygons(rings, indices=np.cumsum(layout.is_shell) - 1)
    return _one_per_blob(
        np.asarray(polygons, dtype=object), layout.ring_blob[layout.is_shell], len(starts) - 1
    )


def boxes_many(blobs: Sequence[bytes]) -> NDArray[np.float64]:
    """Bounding boxes in degrees, (N, 4): west, south, east, north; errors as `unpack_many`."""
    return boxes_of(*joined(blobs)) / UNITS_PER_DEGREE


def boxes_of(words: Words, starts: NDArray[np.int64]) -> NDArray[np.int32]:
    """Bounding boxes in units of what `joined` laid out, (N, 4); errors as `unpack_many`."""
    count = len(starts) - 1
    if count == 0:
        return np.empty((0, 4), np.int32)
    layout = _layout(words, starts)
    per_blob = np.bincount(layout.ring_blob, weights=layout.ring_sizes, minlength=count)
    firsts = np.concatenate(([0], np.cumsum(per_blob.astype(np.int64))[:-1]))
    boxes = np.empty((count, 4), np.int32)
    for axis in (0, 1):
        along = np.ascontiguousarray(layout.lonlat[:, axis])
        boxes[:, axis] = np.minimum.reduceat(along, firsts)
        boxes[:, axis + 2] = np.maximum.reduceat(along, firsts)
    return boxes


def corner_places(
    words: Words, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the corners of packed shapes that lie from `starts` to `ends` in `words`.

    Returns
    -------
    tuple
        Where each shape's corners begin (lon, lat, lon, ... of all its rings), and how many it has.
    """
    begins = starts + 1 + (words[starts] >> 8)
    return begins, (ends - begins) // 2


def box(data: bytes) -> tuple[float, float, float, float]:
    """Bounding box in degrees: west, south, east, north; errors as `unpack_many`."""
    west, south, east, north = boxes_many([data])[0].tolist()
    return west, south, east, north


def _to_grid(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to whole units, as the same floats that unpacking makes of them."""
    return np.rint(lonlat * UNITS_PER_DEGREE) / UNITS_PER_DEGREE


def _encoded(shape: BaseGeometry) -> bytes:
    parts = polygons_of(shape)
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    shells = [n == 0 for part in parts for n in range(1 + len(part.interiors))]
    units = [
        np.rint(shapely.get_coordinates(ring)[:-1] * UNITS_PER_DEGREE).astype("<i4")
        for ring in rings
    ]
    head = [VERSION | len(rings) << 8]
    head += [2 * len(ring) + is_shell for ring, is_shell in zip(units, shells, strict=True)]
    return np.array(head, dtype="<i4").tobytes() + b"".join(ring.tobytes() for ring in units)


def _layout(words: Words, bounds: NDArray[np.int64]) -> _Layout:
    """Find rings and vertices of all blobs without a loop over them."""
    starts, sizes = bounds[:-1], np.diff(bounds)
    count = len(starts)
    ring_counts = (words[starts] >> 8).astype(np.int64)
    _insist(bool((words[starts] & 0xFF == VERSION).all() and (ring_counts > 0).all()))
    _insist(bool((ring_counts < sizes).all()))
    ring_blob = np.repeat(np.arange(count), ring_counts)
    firsts = np.cumsum(ring_counts) - ring_counts
    within = np.arange(len(ring_blob)) - np.repeat(firsts, ring_counts)
    heads = starts[ring_blob] + 1 + within
    ring_sizes = (words[heads] >> 1).astype(np.int64)
    vertices = np.bincount(ring_blob, weights=ring_sizes, minlength=count)
    _insist(bool((1 + ring_counts + 2 * vertices == sizes).all() and (ring_sizes > 2).all()))
    is_shell = (words[heads] & 1).astype(bool)
    _insist(bool(is_shell[within == 0].all()))
    body = np.ones(len(words), dtype=bool)
    body[starts] = body[heads] = False
    return _Layout(words[body].reshape(-1, 2), ring_sizes, is_shell, ring_blob)


def _insist(holds: bool) -> None:
    if not holds:
        raise InvalidShape("the bytes are no packed shape", code="packed")


def _one_per_blob(
    polygons: NDArray[np.object_], blob: NDArray[np.int64], count: int
) -> NDArray[np.object_]:
    """Gather the polygons of each blob: alone as they are, several as a MultiPolygon."""
    parts = np.bincount(blob, minlength=count)
    shapes = np.empty(count, dtype=object)
    alone = parts[blob] == 1
    shapes[blob[alone]] = polygons[alone]
    if not alone.all():
        several, group = np.unique(blob[~alone], return_inverse=True)
        shapes[several] = shapely.multipolygons(polygons[~alone], indices=group)
    return shapes

"""The rings of a shape as arrays: all vertices of all rings in one step.

A shape of 50,000 squares is as quick to go through as one ring of 200,000 vertices.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.parts import Shape, from_polygons, polygons_of

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

_STRETCH = 500  # vertices that Douglas-Peucker sees at once: it is quadratic and recursive


@dataclass(frozen=True, kw_only=True, eq=False)
class RingTable:
    """All rings of a shape, shells before their holes; WGS84 lon/lat, rings closed."""

    lonlat: Floats  # (N, 2)
    ring: Integers  # (N,) which ring a vertex is of
    polygon: Integers  # (R,) which polygon a ring is of
    is_shell: NDArray[np.bool_]  # (R,)
    length_deg: Floats  # (R,) the longer side of a ring's bounding box
    width_deg: Floats  # (R,) the shorter one
    lines: NDArray[np.object_]  # stretches of rings; z is the index of the vertex
    line_ring: Integers  # which ring a stretch is of

    @classmethod
    def of(cls, shape: Shape) -> "RingTable":
        """Take a shape apart."""
        rings, polygon = shapely.get_rings(polygons_of(shape), return_index=True)
        lonlat, ring = shapely.get_coordinates(rings, return_index=True)
        sides = np.diff(shapely.bounds(rings).reshape(-1, 2, 2), axis=1)[:, 0]
        lines, line_ring = stretches(lonlat, ring)
        return cls(
            lonlat=lonlat,
            ring=ring,
            polygon=polygon,
            is_shell=np.diff(polygon, prepend=-1) != 0,
            length_deg=sides.max(axis=1),
            width_deg=sides.min(axis=1),
            lines=lines,
            line_ring=line_ring,
        )

    def kept_within(self, tolerance_deg: Floats) -> NDArray[np.bool_]:
        """Say which vertices Douglas-Peucker keeps, given a tolerance for each ring."""
        tolerances = tolerance_deg[self.line_ring]
        simpler = shapely.simplify(self.lines, tolerances, preserve_topology=False)
        kept = np.zeros(len(self.lonlat), dtype=bool)
        kept[shapely.get_coordinates(simpler, include_z=True)[:, 2].astype(np.intp)] = True
        return kept

    def per_ring(self, kept: NDArray[np.bool_]) -> Integers:
        """Count the kept positions of each ring, that which closes it as well."""
        return np.bincount(self.ring[kept], minlength=len(self.is_shell))

    def shape_of(self, kept: NDArray[np.bool_]) -> Shape:
        """Put the kept vertices together again; a ring without any is left out."""
        rings, index = np.unique(self.ring[kept], return_inverse=True)
        _, polygon = np.unique(self.polygon[rings], return_inverse=True)
        drawn = np.asarray(shapely.linearrings(self.lonlat[kept], indices=index))
        polygons = np.asarray(shapely.polygons(drawn, indices=polygon))
        return from_polygons(polygons.tolist())


def stretches(lonlat: Floats, ring: Integers) -> tuple[NDArray[np.object_], Integers]:
    """Cut lines into stretches for Douglas-Peucker.

    After `_STRETCH` vertices, and wherever a vertex must stay: at ±180° and at a pole.

    Parameters
    ----------
    lonlat : (N, 2) array
        The vertices of all lines, at least two of each.
    ring : (N,) array
        Which line a vertex is of, from 0 without a gap.

    Returns
    -------
    tuple
        LineStrings whose z is the index of the vertex, and which line each is of.
    """
    changes = ring[1:] != ring[:-1]
    starts, ends = np.append(True, changes), np.append(changes, True)
    number = np.arange(len(ring))
    position = number - number[starts][ring]
    fixed = (np.abs(lonlat[:, 0]) == 180) | (np.abs(lonlat[:, 1]) == 90)
    cut = (fixed | (position % _STRETCH == 0)) & ~starts & ~ends
    index = np.repeat(number, 1 + cut)
    opens = starts[index] | (cut[index] & np.append(False, index[1:] == index[:-1]))
    stretch = np.cumsum(opens) - 1
    lines = shapely.linestrings(np.column_stack((lonlat[index], index)), indices=stretch)
    return np.asarray(lines), ring[index[opens]]

"""Which vertex can't be on Earth, and where it stands in the GeoJSON."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidShape, OutOfRange

NULL_ISLAND_DEG = 0.25  # 28 km; there is no land within 500: it was never filled in


def check_vertices(geometry: BaseGeometry) -> None:
    """Refuse a line or polygon with a vertex that isn't on Earth.

    Parameters
    ----------
    geometry : (Multi)LineString or (Multi)Polygon
        Degrees, longitudes within ±360°; not empty.

    Raises
    ------
    InvalidShape
        NaN or infinite (code "not_finite"), or every vertex at or next to (0, 0) ("null_island").
    OutOfRange
        Not on Earth (code "out_of_range"). `where` names the vertex, "/coordinates/0/17".
    """
    lonlat = shapely.get_coordinates(geometry)
    finite = np.isfinite(lonlat)
    if not finite.all():
        raise InvalidShape(
            "a coordinate is not a finite number (NaN or infinity)",
            code="not_finite",
            where=_pointer(geometry, ~(finite[:, 0] & finite[:, 1])),
        )
    outside = (np.abs(lonlat[:, 0]) > 360) | (np.abs(lonlat[:, 1]) > 90)
    if outside.any():
        lon, lat = lonlat[int(outside.argmax())].tolist()
        message = (
            f"latitude {lat} is not between -90 and 90"
            if abs(lat) > 90
            else f"longitude {lon} is not between -180 and 180"
        )
        raise OutOfRange(message, code="out_of_range", where=_pointer(geometry, outside))
    if np.abs(lonlat).max() <= NULL_ISLAND_DEG:
        raise InvalidShape(
            "the area lies at (0, 0): the coordinates were not filled in", code="null_island"
        )


def _pointer(geometry: BaseGeometry, bad: NDArray[np.bool_]) -> str:
    """Name the first bad vertex as a JSON pointer into the GeoJSON of `geometry`."""
    vertex = int(bad.argmax())
    is_multi = geometry.geom_type.startswith("Multi")
    for part, single in enumerate(shapely.get_parts(geometry)):
        is_polygon = single.geom_type == "Polygon"
        lines = shapely.get_rings(single) if is_polygon else [single]
        for number, line in enumerate(lines):
            count = shapely.get_num_points(line)
            if vertex < count:
                indices = [part] * is_multi + [number] * is_polygon + [vertex]
                return "/coordinates/" + "/".join(map(str, indices))
            vertex -= count
    return "/coordinates"

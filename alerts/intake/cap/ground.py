"""Which ground do the shapes of a poster cover? Explicit polygons and circles only."""

from collections.abc import Iterable, Iterator

from shapely import union_all
from shapely.geometry import MultiPolygon, Polygon, shape

from alerts.poster import SourceArea
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.polygon import ground


def explicit_ground(areas: Iterable[SourceArea]) -> Polygon | MultiPolygon | None:
    """Return the union of all shapes, WGS84 lon/lat, split at ±180°; None if there are none.

    Raises: InvalidShape or OutOfRange if a shape stands for no ground, which the reader of CAP
    leaves out, or all together for the whole world.
    """
    parts = [part for area in areas for part in _parts(area)]
    if not parts:
        return None
    return ground(union_all(parts), "area").shape


def _parts(area: SourceArea) -> Iterator[Polygon | MultiPolygon]:
    if area.geometry:
        sent = shape(area.geometry)
        for polygon in sent.geoms if isinstance(sent, MultiPolygon) else [sent]:
            yield ground(polygon, "area").shape
    for circle in area.circles:
        yield circle_ground(LonLat(circle.lon, circle.lat), circle.radius_m)

"""How many corners does a GeoJSON object draw, before anything is made of it?

Reading simplifies an outline of very many corners; where fewer are allowed, the person is told
how many they sent.
"""

from collections.abc import Iterator
from typing import Any


def corners_drawn(geometry: object) -> int:
    """Count the corners of a GeoJSON geometry.

    Parameters
    ----------
    geometry : object
        What the JSON parser made of a Polygon, a MultiPolygon or a GeometryCollection of them.

    Returns
    -------
    int
        All positions of all rings; one that closes a ring isn't counted again. What isn't drawn as
        RFC 7946 section 3.1 says counts nothing: `geo.geojson` refuses it.
    """
    return sum(_corners(ring) for ring in _rings(geometry))


def _rings(geometry: object) -> Iterator[list[Any]]:
    if not isinstance(geometry, dict):
        return
    if geometry.get("type") == "GeometryCollection":
        for part in _list(geometry.get("geometries")):
            if isinstance(part, dict) and part.get("type") != "GeometryCollection":
                yield from _rings(part)
    if geometry.get("type") == "Polygon":
        yield from map(_list, _list(geometry.get("coordinates")))
    if geometry.get("type") == "MultiPolygon":
        for polygon in _list(geometry.get("coordinates")):
            yield from map(_list, _list(polygon))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _corners(ring: list[Any]) -> int:
    return len(ring) - (len(ring) > 1 and ring[0] == ring[-1])

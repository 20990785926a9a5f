"""How the area looks without JavaScript, and on paper.

A small drawing in SVG paths: the area, the outlines around it, a scale bar. Coordinates are
projected on a plane that touches the Earth at the middle of the area; that is a picture, not a
measurement (the bar is right at the middle).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry import LinearRing, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from service.pages.views import AreaView, Outline

WIDTH_PX = 640
HEIGHT_PX = 420
MARGIN = 0.42  # of the area's size, left free on each side so that the surroundings are seen
KM_PER_DEGREE = 111.195  # mean Earth radius 6,371.0088 km (IUGG), times pi / 180
KM_PER_MILE = 1.609344  # international mile
GLYPH_PX = 12  # width of a letter of a label on a phone, where the drawing is made smaller
TOLERANCE_PX = 0.4
MIN_COSINE = 0.05  # near a pole the plane would otherwise have no width


@dataclass(frozen=True, kw_only=True)
class NamedPath:
    """An outline in pixels; `label` is empty where its name would not fit."""

    path: str
    label: str = ""
    x_px: float = 0
    y_px: float = 0


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A drawing of `width_px` by `height_px`: paths in the syntax of SVG 2, section 9.3."""

    area_path: str
    surroundings: tuple[NamedPath, ...]
    scale_px: float
    scale_words: str  # "10 km / 6 mi"
    width_px: int = WIDTH_PX
    height_px: int = HEIGHT_PX


@dataclass(frozen=True, kw_only=True)
class _Plane:
    """The projection: longitude and latitude of the middle, and pixels for a kilometre."""

    lon: float
    lat: float
    px_per_km: float
    cosine: float

    def project(self, shape: BaseGeometry) -> BaseGeometry:
        """Lon/lat degrees to pixels, y downwards."""
        ky = KM_PER_DEGREE * self.px_per_km
        kx = ky * self.cosine
        moved = shapely.transform(
            shape,
            lambda xy: (xy - (self.lon, self.lat)) * (kx, -ky) + (WIDTH_PX / 2, HEIGHT_PX / 2),
        )
        return shapely.make_valid(moved).simplify(TOLERANCE_PX)


def unwrapped(shape: BaseGeometry) -> BaseGeometry:
    """Join what was split at ±180°: western longitudes become 180-360 if that is narrower.

    Returns: WGS84 lon/lat whose longitudes may exceed 180; unchanged where nothing was split.
    Source: RFC 7946, section 3.1.9.
    """
    west, _, east, _ = shape.bounds
    if east - west <= 180:
        return shape
    return shapely.transform(shape, lambda xy: xy + (xy[:, :1] < 0) * (360.0, 0.0))


def draw(area: AreaView) -> Sketch:
    """Draw the area with the outlines around it, north up."""
    shape = unwrapped(area.shape)
    plane = _fit(shape)
    scale_px, scale_words = _scale_bar(plane.px_per_km)
    return Sketch(
        area_path=_path(plane.project(shape)),
        surroundings=tuple(_surroundings(area.surroundings, plane)),
        scale_px=scale_px,
        scale_words=scale_words,
    )


def _fit(shape: BaseGeometry) -> _Plane:
    west, south, east, north = shape.bounds
    lat = (south + north) / 2
    cosine = max(math.cos(math.radians(lat)), MIN_COSINE)
    free = 1 + 2 * MARGIN
    width_km = max((east - west) * KM_PER_DEGREE * cosine, 0.05) * free
    height_km = max((north - south) * KM_PER_DEGREE, 0.05) * free
    px_per_km = min(WIDTH_PX / width_km, HEIGHT_PX / height_km)
    return _Plane(lon=(west + east) / 2, lat=lat, px_per_km=px_per_km, cosine=cosine)


def _surroundings(outlines: tuple[Outline, ...], plane: _Plane) -> Iterator[NamedPath]:
    frame = shapely.box(-4, -4, WIDTH_PX + 4, HEIGHT_PX + 4)
    for outline in outlines:
        seen = plane.project(_near(outline.shape, plane.lon)).intersection(frame)
        path = _path(seen)
        if path:
            yield _named(outline.name, path, seen)


def _named(name: str, path: str, seen: BaseGeometry) -> NamedPath:
    west, north, east, south = seen.bounds
    if east - west < GLYPH_PX * len(name) + 12 or south - north < 36:
        return NamedPath(path=path)
    spot = seen.representative_point()
    half_px = GLYPH_PX * len(name) / 2 + 8
    x_px = min(max(spot.x, half_px), WIDTH_PX - half_px)
    return NamedPath(path=path, label=name, x_px=round(x_px, 1), y_px=round(spot.y, 1))


def _near(shape: BaseGeometry, lon: float) -> BaseGeometry:
    """Move an outline to the side of ±180° where the plane is."""
    turn = 360.0 if lon > 180 else 0.0
    return shapely.transform(shape, lambda xy: xy + (xy[:, :1] < 0) * (turn, 0.0))


def _path(shape: BaseGeometry) -> str:
    polygons = [part for part in _parts(shape) if isinstance(part, Polygon)]
    rings = (ring for part in polygons for ring in (part.exterior, *part.interiors))
    return "".join(_ring_path(ring) for ring in rings)


def _parts(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    if isinstance(shape, MultiPolygon) or shape.geom_type == "GeometryCollection":
        for part in shapely.get_parts(shape):
            yield from _parts(part)
    else:
        yield shape


def _ring_path(ring: LinearRing) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1])
    return f"M{points}Z" if points else ""


def _scale_bar(px_per_km: float) -> tuple[float, str]:
    """Find the longest round number of kilometres that takes at most a quarter of the width."""
    longest_km = WIDTH_PX / 4 / px_per_km
    power = 10.0 ** math.floor(math.log10(longest_km))
    length_km = max(step for step in (1, 2, 5) if step * power <= longest_km) * power
    words = f"{length_km:g} km / {length_km / KM_PER_MILE:.2g} mi"
    return round(length_km * px_per_km, 1), words

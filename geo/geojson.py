"""What a GeoJSON document draws, and how we draw ours (RFC 7946).

Partners, neighbours and the desk all send GeoJSON; an error names the field as a JSON pointer in
`where` and says what to do in words.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping

from geo.errors import InvalidShape
from geo.geojson_rings import array, rings_of_polygon
from geo.geojson_widths import LINES, along_a_line, round_a_point
from geo.parts import Shape, from_polygons, polygons_of
from geo.polygon import MAX_VERTICES, Ground, ground
from geo.simplify import check_parts

_POLYGONS = ("Polygon", "MultiPolygon")


def parse_geometry(
    value: object,
    where: str = "",
    *,
    allow_point_radius_m: float | None = None,
    allow_corridor: bool = True,
) -> Ground:
    """Read a GeoJSON object that draws ground: an area.

    Parameters
    ----------
    value : object
        What the JSON parser made of it: a Polygon or MultiPolygon, a GeometryCollection of them, a
        Feature (see `parse_feature`) or a FeatureCollection, which are read as one ground.
    where : str
        JSON pointer of `value` in the document, put before the pointers of errors.
    allow_point_radius_m : float, optional
        Metres round a bare Point; without it, a Point is refused.
    allow_corridor : bool
        Whether a Feature may be a line with `properties.half_width_m`.

    Raises
    ------
    InvalidShape
        Codes of `ground` and `corridor`, and "not_an_object", "not_an_array", "not_a_number",
        "unknown_type", "too_few_positions", "radius".
    OutOfRange
        A position not on Earth (code "out_of_range").
    """
    member = _object(value, where)
    kind = member.get("type")
    if kind == "FeatureCollection":
        features = array(member.get("features"), f"{where}/features")
        return _merged(
            [
                parse_feature(each, f"{where}/features/{n}", allow_corridor=allow_corridor)
                for n, each in enumerate(features)
            ],
            where,
        )
    if kind == "Feature":
        return parse_feature(member, where, allow_corridor=allow_corridor)
    if kind == "GeometryCollection":
        return _collection(member, where)
    if kind == "Point" and allow_point_radius_m is not None:
        return round_a_point(member, allow_point_radius_m, where, f"{where}/radius_m")
    return _polygonal(member, where)


def parse_feature(value: object, where: str = "", *, allow_corridor: bool = False) -> Ground:
    """Read a GeoJSON Feature that draws ground: a neighborhood, or an area.

    Parameters
    ----------
    value : object
        A Feature whose geometry is a Polygon, MultiPolygon or GeometryCollection of them, or a
        Point with `properties.radius_m`: metres, 0.1 to 500,000.
    where : str
        JSON pointer of `value` in the document, put before the pointers of errors.
    allow_corridor : bool
        Whether it may be a LineString or MultiLineString with `properties.half_width_m`: metres,
        1 to 100,000. Nobody lives in a corridor, so a neighborhood is none.

    Raises
    ------
    InvalidShape, OutOfRange
        As `parse_geometry`.
    """
    feature = _object(value, where)
    if feature.get("type") != "Feature":
        raise _unknown_type(feature, "Feature", where)
    at = f"{where}/geometry"
    geometry = _object(feature.get("geometry"), at)
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        return _collection(geometry, at)
    if kind == "Point":
        named = f"{where}/properties/radius_m"
        return round_a_point(geometry, _property(feature, "radius_m"), at, named)
    if allow_corridor and kind in LINES:
        named = f"{where}/properties/half_width_m"
        return along_a_line(geometry, _property(feature, "half_width_m"), at, named)
    return _polygonal(geometry, at)


def _property(feature: dict[str, Any], name: str) -> object:
    properties = feature.get("properties")
    return properties.get(name) if isinstance(properties, dict) else None


def to_geometry(shape: Shape, digits: int = 6) -> dict[str, Any]:
    """Write a valid shape as a GeoJSON geometry.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        Valid, WGS84 lon/lat, split at ±180°.
    digits : int
        Decimals of a degree; 6 are 0.11 m.

    Returns
    -------
    dict
        Shells counter-clockwise, holes clockwise (RFC 7946 section 3.1.6); valid after rounding.
    """
    rounded = shapely.set_precision(shape, 10.0**-digits)
    if not polygons_of(rounded):  # too small for so few decimals: written as it is
        rounded, digits = shape, 15
    oriented = shapely.orient_polygons(from_polygons(polygons_of(rounded)))
    tidy = shapely.transform(oriented, lambda lonlat: np.round(lonlat, digits))
    geometry: dict[str, Any] = mapping(tidy)
    return {"type": geometry["type"], "coordinates": _lists(geometry["coordinates"])}


def _lists(coordinates: Any) -> Any:
    return [_lists(c) for c in coordinates] if isinstance(coordinates, tuple) else coordinates


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidShape("must be a GeoJSON object", code="not_an_object", where=where)
    return value


def _unknown_type(member: dict[str, Any], expected: str, where: str) -> InvalidShape:
    kind = member.get("type")
    found = "is missing" if kind is None else f"is {str(kind)[:40]!r}"
    return InvalidShape(
        f"the type {found}; it must be {expected}", code="unknown_type", where=f"{where}/type"
    )


def _polygonal(member: dict[str, Any], where: str) -> Ground:
    if member.get("type") not in _POLYGONS:
        raise _unknown_type(member, " or ".join(_POLYGONS), where)
    pointer = f"{where}/coordinates"
    coordinates = array(member.get("coordinates"), pointer)
    notes: list[str] = []
    if member["type"] == "Polygon":
        return _noted(Polygon(*rings_of_polygon(coordinates, pointer, notes)), where, notes)
    _check_parts(coordinates, pointer)
    polygons = [
        Polygon(*rings_of_polygon(array(each, f"{pointer}/{n}"), f"{pointer}/{n}", notes))
        for n, each in enumerate(coordinates)
    ]
    return _noted(MultiPolygon(polygons), where, notes)


def _check_parts(polygons: Sequence[Any], where: str) -> None:
    """Refuse what `ground` would refuse, before reading every position of it."""
    try:
        check_parts(len(polygons), MAX_VERTICES)
    except InvalidShape as error:
        error.where = where
        raise


def _noted(drawn: Shape, where: str, notes: Sequence[str]) -> Ground:
    read = ground(drawn, where)
    return Ground(shape=read.shape, notes=_once((*notes, *read.notes)))


def _once(notes: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notes))


def _collection(member: dict[str, Any], where: str) -> Ground:
    pointer = f"{where}/geometries"
    geometries = array(member.get("geometries"), pointer)
    parts = [
        _polygonal(_object(g, f"{pointer}/{n}"), f"{pointer}/{n}") for n, g in enumerate(geometries)
    ]
    return _merged(parts, where)


def _merged(grounds: Sequence[Ground], where: str) -> Ground:
    """Read several grounds as one."""
    if not grounds:
        raise InvalidShape("the collection is empty", code="empty", where=where)
    if len(grounds) == 1:
        return grounds[0]
    together = MultiPolygon([part for each in grounds for part in polygons_of(each.shape)])
    return _noted(together, where, [note for each in grounds for note in each.notes])

"""Which ground did the source draw? The geometry of a Feature, checked and repaired by `geo`."""

from collections.abc import Mapping

from alerts.intake.ncmec.fields import Fields
from alerts.poster import ExplicitCircle, SourceArea
from geo.errors import GeoError
from geo.geojson import parse_feature, to_geometry

_RADIUS, _HALF_WIDTH = "radius_m", "half_width_m"


def read_area(feature: Fields, properties: Fields) -> tuple[SourceArea, ...]:
    """Read the ground of a GeoJSON Feature (RFC 7946).

    Returns: one SourceArea with a valid WGS84 lon/lat geometry (of a line, the corridor that
    reaches `properties.half_width_m` to each side), or the circle of a Point with
    `properties.radius_m`; none if the geometry is null: then the area is derived. What is wrong is
    noted with a pointer to the vertex, what was repaired as the warning `geometry_repaired`.
    """
    geometry = feature.raw("geometry")
    radius_m, half_width_m = properties.raw(_RADIUS), properties.raw(_HALF_WIDTH)
    if geometry is None:
        return ()
    said = {_RADIUS: radius_m, _HALF_WIDTH: half_width_m}
    sent = {"type": "Feature", "geometry": geometry, "properties": said}
    try:
        ground = parse_feature(sent, allow_corridor=True)
    except GeoError as e:
        feature.findings.error(e.code, e.where or "/geometry", str(e))
        return ()
    for note in ground.notes:
        feature.findings.warning("geometry_repaired", "/geometry", note)
    circle = _circle(geometry, radius_m)
    if circle is not None:
        return (SourceArea(circles=(circle,)),)
    return (SourceArea(geometry=to_geometry(ground.shape)),)


def _circle(geometry: object, radius_m: object) -> ExplicitCircle | None:
    """Return the circle of a Point that `geo` has found good, None for other geometries."""
    if not isinstance(geometry, Mapping) or geometry.get("type") != "Point":
        return None
    lon, lat, *_ = geometry["coordinates"]
    return ExplicitCircle.model_validate({"lon": lon, "lat": lat, "radius_m": radius_m})

"""Which ground is asked about? GeoJSON of the desk or of the operator, as one shape.

As everywhere (`geo.geojson`), and a bare Point or LineString says how far round it is meant by a
member of its own: `radius_m`, `half_width_m`.
"""

from collections.abc import Iterator
from typing import Any

from alerts.intake.ncmec.json_text import JsonReading, read_json
from geo.errors import GeoError
from geo.geojson import parse_feature, parse_geometry
from geo.polygon import REFUSE_VERTICES, Ground

WIDTHS = {"Point": "radius_m", "LineString": "half_width_m", "MultiLineString": "half_width_m"}
ALTITUDE = "altitudes were left aside"
# What `read_json` says of posters, said of areas.
OF_AREAS = {
    "too_large": f"It is too large: an area has at most {REFUSE_VERTICES:,} vertices; simplify its "
    "outline.",
    "too_deep": "The document is nested too deeply to be an area.",
}


def read_asked(raw: bytes) -> JsonReading:
    """Parse a document that holds an area, strictly, as `read_json`."""
    reading = read_json(raw)
    said = tuple(
        problem.model_copy(update={"message": OF_AREAS.get(problem.code, problem.message)})
        for problem in reading.problems
    )
    return JsonReading(value=reading.value, problems=said)


def read_area(value: object, where: str = "") -> Ground:
    """Read a GeoJSON geometry, Feature or FeatureCollection as one ground.

    Parameters
    ----------
    value : object
        What the JSON parser made of it.
    where : str
        JSON pointer of `value` in the document, put before the pointers of errors.

    Raises
    ------
    InvalidShape, OutOfRange
        As `geo.geojson.parse_geometry`.
    """
    ground = _read(value, where)
    if any(len(position) > 2 for position in _positions(value)):
        return Ground(shape=ground.shape, notes=(*ground.notes, ALTITUDE))
    return ground


def _read(value: object, where: str) -> Ground:
    kind = value.get("type") if isinstance(value, dict) else None
    width = WIDTHS.get(kind) if isinstance(kind, str) else None
    if not isinstance(value, dict) or width is None:
        return parse_geometry(value, where, allow_corridor=True)
    properties = {width: value.get(width)}
    feature = {"type": "Feature", "geometry": value, "properties": properties}
    try:
        return parse_feature(feature, allow_corridor=True)
    except GeoError as error:  # named as if it were a Feature
        inside = error.where.removeprefix("/geometry").removeprefix("/properties")
        error.where = where + inside
        raise


def _positions(value: Any) -> Iterator[list[Any]]:
    """Yield every position of a document that was read, however it is nested."""
    if isinstance(value, dict):
        for name in ("geometry", "geometries", "features", "coordinates"):
            yield from _positions(value.get(name))
    elif isinstance(value, list):
        if value and not isinstance(value[0], list | dict):
            yield value
            return
        for one in value:
            yield from _positions(one)

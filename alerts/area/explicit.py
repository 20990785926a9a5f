"""Which ground the source drew itself, as polygons and circles."""

from collections.abc import Iterator, Sequence
from typing import Any

from shapely.geometry import MultiPolygon, Polygon

from alerts.area.piece import Finding, Piece, circle_around, united
from alerts.area_of_interest import DRAWN, Provenance
from alerts.poster import ExplicitCircle, SourceArea
from alerts.problem import Problem, error, warning
from geo.errors import GeoError
from geo.geojson import parse_geometry

Shape = Polygon | MultiPolygon


def explicit_ground(areas: Sequence[SourceArea]) -> Finding:
    """Return the union of every polygon and circle that can be used.

    Repairs are told as warnings. A shape that can't be used is an error with geo's code and the
    JSON pointer in the poster, a mere warning if others can be used (DOMAIN rule 7).
    """
    shapes: list[Shape] = []
    refused: list[Problem] = []
    repaired: list[Problem] = []
    for where, drawn in _drawn(areas):
        try:
            shape, notes = _read(drawn, where)
        except GeoError as e:
            told = f"{str(e).rstrip('.')}; correct this shape."
            refused.append(error(e.code, e.where or where, told))
        else:
            shapes.append(shape)
            repaired += [warning("shape_repaired", where, note) for note in notes]
    if not shapes:
        return Finding(problems=tuple(refused))
    piece = Piece(
        shape=united(shapes),
        provenance=Provenance.EXPLICIT,
        source=_words(areas),
        is_partial=bool(refused),
    )
    return Finding(piece=piece, problems=(*map(as_warning, refused), *repaired))


def as_warning(problem: Problem) -> Problem:
    """Return the same problem, of less weight because the document can be acted on without it."""
    return problem.model_copy(update={"severity": "warning"})


def _drawn(areas: Sequence[SourceArea]) -> Iterator[tuple[str, dict[str, Any] | ExplicitCircle]]:
    """Yield each shape with its JSON pointer in the poster."""
    for i, area in enumerate(areas):
        if area.geometry is not None:
            yield f"/areas/{i}/geometry", area.geometry
        for j, circle in enumerate(area.circles):
            yield f"/areas/{i}/circles/{j}", circle


def _read(drawn: dict[str, Any] | ExplicitCircle, where: str) -> tuple[Shape, tuple[str, ...]]:
    """Return the ground and what was repaired; raises GeoError."""
    if isinstance(drawn, ExplicitCircle):
        return circle_around(drawn.lon, drawn.lat, drawn.radius_m), ()
    read = parse_geometry(drawn, where)
    return read.shape, tuple(read.notes)


def _words(areas: Sequence[SourceArea]) -> str:
    described = [area.description for area in areas if area.description]
    return DRAWN + (f": {'; '.join(described)}" if described else "")

"""Which ground does a CAP <polygon> or <circle> mean? Lat,lon text in, lon/lat values out.

The only swap of axes is in `geo.coordinates`. A shape that can't be read is an
error; the reader makes it a warning where the rest of the info block still says where.
"""

import re
from dataclasses import dataclass

from shapely.geometry import Polygon

from alerts.intake.cap.bounds import MAX_REPAIRS, Effort
from alerts.intake.cap.values import Circle, Ring
from alerts.intake.cap.xml import Node
from alerts.problem import Problem, error, warning
from geo.circle import circle_ground
from geo.coordinates import LonLat, from_lat_lon, parse_cap_point
from geo.errors import GeoError
from geo.polygon import ground

POINT_RADIUS_M = 1_000.0  # ground around a "circle" of radius 0, which CAP senders use as a point
LEAST_RADIUS_M = 1.0  # less is a point too: nobody searches a hand's breadth
_SURE_RADIUS_M = 1_000_000.0  # up to this a circle can't reach round the world: no need to draw it
_NULL_ISLAND_DEG = 1e-6  # 0.1 m, as in geo.polygon
_MAX_POINT_CHARACTERS = 80  # two doubles with all their digits have 50
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_SEPARATOR = re.compile(r"[\s,;]+")
_PLAIN = r"[+-]?\d{1,3}+(?:\.\d{1,20}+)?+,[+-]?\d{1,3}+(?:\.\d{1,20}+)?+"
_PLAIN_POLYGON = re.compile(rf"{_PLAIN}(?:\s++{_PLAIN})*+", re.ASCII)
_CANONICAL_CIRCLE = re.compile(r"[^\s,]+,[^\s,]+\s[^\s,]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class PolygonReading:
    """A closed ring, or None, and what was odd or wrong."""

    ring: Ring | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CircleReading:
    """A centre and a radius in metres, or None, and what was odd or wrong."""

    circle: Circle | None
    problems: tuple[Problem, ...] = ()


def read_polygon(node: Node, effort: Effort) -> PolygonReading:
    """Read "lat,lon lat,lon ...", closed, at least four points.

    Repaired with a warning: an empty element (no ring), blanks or commas in odd places, an
    unclosed ring, a self-crossing (`effort` says how many). Source: CAP 1.2, 3.2.4 (polygon).
    """
    where = node.where
    if not node.text:
        message = "An empty <polygon> was ignored; leave it out."
        return PolygonReading(ring=None, problems=(warning("empty_polygon", where, message),))
    text = node.text
    tokens, notes = _point_tokens(text, where)
    try:
        points = _plain_points(text) or _points(tokens, where)
        ring = points if points[0] == points[-1] else (*points, points[0])
        found = _ring_problems(points, ring, where, effort)
    except GeoError as err:
        return PolygonReading(ring=None, problems=(*notes, _geo_problem(err, where)))
    broken = any(p.severity == "error" for p in found)
    return PolygonReading(ring=None if broken else ring, problems=(*notes, *found))


def _points(tokens: list[str], where: str) -> Ring:
    return tuple(_point(token, f"{where}, point {n}") for n, token in enumerate(tokens, 1))


def _plain_points(text: str) -> Ring:
    """Read well-written points of plain positions at once, which is most; () if one is odd."""
    if not _PLAIN_POLYGON.fullmatch(text):
        return ()
    numbers = list(map(float, text.replace(",", " ").split()))
    try:
        return tuple(map(from_lat_lon, numbers[::2], numbers[1::2]))
    except GeoError:
        return ()  # read one by one, so that the point can be named


def read_circle(node: Node) -> CircleReading:
    """Read "lat,lon radius", the radius in kilometres.

    Radius 0, or less than a metre, is how senders write a point: the ground within
    `POINT_RADIUS_M` stands for it, with a warning. Source: CAP 1.2, 3.2.4 (circle).
    """
    where = node.where
    if not node.text:
        message = "An empty <circle> was ignored; leave it out."
        return CircleReading(circle=None, problems=(warning("empty_circle", where, message),))
    pieces = _circle_pieces(node.text)
    if len(pieces) != 3 or not _is_number(pieces[2]):
        message = "<circle> must be lat,lon and a radius in kilometres: 38.47,-120.14 15."
        return CircleReading(circle=None, problems=(error("bad_circle", where, message),))
    notes = [] if _CANONICAL_CIRCLE.fullmatch(node.text) else [_odd_spacing(where)]
    radius_m = float(pieces[2]) * 1000
    if 0 <= radius_m < LEAST_RADIUS_M:
        notes.append(_zero_radius(where))
        radius_m = POINT_RADIUS_M
    return _placed(f"{pieces[0]},{pieces[1]}", radius_m, where, notes)


def _placed(point: str, radius_m: float, where: str, notes: list[Problem]) -> CircleReading:
    try:
        centre = _point(point, where)
        refusal = _null_island((centre,), where)
        if not refusal and not 0 < radius_m < _SURE_RADIUS_M:
            circle_ground(centre, radius_m)
    except GeoError as err:
        refusal = _geo_problem(err, where)
    if refusal:
        return CircleReading(circle=None, problems=(*notes, refusal))
    return CircleReading(circle=(centre, radius_m), problems=tuple(notes))


def _point(token: str, where: str) -> LonLat:
    """Read one position; a number of a thousand digits isn't given to any pattern."""
    return parse_cap_point(token[:_MAX_POINT_CHARACTERS], where)


def _geo_problem(err: GeoError, where: str) -> Problem:
    """Say a refusal of geo as an error of the document, at the point if it is known."""
    place = err.where if ", point " in err.where else where
    return error(err.code, place.partition("/coordinates")[0], f"The shape can't be used: {err}.")


def _circle_pieces(text: str) -> list[str]:
    """Split into lat, lon and radius; some senders write the unit."""
    plain = text[:-2].rstrip() if text.lower().endswith("km") else text
    return _SEPARATOR.split(plain)


def _point_tokens(text: str, where: str) -> tuple[list[str], list[Problem]]:
    """Split into "lat,lon"; pair the numbers up if commas and blanks are in odd places."""
    plain = text.split()
    tokens = [token.strip(",;") for token in plain]
    if all(token.count(",") == 1 for token in tokens):
        return tokens, [] if tokens == plain else [_odd_spacing(where)]
    numbers = _SEPARATOR.split(text.strip(" \t\r\n,;"))
    if len(numbers) % 2 or not all(map(_is_number, numbers)):
        return tokens, []
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return [f"{lat},{lon}" for lat, lon in pairs], [_odd_spacing(where)]


def _is_number(text: str) -> bool:
    return len(text) <= _MAX_POINT_CHARACTERS and bool(_NUMBER.fullmatch(text))


def _ring_problems(points: Ring, ring: Ring, where: str, effort: Effort) -> list[Problem]:
    """Check a closed ring; GeoError where it covers no ground."""
    if len(set(points)) < 3:
        message = "A <polygon> needs three different points and the first again."
        return [error("too_few_points", where, message)]
    refusal = _null_island(points, where)
    if refusal:
        return [refusal]
    polygon = Polygon(ring)
    if not polygon.is_valid and not effort.may_repair():
        message = f"More than {MAX_REPAIRS} shapes of this document cross themselves."
        return [error("too_tangled", where, message)]
    problems = []
    if ring is not points:
        message = "The <polygon> doesn't end where it began; it was closed."
        problems.append(warning("unclosed_ring", where, message))
    notes = ground(polygon, where).notes
    return problems + [warning("shape_repaired", where, str(note)) for note in notes]


def _null_island(points: tuple[LonLat, ...], where: str) -> Problem | None:
    """Refuse (0, 0), which stands for "no position" (DOMAIN rule 7)."""
    if any(abs(lon) < _NULL_ISLAND_DEG and abs(lat) < _NULL_ISLAND_DEG for lon, lat in points):
        message = 'The position 0,0 means "unknown" and is refused.'
        return error("null_island", where, message)
    return None


def _odd_spacing(where: str) -> Problem:
    return warning("odd_spacing", where, "Blanks or commas in odd places were put right.")


def _zero_radius(where: str) -> Problem:
    message = f"Radius 0 is a point; the ground within {POINT_RADIUS_M:.0f} m stands for it."
    return warning("zero_radius", where, message)

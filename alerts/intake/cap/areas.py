"""Where does one info block say it matters? Its areas, and how bad a broken shape is."""

from dataclasses import dataclass

from alerts.intake.cap import fields
from alerts.intake.cap.bounds import Effort
from alerts.intake.cap.fields import Block, Problems
from alerts.intake.cap.shapes import read_circle, read_polygon
from alerts.intake.cap.values import CapArea, Circle, Ring
from alerts.problem import Problem, error, warning

MAX_SHAPES = 300  # in one info block; the most seen are 4 polygons. See also `bounds`
_AREA_FIELDS = frozenset({"areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling"})


@dataclass(frozen=True, kw_only=True, slots=True)
class AreasReading:
    """The areas of one info block, and what was odd or wrong in them."""

    areas: tuple[CapArea, ...]
    problems: tuple[Problem, ...] = ()


def read_areas(info: Block, effort: Effort) -> AreasReading:
    """Read every <area> of an info block.

    A shape that can't be read is an error, or a warning if a shape or geocode of the same info
    block can still be used.
    """
    problems: Problems = []
    shape_problems: Problems = []
    if _shape_count(info) > MAX_SHAPES:
        message = f"More than {MAX_SHAPES} shapes: send an outline of the area."
        return AreasReading(
            areas=(), problems=(error("too_many_shapes", info.node.where, message),)
        )
    areas = tuple(_area(Block(n), problems, shape_problems, effort) for n in info.all("area"))
    if any(a.polygons or a.circles or a.geocodes for a in areas):
        shape_problems = [p.model_copy(update={"severity": "warning"}) for p in shape_problems]
    return AreasReading(areas=areas, problems=(*problems, *shape_problems))


def _shape_count(info: Block) -> int:
    return sum(c.name in ("polygon", "circle") for n in info.all("area") for c in n.children())


def _area(block: Block, problems: Problems, shape_problems: Problems, effort: Effort) -> CapArea:
    block.report_unknown(_AREA_FIELDS, problems)
    return CapArea(
        area_desc=_area_desc(block, problems),
        polygons=_polygons(block, shape_problems, effort),
        circles=_circles(block, shape_problems),
        geocodes=fields.name_values(block, "geocode", problems),
    )


def _area_desc(block: Block, problems: Problems) -> str:
    """Read <areaDesc>: required, but an empty one keeps nobody from the shapes and codes."""
    node = block.one("areaDesc", problems)
    if node is None:
        return fields.required_text(block, "areaDesc", problems) or ""
    if not node.text:
        problems.append(warning("empty_field", node.where, "<areaDesc> is empty."))
    return node.text


def _polygons(block: Block, problems: Problems, effort: Effort) -> tuple[Ring, ...]:
    readings = [read_polygon(node, effort) for node in block.all("polygon")]
    problems.extend(p for reading in readings for p in reading.problems)
    return tuple(reading.ring for reading in readings if reading.ring)


def _circles(block: Block, problems: Problems) -> tuple[Circle, ...]:
    readings = [read_circle(node) for node in block.all("circle")]
    problems.extend(p for reading in readings for p in reading.problems)
    return tuple(reading.circle for reading in readings if reading.circle)

"""What is kept of the ground that a neighbour drew? All of it, or only the H3 cells it lies in.

The one gate for neighborhoods, whoever brings them: the API, an import. With cells, the drawing is
forgotten here: what is kept, and matched, is the outline of the cells (docs/adr/0030).
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from geo.beyond import beyond_m
from geo.cells import Cells, cells_of, ground_of
from geo.corners import corners_drawn
from geo.errors import InvalidShape
from geo.geojson import parse_feature
from geo.measure import area_km2, vertex_count
from geo.packed import pack, unpack
from geo.parts import Shape

# A cell of 4 (1,770 km²) is nearly as large as the largest neighborhood. From cells of 9 the middle
# of a circle, the home, can be worked out to some 50 m, from cells of 10 to some 10 m: those would
# hide nobody, and 9 hides only what is drawn by hand. Measured: benchmarks/bench_cells.py.
COARSEST, FINEST = 5, 9
TELLS_THE_MIDDLE = 9
Resolution = Annotated[int, Field(strict=True, ge=COARSEST, le=FINEST)]
AT_CELLS = "/properties/h3_resolution"
_SAME_DEG = 2e-5  # some 2 m: a client that writes five decimals; a cell's edge is 66 m at least


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How large one neighborhood may be."""

    largest_km2: float
    most_vertices: int


@dataclass(frozen=True, kw_only=True)
class KeptGround:
    """Ground as it is stored."""

    shape: Shape  # WGS84 lon/lat, valid, split at ±180°, rounded as it is stored
    radius_m: float | None = None  # it was drawn as a circle of this radius
    resolution: int | None = None  # H3; None: the drawing itself is kept
    cells: Cells | None = None
    notes: tuple[str, ...] = ()  # what was repaired, in words


def read_ground(feature: object, limits: Limits) -> KeptGround:
    """Read a GeoJSON Feature as ground that may be kept as it was drawn.

    Raises
    ------
    GeoError: it draws no ground, or more than `limits` allow (codes "too_large",
        "too_many_vertices"); `where` is a JSON pointer.
    """
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    _check_vertices(corners_drawn(geometry), limits)
    ground = parse_feature(feature)
    shape = unpack(pack(ground.shape))
    _check_vertices(vertex_count(shape), limits)
    _check_km2(area_km2(shape), limits)
    return KeptGround(shape=shape, radius_m=_radius_m(feature), notes=ground.notes)


def keep(drawn: KeptGround, resolution: int | None, limits: Limits) -> KeptGround:
    """Return the ground as it is to be kept.

    Parameters
    ----------
    drawn: the drawing itself.
    resolution: H3, `COARSEST` to `FINEST`: only the cells that the ground lies in are kept, and
        nothing else of the drawing; None: the drawing.

    Raises
    ------
    InvalidShape: the cells are too many, or cover too much; the message names a resolution that
        will do (codes "too_many_cells", "too_large", "too_many_vertices").
    """
    if resolution is None:
        return drawn
    try:
        cells, shape = _covering(drawn.shape, resolution, limits)
    except InvalidShape as too_much:
        message = f"{too_much}: {_advice(drawn.shape, resolution, limits)}"
        raise InvalidShape(message, code=too_much.code, where=AT_CELLS) from None
    return KeptGround(shape=shape, resolution=resolution, cells=cells, notes=drawn.notes)


def keep_after(
    before: KeptGround, drawn: KeptGround, resolution: int | None, limits: Limits
) -> KeptGround:
    """Return the ground as it is to be kept in place of what is kept already.

    What was kept as cells and is sent back as it is stays those cells. It can be made coarser; the
    drawing, from which it could be made finer, is gone.

    Raises
    ------
    InvalidShape: as `keep`; finer cells, or an outline, are wanted of what is kept as cells
        (code "drawing_is_gone").
    """
    if before.resolution is None or not _is_same(before.shape, drawn.shape):
        return keep(drawn, resolution, limits)
    if resolution == before.resolution:
        return before
    if resolution is not None and resolution < before.resolution:
        return keep(drawn, resolution, limits)
    raise InvalidShape(
        f"this ground is kept as cells of resolution {before.resolution}, and what was drawn is "
        f"gone: send h3_resolution {before.resolution} or less with it, or draw it anew",
        code="drawing_is_gone",
        where=AT_CELLS,
    )


def cost_in_words(drawn: KeptGround, kept: KeptGround) -> str:
    """Say what it costs in precision that cells are kept and not the drawing."""
    count = "one H3 cell" if len(kept.cells or ()) == 1 else f"{len(kept.cells or ()):,} H3 cells"
    further_km = beyond_m(kept.shape, drawn.shape) / 1000
    words = (
        f"only {count} of resolution {kept.resolution} kept, not your drawing: "
        f"{_km2(area_km2(kept.shape))} instead of {_km2(area_km2(drawn.shape))}, so you may get "
        f"alerts that end up to {further_km:.1f} km outside of what you drew"
    )
    if kept.resolution is not None and kept.resolution >= TELLS_THE_MIDDLE:
        return f"{words}; from cells so small the middle of a circle can be worked out: 7 hides it"
    return words


def _covering(shape: Shape, resolution: int, limits: Limits) -> tuple[Cells, Shape]:
    cells = cells_of(shape, resolution)
    outline = unpack(pack(ground_of(cells)))
    covers, corners = area_km2(outline), vertex_count(outline)
    named = f"as cells of resolution {resolution} it"
    if covers > limits.largest_km2:
        most = f"{limits.largest_km2:,g} km² that a neighborhood may cover"
        raise InvalidShape(f"{named} covers {covers:,.0f} km², above the {most}", code="too_large")
    if corners > limits.most_vertices:
        most = f"{limits.most_vertices:,} that a neighborhood may have"
        message = f"{named} has {corners:,} vertices, above the {most}"
        raise InvalidShape(message, code="too_many_vertices")
    return cells, outline


def _advice(shape: Shape, asked: int, limits: Limits) -> str:
    """Name the nearest resolution that will do."""
    others = [other for other in range(COARSEST, FINEST + 1) if other != asked]
    for other in sorted(others, key=lambda other: abs(other - asked)):
        try:
            _covering(shape, other, limits)
        except InvalidShape:
            continue
        return f"choose {other}"
    return "no other resolution will do either; draw it smaller, or smoother"


def _km2(area: float) -> str:
    return f"{area:,.0f} km²" if area >= 100 else f"{area:.2g} km²"


def _check_km2(covers: float, limits: Limits) -> None:
    if covers > limits.largest_km2:
        raise InvalidShape(
            f"a neighborhood covers at most {limits.largest_km2:,g} km²; this one covers "
            f"{covers:,.0f} km²",
            code="too_large",
            where="/geometry",
        )


def _check_vertices(corners: int, limits: Limits) -> None:
    if corners > limits.most_vertices:
        raise InvalidShape(
            f"a neighborhood has at most {limits.most_vertices:,} vertices; this one has "
            f"{corners:,}",
            code="too_many_vertices",
            where="/geometry",
        )


def _radius_m(feature: object) -> float | None:
    """Return the radius of a circle; None if it was drawn otherwise."""
    if not isinstance(feature, dict) or feature["geometry"]["type"] != "Point":
        return None
    return float(feature["properties"]["radius_m"])


def _is_same(kept: Shape, sent: Shape) -> bool:
    return kept.hausdorff_distance(sent) <= _SAME_DEG

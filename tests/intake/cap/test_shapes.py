"""Polygons and circles: axes, repairs, refusals."""

import math

import pytest

from alerts.intake.cap.areas import MAX_SHAPES
from alerts.intake.cap.reader import read_cap
from alerts.intake.cap.shapes import POINT_RADIUS_M
from alerts.intake.cap.values import CapArea, CapReading
from geo.coordinates import LonLat
from tests.intake.cap.documents import GEOCODE, POLYGON, SQUARE, area, cap, codes, info

RING = tuple(LonLat(*p) for p in ((-87.5, 46.5), (-87.3, 46.5), (-87.3, 46.6), (-87.5, 46.6)))
CLOSED = (*RING, RING[0])


def read_area(inside: str) -> tuple[CapReading, CapArea]:
    reading = read_cap(cap(info(area(inside))).encode())
    assert reading.alert is not None
    return reading, reading.alert.infos[0].areas[0]


def test_cap_is_lat_lon_and_we_are_lon_lat() -> None:
    reading, read = read_area(POLYGON + "<circle>46.5,-87.4 15</circle>")
    assert read.polygons == (CLOSED,)
    assert read.circles == ((LonLat(-87.4, 46.5), 15_000.0),)
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SQUARE.rsplit(" ", 1)[0], "unclosed_ring"),
        (SQUARE.replace(",", ", "), "odd_spacing"),
        (SQUARE.replace(" ", ", "), "odd_spacing"),
        (SQUARE.replace(",", " "), "odd_spacing"),
        (SQUARE.replace(" ", ";"), "odd_spacing"),
    ],
)
def test_rings_in_odd_writing_are_put_right(text: str, code: str) -> None:
    reading, read = read_area(f"<polygon>{text}</polygon>")
    assert read.polygons == (CLOSED,)
    assert codes(reading.problems, "warning") == {code}


def test_line_breaks_between_points_are_no_remark() -> None:
    reading, read = read_area(f"<polygon>\n {SQUARE.replace(' ', chr(10))}\n</polygon>")
    assert read.polygons == (CLOSED,)
    assert reading.problems == ()


def test_plus_signs_are_read() -> None:
    reading, _ = read_area(f"<polygon>{SQUARE.replace('46', '+46')}</polygon>")
    assert reading.problems == ()


@pytest.mark.parametrize("empty", ["<polygon/>", "<polygon> </polygon>", "<circle></circle>"])
def test_empty_shapes_are_no_shapes(empty: str) -> None:
    reading, read = read_area(empty)
    assert (read.polygons, read.circles) == ((), ())
    assert not codes(reading.problems, "error")
    assert codes(reading.problems) <= {"empty_polygon", "empty_circle"}


def test_a_bow_tie_is_kept_and_reported() -> None:
    reading, read = read_area("<polygon>46,-87 47,-86 46,-86 47,-87 46,-87</polygon>")
    assert len(read.polygons) == 1
    assert codes(reading.problems, "warning") == {"shape_repaired"}


@pytest.mark.parametrize(
    "shape",
    [
        "<polygon>NaN,-87 46,-86 47,-86 NaN,-87</polygon>",
        "<polygon>inf,-87 46,-86 47,-86 inf,-87</polygon>",
        "<polygon>91,-87 46,-86 47,-86 91,-87</polygon>",
        "<polygon>-87.5,146.5 -87.3,46.5 -87.3,246.6 -87.5,146.5</polygon>",
        "<polygon>46,-87 46,-86</polygon>",
        "<polygon>46,-87 46,-87 46,-87 46,-87</polygon>",
        "<polygon>46,-87 47,-86 46,-87 47,-86 46,-87</polygon>",
        "<polygon>0,0 0,0 0,0 0,0</polygon>",
        "<polygon>0,0 46,-86 47,-86 0,0</polygon>",
        "<polygon>46,-87,9 46,-86,9 47,-86,9 46,-87,9 1</polygon>",
        "<polygon>here and there</polygon>",
        "<polygon>89,-180 89,0 89,179.9 -89,179.9 -89,0 -89,-180 89,-180</polygon>",
        f"<polygon>{'9' * 100_000},1 2,2 3,3</polygon>",
        "<circle>NaN,-87 5</circle>",
        "<circle>46,-87 NaN</circle>",
        "<circle>46,-87 inf</circle>",
        "<circle>46,-87 -5</circle>",
        "<circle>46,-187 5</circle>",
        "<circle>-87,246 5</circle>",
        "<circle>0,0 5</circle>",
        "<circle>0.0,-0.0 0</circle>",
        "<circle>46,-87</circle>",
        "<circle>46,-87 5 6</circle>",
        "<circle>46,-87 40000</circle>",
        "<circle>46,-87 1_0</circle>",
        f"<circle>46,-87 {'1' * 100_000}</circle>",
    ],
)
def test_shapes_that_are_no_ground_are_errors_with_their_place(shape: str) -> None:
    reading, read = read_area(shape)
    assert (read.polygons, read.circles) == ((), ())
    (problem,) = [p for p in reading.problems if p.severity == "error"]
    kind = "polygon" if "<polygon" in shape else "circle"
    assert problem.where.startswith(f"alert/info[1]/area[1]/{kind}[1], line ")
    assert not reading.can_be_acted_on


def test_the_point_that_is_wrong_is_named() -> None:
    reading, _ = read_area("<polygon>46,-87 46,-86 97,-86 46,-87</polygon>")
    (problem,) = reading.problems
    assert problem.where.endswith(", point 3")


@pytest.mark.parametrize("beside", [POLYGON, "<circle>46.5,-87.4 15</circle>", GEOCODE])
def test_a_broken_shape_is_a_warning_where_another_says_where(beside: str) -> None:
    reading, _ = read_area("<polygon>here</polygon>" + beside)
    assert codes(reading.problems, "warning") == {"not_a_point"}
    assert reading.can_be_acted_on


def test_a_usable_area_of_the_same_info_helps_a_broken_one() -> None:
    areas = area("<circle>46,-87</circle>") + area()
    reading = read_cap(cap(info(areas)).encode())
    assert codes(reading.problems, "warning") == {"bad_circle"}
    assert reading.can_be_acted_on


@pytest.mark.parametrize(
    "text",
    ["46.5, -87.4 15", "46.5,-87.4,15", " 46.5 -87.4 15 ", "46.5,-87.4 15 km", "46.5,-87.4  15"],
)
def test_circles_in_odd_writing_are_put_right(text: str) -> None:
    reading, read = read_area(f"<circle>{text}</circle>")
    assert read.circles == ((LonLat(-87.4, 46.5), 15_000.0),)
    assert codes(reading.problems, "warning") == {"odd_spacing"}


@pytest.mark.parametrize("radius", ["0.0", "0.0009", "0." + "0" * 60 + "1"])
def test_radius_zero_is_a_point_with_some_ground_around_it(radius: str) -> None:
    reading, read = read_area(f"<circle>46.5,-87.4 {radius}</circle>")
    assert read.circles == ((LonLat(-87.4, 46.5), POINT_RADIUS_M),)
    assert codes(reading.problems, "warning") == {"zero_radius"}


def test_a_flood_of_shapes_is_refused() -> None:
    reading, _ = read_area("<circle>46.5,-87.4 1</circle>" * MAX_SHAPES)
    assert reading.can_be_acted_on
    many = read_cap(cap(info(area("<circle>46.5,-87.4 1</circle>" * (MAX_SHAPES + 1)))).encode())
    assert codes(many.problems, "error") == {"too_many_shapes"}


def test_radii_are_finite_metres() -> None:
    _, read = read_area("<circle>46.5,-87.4 .5</circle>")
    ((_, radius_m),) = read.circles
    assert math.isclose(radius_m, 500)

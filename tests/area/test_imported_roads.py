"""Roads of an operator's GeoJSON: joined, simplified, and what can't be read is said."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString

from alerts.area.imported_roads import MAX_CODE_CHARS, ReadRoads, RoadChoice, read_roads


def feature(coordinates: Any, kind: str = "LineString", **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def read(*features: Any, **choice: Any) -> ReadRoads:
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return read_roads([("roads.json", content)], RoadChoice(source="test", **choice))


def test_pieces_of_one_code_are_joined_end_to_end() -> None:
    one = feature([[-98, 30], [-97, 30]], FULLNAME="I- 35")
    other = feature([[-97, 30], [-97, 31, 200.5]], FULLNAME="I- 35")
    apart = feature([[[-90, 30], [-90, 31]]], "MultiLineString", FULLNAME="I- 35")
    (road,) = read(one, other, apart).roads
    assert (road.code, road.name, road.source) == ("I-35", "I- 35", "test")
    assert isinstance(road.line, MultiLineString)
    assert {tuple(line.coords) for line in road.line.geoms} == {
        ((-98, 30), (-97, 30), (-97, 31)),
        ((-90, 30), (-90, 31)),
    }


def test_corners_that_no_corridor_shows_are_left_out() -> None:
    (road,) = read(feature([[-98, 30], [-97.5, 30.0005], [-97, 30]], code="I-35")).roads
    assert road.line.equals(LineString([(-98, 30), (-97, 30)]))


def test_fields_a_prefix_and_a_condition_can_be_chosen() -> None:
    wanted = feature([[-98, 30], [-97, 30]], name=35, class_="Interstate", label="Main St")
    other = feature([[-98, 30], [-97, 30]], name=290, class_="Federal")
    found = read(
        wanted,
        other,
        code_field="name",
        name_field="label",
        code_prefix="I-",
        only=(("class_", "Interstate"),),
    )
    assert [(road.code, road.name) for road in found.roads] == [("I-35", "Main St")]
    assert found.notes == ()


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        ({"type": "LineString"}, "isn't a GeoJSON Feature"),
        (feature([[-98, 30], [-97, 30]]), "no code"),
        (feature([[-98, 30], [-97, 30]], code="x" * (MAX_CODE_CHARS + 1)), "no code"),
        (feature([-98, 30], "Point", code="A"), "LineString or MultiLineString"),
        (feature("x", code="A"), "LineString or MultiLineString"),
        (feature([], "MultiLineString", code="A"), "no line"),
        (feature([[-98, 30]], code="A"), "two different positions"),
        (feature([[-98, 30], [-98, 30]], code="A"), "two different positions"),
        (feature([[-98], [30]], code="A"), "two different positions"),
        (feature([], code="A"), "two different positions"),
        (feature([["a", "b"], [1, 2]], code="A"), "isn't two numbers"),
        (feature([[10**400, 1], [1, 2]], code="A"), "isn't two numbers"),
        (feature([[None, 1], [1, 2]], code="A"), "isn't on Earth"),
        (feature([[float("nan"), 1], [1, 2]], code="A"), "isn't on Earth"),
        (feature([[30, -98], [30, -97]], code="A"), "isn't on Earth"),
        (feature([[179, 10], [-179, 10]], code="A"), "180th meridian"),
        ({"type": "Feature", "properties": {"code": "A"}, "geometry": None}, "LineString"),
    ],
)
def test_what_can_t_be_used_is_said_and_stops_nothing(odd: Any, says: str) -> None:
    found = read(odd, feature([[-98, 30], [-97, 30]], code="I-35"))
    assert [road.code for road in found.roads] == ["I-35"]
    (note,) = found.notes
    assert says in note.message
    assert note.where.startswith("roads.json#/features/0")


def test_lines_of_a_file_are_read_one_by_one() -> None:
    lines = [json.dumps(feature([[-98, 30], [-97, 30]], code="I-35")), "{broken", ""]
    found = read_roads([("roads.ndjson", "\n".join(lines).encode())], RoadChoice(source="test"))
    assert len(found.roads) == 1
    assert [(note.where, note.message) for note in found.notes] == [
        ("roads.ndjson:2", "This isn't JSON.")
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, JSON)
def test_nothing_in_a_file_raises(coordinates: Any, code: Any) -> None:
    odd = feature(coordinates, code=code)
    found = read(odd, coordinates, {"type": "Feature", "properties": code, "geometry": coordinates})
    assert len(found.roads) + len(found.notes) > 0

"""Lines that are read together say what they would say alone, errors and all."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.audience.kept_ground import Limits
from alerts.store.people import NewNeighborhood
from geo.errors import GeoError
from service.cli.geojsonl import (
    LineRefused,
    RefusedLine,
    read_line,
    read_lines,
    refused_line,
)
from service.cli.plain_lines import plain_lines

LIMITS = Limits(largest_km2=2_000, most_vertices=12)
RUN = "run"


def square(west: float = -87.5, size: float = 0.1) -> list[list[float]]:
    east, north = west + size, 46 + size
    return [[west, 46], [east, 46], [east, north], [west, north], [west, 46]]


def feature(ring: Any = None, /, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring or square()]}
    said = {"device": {"channel": "console"}, **properties}
    return {"type": "Feature", "geometry": geometry, "properties": said}


def line(feature: Any) -> bytes:
    return json.dumps(feature).encode()


def one_by_one(lines: list[bytes]) -> list[tuple[int, NewNeighborhood | RefusedLine]]:
    """Read lines without any short cut."""
    read: list[tuple[int, NewNeighborhood | RefusedLine]] = []
    for number, text in enumerate(lines, 1):
        try:
            read.append((number, read_line(text, f"{RUN}/{number}", LIMITS)))
        except (LineRefused, GeoError) as problem:
            read.append((number, refused_line(number, problem.where, problem)))
    return read


TWICE = line(feature()).replace(b'"Feature"', b'"Feature", "type": "Point"')
TWO_SHAPES = line(feature()).replace(b'"properties"', b'"geometry": null, "properties"')
HOLED = feature()
HOLED["geometry"]["coordinates"].append([[-87.47, 46.02], [-87.47, 46.04], [-87.45, 46.04]] * 2)

ODD = {
    "no JSON": b"this is no JSON",
    "cut off": line(feature())[:-1],
    "more behind it": line(feature()) + b" {}",
    "no UTF-8 in a name": line(feature(name="*")).replace(b"*", b"\xff"),
    "no UTF-8 in what nobody reads": line({**feature(), "id": "*"}).replace(b"*", b"\xc0\x80"),
    "half a character": line(feature(name="*")).replace(b"*", b"\\ud83d"),
    "a control character": line(feature(name="*")).replace(b"*", b"\x01"),
    "a type twice": TWICE,
    "a geometry twice": TWO_SHAPES,
    "a Point": line(
        {**feature(radius_m=900), "geometry": {"type": "Point", "coordinates": [1, 2]}}
    ),
    "no properties": line({**feature(), "properties": None}),
    "a list": b"[1, 2]",
    "an altitude": line(feature([[*corner, 12.5] for corner in square()])),
    "a word for a number": line(feature([["1", 2], [3, 4], [5, 6], ["1", 2]])),
    "true for a number": line(feature([[True, 2], [3, 4], [5, 2], [True, 2]])),
    "NaN": line(feature([[float("nan"), 46], *square()[1:-1], [float("nan"), 46]])),
    "a number that is too large": line(feature()).replace(b"-87.5", b"1e999"),
    "an integer that is too large": line(feature()).replace(b"-87.5", b"9" * 400),
    "whole degrees": line(feature([[1, 2], [1.2, 2], [1.2, 2.2], [1, 2]])),
    "not closed": line(feature(square()[:-1])),
    "the other way round": line(feature(square()[::-1])),
    "a bow-tie": line(feature([square()[n] for n in (0, 2, 1, 3, 0)])),
    "axes swapped": line(feature([[lat, lon] for lon, lat in square()])),
    "too large": line(feature(square(size=1.5))),
    "nearly too large": line(feature(square(size=0.5))),
    "too many corners": line(
        feature([*[[-87 - n / 1000, 46 + n * n / 1e5] for n in range(14)], [-87, 46]])
    ),
    "a hole": line(HOLED),
    "over the seam": line(feature([[179.9, 1], [-179.9, 1], [-179.9, 1.1], [179.9, 1]])),
    "null island": line(feature([[0, 0], [0, 0], [0, 0], [0, 0]])),
    "cells": line(feature(h3_resolution=8)),
    "cells that can't be": line(feature(h3_resolution=3)),
    "another's members": line({**feature(colour="red"), "bbox": [1, 2, 3, 4], "id": 7, "x": 1}),
    "a huge subscriber": line(feature(subscriber=2**70)),
    "a wrong language": line(feature(language=7)),
    "no device": line({**feature(), "properties": {}}),
    "a person": line(feature(subscriber="ana", language="es-MX", weekly_cap=1, tester=True)),
    "quiet hours": line(
        feature(quiet_hours={"start": "22:00", "end": "07:00", "time_zone": "America/Chicago"})
    ),
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_an_odd_line_among_plain_ones_says_what_it_says_alone(text: bytes) -> None:
    lines = [line(feature(square(-80))), text, line(feature(square(-70)))]
    assert read_lines(RUN, 1, lines, LIMITS) == one_by_one(lines)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
corners = st.integers(2, 7).map(lambda n: [[-87 + x / 50, 46 + x * x % n / 40] for x in range(n)])
drawings = corners.map(lambda ring: [*ring, ring[0]]) | corners | values
properties = st.fixed_dictionaries(
    {
        "device": st.just({"channel": "console"})
        | st.just({"channel": "fcm", "token": "t"})
        | values
    },
    optional={
        "name": st.text(max_size=5) | values,
        "subscriber": st.text(max_size=3) | st.integers() | values,
        "h3_resolution": st.integers(6, 11),
        "other": values,
    },
)
features = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Feature"] * 9 + ["Point"]),
        "geometry": st.fixed_dictionaries(
            {
                "type": st.sampled_from(["Polygon"] * 9 + ["MultiPolygon"]),
                "coordinates": st.lists(drawings, min_size=1, max_size=2) | values,
            }
        ),
        "properties": properties | values,
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(features.map(line) | st.binary(min_size=1, max_size=30), max_size=6))
def test_lines_read_together_say_what_they_say_alone(lines: list[bytes]) -> None:
    said = [text for text in lines if text.strip(b"\x1e\xef\xbb\xbf \t\r\n") == text]
    assert read_lines(RUN, 1, said, LIMITS) == one_by_one(said)


def test_most_lines_are_plain() -> None:
    lines = [line(feature(square(-80 - n / 100), subscriber=n, name="Home")) for n in range(20)]
    assert None not in plain_lines(lines, LIMITS)


def test_the_limits_of_the_instance_are_named() -> None:
    lines = [ODD["too large"], ODD["too many corners"]]
    said = [read for _, read in read_lines(RUN, 1, lines, LIMITS)]
    assert [one.where for one in said if isinstance(one, RefusedLine)] == ["/geometry"] * 2
    large, many = (one.message for one in said if isinstance(one, RefusedLine))
    assert large.startswith("A neighborhood covers at most 2,000 km²; this one covers ")
    assert many == "A neighborhood has at most 12 vertices; this one has 14."

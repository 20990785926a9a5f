"""What is kept of a drawing, and how large it may be."""

import math
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.audience.kept_ground import (
    COARSEST,
    FINEST,
    KeptGround,
    Limits,
    cost_in_words,
    keep,
    keep_after,
    read_ground,
)
from geo.cells import cells_of
from geo.errors import GeoError
from geo.geojson import to_geometry
from geo.measure import area_km2, vertex_count

LIMITS = Limits(largest_km2=2_000, most_vertices=500)
resolutions = st.integers(COARSEST, FINEST)


def circle(radius_m: float = 1_500, lon: float = -87.4, lat: float = 46.54) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"radius_m": radius_m},
    }


def ring(corners: int, radius_deg: float = 0.01) -> dict[str, Any]:
    turns = [math.tau * n / corners for n in range(corners)]
    outline = [[-87.4 + radius_deg * math.cos(t), 46.5 + radius_deg * math.sin(t)] for t in turns]
    geometry = {"type": "Polygon", "coordinates": [[*outline, outline[0]]]}
    return {"type": "Feature", "geometry": geometry, "properties": {}}


def drawn(**more: float) -> KeptGround:
    return read_ground(circle(**more), LIMITS)


def refusal_of(feature: object, limits: Limits = LIMITS, resolution: int | None = None) -> GeoError:
    with pytest.raises(GeoError) as refused:
        keep(read_ground(feature, limits), resolution, limits)
    return refused.value


def sent_back(kept: KeptGround, digits: int = 7) -> KeptGround:
    geometry = to_geometry(kept.shape, digits=digits)
    return read_ground({"type": "Feature", "geometry": geometry, "properties": {}}, LIMITS)


def test_a_drawing_is_kept_as_it_is() -> None:
    kept = keep(drawn(), None, LIMITS)
    assert kept == drawn()
    assert (kept.radius_m, kept.resolution, kept.cells) == (1_500, None, None)
    assert read_ground(ring(10), LIMITS).radius_m is None


@pytest.mark.parametrize("resolution", range(COARSEST, FINEST + 1))
def test_of_cells_nothing_of_the_drawing_is_kept(resolution: int) -> None:
    kept = keep(drawn(), resolution, LIMITS)
    assert kept.radius_m is None
    assert kept.resolution == resolution
    assert kept.cells == cells_of(drawn().shape, resolution)
    assert kept.shape.covers(drawn().shape)
    corners = set(map(tuple, shapely.get_coordinates(drawn().shape).tolist()))
    assert corners.isdisjoint(map(tuple, shapely.get_coordinates(kept.shape).tolist()))


@settings(max_examples=25)
@given(st.floats(200, 3_000), resolutions)
def test_two_who_live_side_by_side_keep_the_same(radius_m: float, resolution: int) -> None:
    """All that is kept is decided by the cells: nothing else tells two drawings apart."""
    kept = keep(drawn(radius_m=radius_m), resolution, LIMITS)
    again = keep(sent_back(kept), resolution, LIMITS)
    assert (again.cells, again.radius_m) == (kept.cells, None)
    assert again.shape.equals(kept.shape)


def test_the_cost_is_said_in_words() -> None:
    kept = keep(drawn(), 7, LIMITS)
    words = cost_in_words(drawn(), kept)
    assert words.startswith(f"only {len(kept.cells or ())} H3 cells of resolution 7 kept")
    assert f"{area_km2(kept.shape):.2g} km² instead of 7.1 km²" in words
    assert words.endswith("up to 2.2 km outside of what you drew")
    one = keep(drawn(radius_m=50), 7, LIMITS)
    assert cost_in_words(drawn(radius_m=50), one).startswith("only one H3 cell of resolution 7")


@pytest.mark.parametrize("resolution", range(COARSEST, FINEST + 1))
def test_who_chooses_cells_that_hide_little_is_told(resolution: int) -> None:
    words = cost_in_words(drawn(), keep(drawn(), resolution, LIMITS))
    assert ("the middle of a circle can be worked out" in words) is (resolution > 8)


def test_the_distance_that_is_said_is_the_largest_that_can_be() -> None:
    kept, circle_of_it = keep(drawn(), 8, LIMITS), drawn()
    said_km = float(cost_in_words(circle_of_it, kept).rsplit("up to ", 1)[1].split(" km")[0])
    centre = circle_of_it.shape.centroid
    shorter = math.cos(math.radians(centre.y))
    off = (shapely.get_coordinates(kept.shape) - (centre.x, centre.y)) * (shorter, 1) * 111.2
    assert said_km == pytest.approx(math.sqrt((off**2).sum(axis=1).max()) - 1.5, abs=0.06)


@pytest.mark.parametrize("kind", ["Polygon", "MultiPolygon", "GeometryCollection"])
@pytest.mark.parametrize("corners", [501, 600, 20_000, 200_000])
def test_too_many_vertices_are_counted_as_they_were_drawn(corners: int, kind: str) -> None:
    feature = ring(corners)
    polygon = feature["geometry"]
    if kind == "MultiPolygon":
        feature["geometry"] = {"type": kind, "coordinates": [polygon["coordinates"]]}
    if kind == "GeometryCollection":
        feature["geometry"] = {"type": kind, "geometries": [polygon]}
    refused = refusal_of(feature)
    assert (refused.code, refused.where) == ("too_many_vertices", "/geometry")
    assert str(refused) == f"a neighborhood has at most 500 vertices; this one has {corners:,}"


def test_as_many_vertices_as_are_allowed_are_kept() -> None:
    assert vertex_count(read_ground(ring(500), LIMITS).shape) == 500


def test_a_repair_that_makes_too_many_vertices_is_refused_too() -> None:
    crossed = {"type": "Polygon", "coordinates": [[[0, 1], [1, 2], [1, 1], [0, 2], [0, 1]]]}
    feature = {"type": "Feature", "geometry": crossed, "properties": {}}
    refused = refusal_of(feature, Limits(largest_km2=20_000, most_vertices=5))
    assert str(refused).endswith("this one has 6")


def test_too_much_ground_is_refused_with_the_limit() -> None:
    refused = refusal_of(circle(100_000))
    assert (refused.code, refused.where) == ("too_large", "/geometry")
    assert str(refused).startswith("a neighborhood covers at most 2,000 km²; this one covers 31,4")
    assert refusal_of(circle(100_000), resolution=5).where == "/geometry"


@pytest.mark.parametrize(
    ("feature", "resolution", "code", "advice"),
    [
        (circle(24_000), 5, "too_large", "choose 8"),
        (circle(24_000), 9, "too_many_cells", "choose 8"),
        (circle(15_000), 9, "too_many_cells", "choose 8"),
        (circle(24_500), 7, "too_large", "choose 8"),
    ],
)
def test_cells_that_are_too_much_name_a_resolution_that_will_do(
    feature: dict[str, Any], resolution: int, code: str, advice: str
) -> None:
    refused = refusal_of(feature, resolution=resolution)
    assert (refused.code, refused.where) == (code, "/properties/h3_resolution")
    assert str(refused).endswith(f": {advice}")
    assert keep(read_ground(feature, LIMITS), int(advice[-1]), LIMITS).cells


def test_where_no_resolution_will_do_that_is_said() -> None:
    refused = refusal_of(circle(2_000), Limits(largest_km2=16, most_vertices=64), resolution=9)
    assert refused.code == "too_many_vertices"
    assert str(refused).endswith("no other resolution will do either; draw it smaller, or smoother")


@pytest.mark.parametrize("digits", [7, 6, 5])
def test_cells_that_are_sent_back_stay_the_same_cells(digits: int) -> None:
    before = keep(drawn(), 8, LIMITS)
    assert keep_after(before, sent_back(before, digits), 8, LIMITS) is before


def test_cells_can_be_made_coarser_not_finer() -> None:
    before = keep(drawn(), 8, LIMITS)
    coarser = keep_after(before, sent_back(before), 7, LIMITS)
    assert (coarser.resolution, len(coarser.cells or ())) == (7, len(cells_of(before.shape, 7)))
    for finer in (9, None):
        with pytest.raises(GeoError, match="what was drawn is gone: send h3_resolution 8") as no:
            keep_after(before, sent_back(before), finer, LIMITS)
        assert (no.value.code, no.value.where) == ("drawing_is_gone", "/properties/h3_resolution")


def test_a_new_drawing_in_place_of_cells_is_kept_as_asked() -> None:
    before = keep(drawn(), 7, LIMITS)
    anew = drawn(radius_m=900)
    assert keep_after(before, anew, None, LIMITS) == anew
    assert keep_after(before, anew, 9, LIMITS).resolution == 9
    assert keep_after(anew, anew, 8, LIMITS).resolution == 8


@pytest.mark.parametrize("feature", [None, [], {}, {"type": "Feature"}, "Feature"])
def test_what_is_no_feature_is_refused(feature: object) -> None:
    assert refusal_of(feature).code in ("not_an_object", "unknown_type")

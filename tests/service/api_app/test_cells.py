"""Neighborhoods that are kept only as H3 cells: what the API takes, gives and refuses."""

import math
from typing import Any

import h3
import pytest
from shapely.geometry import shape
from sqlalchemy import select

from alerts.store.subscribers import Neighborhood
from service.http import DRAWING_BODY_BYTES
from service.wiring import Runtime
from tests.service.api_app.people import FAR_AWAY, MARQUETTE, Person, circle, polygon

PATH = "/v1/me/neighborhoods"


def as_cells(resolution: object, radius_m: float = 1500) -> dict[str, Any]:
    drawn = circle(MARQUETTE, radius_m, "Home")
    return {**drawn, "properties": {**drawn["properties"], "h3_resolution": resolution}}


def kept_by(wren: Person, resolution: int = 8) -> Any:
    answer = wren.ask("POST", PATH, as_cells(resolution))
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def test_a_drawing_comes_back_as_the_cells_it_lies_in(wren: Person) -> None:
    drawn = kept_by(wren)
    said = drawn["properties"]
    assert (said["h3_resolution"], said["radius_m"], said["name"]) == (8, None, "Home")
    assert len(said["h3_cells"]) == 16
    home = h3.latlng_to_cell(MARQUETTE[1], MARQUETTE[0], 8)
    assert home in said["h3_cells"]
    assert said["drawn_km2"] == 7.08
    assert said["area_km2"] == pytest.approx(12.84, abs=0.01)
    [cost] = said["notes"]
    assert cost.startswith("only 16 H3 cells of resolution 8 kept")
    assert shape(drawn["geometry"]).area == pytest.approx(
        sum(cell_area_deg2(cell) for cell in said["h3_cells"])
    )


def cell_area_deg2(cell: str) -> float:
    ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
    return float(shape({"type": "Polygon", "coordinates": [ring]}).area)


def test_what_is_told_once_is_not_kept(wren: Person) -> None:
    drawn = kept_by(wren)
    shown = wren.ask("GET", f"{PATH}/{drawn['id']}").get_json()
    assert shown["properties"] == {**drawn["properties"], "drawn_km2": None, "notes": []}
    assert shown["geometry"] == drawn["geometry"]
    assert wren.ask("GET", PATH).get_json()["items"] == [shown]
    [exported] = wren.ask("GET", "/v1/me/export").get_json()["neighborhoods"]["features"]
    assert exported["geometry"] == drawn["geometry"]
    for name in ("h3_resolution", "h3_cells", "radius_m"):
        assert exported["properties"][name] == drawn["properties"][name]


def test_a_drawing_that_is_kept_has_no_cells(wren: Person) -> None:
    said = wren.ask("POST", PATH, circle(MARQUETTE)).get_json()["properties"]
    assert (said["h3_resolution"], said["h3_cells"], said["drawn_km2"]) == (None, None, None)
    [exported] = wren.ask("GET", "/v1/me/export").get_json()["neighborhoods"]["features"]
    assert exported["properties"]["h3_cells"] is None


@pytest.mark.parametrize(
    ("resolution", "code"),
    [
        (4, "greater_than_equal"),
        (10, "less_than_equal"),
        (-1, "greater_than_equal"),
        (8.5, "int_type"),
        ("8", "int_type"),
        (True, "int_type"),
        ([8], "int_type"),
    ],
)
def test_another_resolution_is_refused(wren: Person, resolution: object, code: str) -> None:
    answer = wren.ask("POST", PATH, as_cells(resolution))
    assert answer.status_code == 422
    [problem] = answer.get_json()["problems"]
    assert (problem["code"], problem["where"]) == (code, "/properties/h3_resolution")


def test_too_many_cells_are_refused_with_a_resolution_that_will_do(wren: Person) -> None:
    answer = wren.ask("POST", PATH, as_cells(9, radius_m=20_000))
    assert answer.status_code == 422
    assert answer.get_json()["detail"] == (
        "/properties/h3_resolution: The ground has more than 4,500 cells of resolution 9: choose 8."
    )
    assert wren.ask("GET", PATH).get_json()["items"] == []


def test_cells_that_are_sent_back_stay_the_same(wren: Person) -> None:
    drawn = kept_by(wren)
    drawn["properties"]["name"] = "Grandmother"
    answer = wren.ask("PUT", f"{PATH}/{drawn['id']}", drawn)
    assert answer.status_code == 200, answer.text
    again = answer.get_json()
    assert again["properties"]["name"] == "Grandmother"
    assert again["properties"]["h3_cells"] == drawn["properties"]["h3_cells"]
    assert again["properties"]["notes"] == []
    assert again["geometry"] == drawn["geometry"]


@pytest.mark.parametrize("finer", [9, None])
def test_cells_are_not_made_finer_without_a_new_drawing(wren: Person, finer: int | None) -> None:
    path = f"{PATH}/{kept_by(wren)['id']}"
    shown = wren.ask("GET", path).get_json()
    wanted = {**shown, "properties": {**shown["properties"], "h3_resolution": finer}}
    refused = wren.ask("PUT", path, wanted)
    assert refused.status_code == 422
    [problem] = refused.get_json()["problems"]
    assert (problem["code"], problem["where"]) == ("drawing_is_gone", "/properties/h3_resolution")
    assert wren.ask("GET", path).get_json() == shown
    anew = wren.ask("PUT", path, circle(FAR_AWAY) if finer is None else as_cells(finer))
    assert anew.status_code == 200
    assert anew.get_json()["properties"]["h3_resolution"] == finer


def test_cells_are_made_coarser_at_a_wish(wren: Person) -> None:
    path = f"{PATH}/{kept_by(wren)['id']}"
    shown = wren.ask("GET", path).get_json()
    shown["properties"]["h3_resolution"] = 7
    said = wren.ask("PUT", path, shown).get_json()["properties"]
    assert said["h3_resolution"] == 7
    assert {h3.get_resolution(cell) for cell in said["h3_cells"]} == {7}


def test_the_county_is_that_of_the_cells(wren: Person, runtime: Runtime) -> None:
    kept_by(wren)
    with runtime.store.read() as session:
        [row] = session.scalars(select(Neighborhood))
    assert row.county == "26103"  # Marquette, Michigan


def test_an_outline_in_place_of_cells_is_kept_as_one(wren: Person, runtime: Runtime) -> None:
    kept = kept_by(wren)
    assert wren.ask("PUT", f"{PATH}/{kept['id']}", circle(MARQUETTE)).status_code == 200
    with runtime.store.read() as session:
        [row] = session.scalars(select(Neighborhood))
    assert (row.cell_resolution, row.cells, row.radius_m) == (None, None, 1500)


def ring_of(corners: int) -> dict[str, Any]:
    turns = [math.tau * n / corners for n in range(corners)]
    return polygon(*((-87.4 + 0.01 * math.cos(t), 46.5 + 0.01 * math.sin(t)) for t in turns))


@pytest.mark.parametrize("resolution", [None, 8])
@pytest.mark.parametrize("corners", [501, 20_000])
def test_too_many_vertices_are_named_as_they_were_drawn(
    wren: Person, corners: int, resolution: int | None
) -> None:
    sent = ring_of(corners)
    sent["properties"]["h3_resolution"] = resolution
    answer = wren.ask("POST", PATH, sent)
    assert answer.status_code == 422
    assert answer.get_json()["detail"] == (
        f"/geometry: A neighborhood has at most 500 vertices; this one has {corners:,}."
    )


def test_a_body_that_is_no_drawing_is_too_large(wren: Person) -> None:
    for method, path in (("POST", PATH), ("PUT", f"{PATH}/{wren.draws(MARQUETTE)}")):
        answer = wren.ask(method, path, b" " * (DRAWING_BODY_BYTES + 1))
        assert answer.status_code == 413
        assert "1,000,000 bytes" in answer.get_json()["detail"]

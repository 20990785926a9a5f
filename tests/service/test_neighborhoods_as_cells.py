"""On both databases: alerts are matched by the cells, and nothing else of the drawing is left."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h3
import pytest
import shapely
from sqlalchemy import select, text

from alerts.store.idempotency import RememberedAnswer
from alerts.store.subscribers import Neighborhood
from alerts.store.tables import metadata
from alerts.store.waves import Batch
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.geojson import to_geometry
from geo.parts import from_polygons, polygons_of
from service.app import create_app
from service.idempotency import PURPOSE
from service.jobs import Jobs
from service.process import Process
from service.wiring import Runtime
from tests.service.api_app.people import HeardBell, Person, add_feed, poster, push, sign_up

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

PATH = "/v1/me/neighborhoods"
HOME = LonLat(-87.4123457, 46.5412343)
DRAWN = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": list(HOME)},
    "properties": {"radius_m": 1234.5, "name": "Home"},
}
AS_CELLS = {**DRAWN, "properties": {**DRAWN["properties"], "h3_resolution": 8}}  # type: ignore[dict-item]


@pytest.fixture
def jobs(house: Runtime) -> Jobs:
    return Jobs(house)


@pytest.fixture
def wren(house: Runtime, jobs: Jobs) -> Iterator[Person]:
    bell = HeardBell("", jobs)
    person = sign_up(create_app(Process(runtime=house, jobs=jobs, bell=bell)).test_client())
    person.registers()
    yield person
    bell.close()


def traces() -> list[bytes]:
    """Return what gives the drawing away: each number as all that store numbers write it."""
    corners = shapely.get_coordinates(circle_ground(HOME, 1234.5))[::8].tolist()
    found = [struct.pack("<d", 1234.5), b"1234.5"]
    for number in (*HOME, *(number for corner in corners for number in corner)):
        units = round(number * 1e7)
        packed = struct.pack("<i", units)
        doubled = struct.pack("<d", units / 1e7)
        found += [packed, doubled, f"{units / 1e7}".encode()]
    return found


def everything(house: Runtime, folder: Path) -> bytes:
    """Return all that is stored: the bytes of every file, or every column of every table."""
    if house.store.is_sqlite:
        return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    pieces: list[bytes] = []
    with house.store.read() as session:
        for table in metadata.sorted_tables:
            for (row,) in session.execute(text(f'SELECT t::text FROM "{table.name}" t')):  # noqa: S608
                pieces += [row.encode(), *_unhexed(row)]
    return b"\n".join(pieces)


def _unhexed(row: str) -> Iterator[bytes]:
    """Yield what a row shows in hexadecimal: bytes, and shapes."""
    for column in row.strip("()").replace('"', "").split(","):
        try:
            yield bytes.fromhex(column.lstrip("\\x"))
        except ValueError:
            continue


def left_of_the_drawing(house: Runtime, folder: Path) -> list[bytes]:
    stored = everything(house, folder)
    with house.store.read() as session:
        for remembered in session.scalars(select(RememberedAnswer)):
            stored += house.vault.open_own(PURPOSE, remembered.sealed_body)
    return [trace for trace in traces() if trace in stored]


def test_of_cells_nothing_of_the_drawing_is_stored(
    house: Runtime, wren: Person, tmp_path: Path
) -> None:
    answer = wren.ask("POST", PATH, AS_CELLS, Idempotency_Key="once")
    assert answer.status_code == 201, answer.text
    assert left_of_the_drawing(house, tmp_path) == []
    with house.store.read() as session:
        [row] = session.scalars(select(Neighborhood))
    assert (row.cell_resolution, row.radius_m) == (8, None)
    assert row.cells is not None
    assert len(row.cells) == 8 * len(answer.get_json()["properties"]["h3_cells"])


def test_a_drawing_that_is_turned_into_cells_is_forgotten(
    house: Runtime, wren: Person, tmp_path: Path
) -> None:
    drawn = wren.ask("POST", PATH, DRAWN, Idempotency_Key="first").get_json()
    assert len(left_of_the_drawing(house, tmp_path)) > 10
    answer = wren.ask("PUT", f"{PATH}/{drawn['id']}", AS_CELLS, Idempotency_Key="second")
    assert answer.status_code == 200, answer.text
    assert left_of_the_drawing(house, tmp_path) == []


def beside_the_drawing(outline: dict[str, Any]) -> LonLat:
    """Return a place in the cells, as far from the drawing as may be."""
    drawn = circle_ground(HOME, 1234.5)
    outside = shapely.difference(shapely.geometry.shape(outline), drawn)
    widest = shapely.maximum_inscribed_circle(from_polygons(polygons_of(outside)))
    return LonLat(*widest.coords[0])


def drawn_poster(at: LonLat, radius_m: float) -> dict[str, Any]:
    geometry = to_geometry(circle_ground(at, radius_m))
    return {"type": "Feature", "geometry": geometry, "properties": poster()}


def test_reach_is_decided_by_the_cells_alone(house: Runtime, wren: Person) -> None:
    kept = set(wren.ask("POST", PATH, AS_CELLS).get_json()["properties"]["h3_cells"])
    around = {near for cell in kept for near in h3.grid_disk(cell, 1)}
    assert len(around) > len(kept)
    with house.store.read() as session:
        house.index.refresh(session)
        for cell in around:
            lat, lon = h3.cell_to_latlng(cell)
            spot = circle_ground(LonLat(lon, lat), 50)  # well within the cell
            found = house.index.reach(session, spot)
            assert len(found.neighborhood_ids) == (cell in kept)


def test_an_alert_beside_the_drawing_and_in_its_cells_is_told_and_explained(
    house: Runtime, wren: Person, jobs: Jobs
) -> None:
    kept = wren.ask("POST", PATH, AS_CELLS).get_json()
    there = beside_the_drawing(kept["geometry"])
    taken = push(house, add_feed(house), drawn_poster(there, 50))
    assert not circle_ground(there, 60).intersects(circle_ground(HOME, 1234.5))
    jobs.run_until_quiet()
    with house.store.read() as session:
        assert sum(session.scalars(select(Batch.size))) == 1
    [alert] = wren.alerts()["items"]
    assert (alert["id"], alert["told"]) == (str(taken.alert_id), True)
    [why] = alert["why"]
    assert why["neighborhood_id"] == kept["id"]
    assert why["overlap_km2"] == pytest.approx(0.00785, rel=0.02)
    area_km2 = kept["properties"]["area_km2"]
    assert why["overlap_percent"] == pytest.approx(0.785 / area_km2, rel=0.02)


def test_who_keeps_the_drawing_hears_nothing_of_an_alert_beside_it(
    house: Runtime, wren: Person, jobs: Jobs
) -> None:
    kept = wren.ask("POST", PATH, AS_CELLS).get_json()
    there = beside_the_drawing(kept["geometry"])
    assert wren.ask("PUT", f"{PATH}/{kept['id']}", DRAWN).status_code == 200
    push(house, add_feed(house), drawn_poster(there, 50))
    jobs.run_until_quiet()
    with house.store.read() as session:
        assert session.scalars(select(Batch.size)).all() == []
    assert wren.alerts()["items"] == []

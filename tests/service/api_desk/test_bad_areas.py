"""What the desk is told of an area that can't be used, or was repaired."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.wiring import Runtime, wire
from tests.fakes.clock import StandingClock
from tests.service.api_desk.conftest import Person
from tests.service.bad_areas import REFUSED, REPAIRED, THREE_D, UNREADABLE, BadArea
from tests.store.instances import settings_at


@pytest.fixture
def house(tmp_path: Path, migrated_sqlite: Path, clock: StandingClock) -> Iterator[Runtime]:
    """One size is enough: an area is read before any database is asked."""
    path = tmp_path / "porchlight.sqlite3"
    path.write_bytes(migrated_sqlite.read_bytes())
    settings = settings_at(
        tmp_path / "var",
        f"sqlite:///{path}",
        max_body_bytes=20_000_000,
        desk_requests_per_minute=1_000,
    )
    made = wire(settings, clock)
    yield made
    made.close()


def test_each_is_refused_with_a_pointer_and_a_sentence(viewer: Person) -> None:
    for area in REFUSED:
        for before, after, start in (("", "", ""), ('{"area": ', "}", "/area")):
            answer = viewer.reach(f"{before}{area.text}{after}".encode())
            assert answer.status_code == 422, area.name
            assert answer.content_type == "application/problem+json"
            said = answer.get_json()
            assert area.says in said["detail"], area.name
            check_pointer(area, said, start)


def check_pointer(area: BadArea, said: dict[str, list[dict[str, str]]], start: str) -> None:
    for first in said.get("problems", [])[:1]:
        assert first["message"].endswith(".")
        assert first["code"] == (area.code or first["code"]), area.name
        if first["code"] != "too_large":  # it wasn't parsed at all
            assert first["where"].startswith(start + area.where), area.name


def test_what_is_no_json_is_refused_with_its_line(viewer: Person) -> None:
    for area in UNREADABLE:
        answer = viewer.reach(area.text.encode())
        assert answer.status_code in (400, 422), area.name
        assert area.says in answer.get_json()["detail"], area.name


def test_repairs_are_stated(viewer: Person) -> None:
    for area in REPAIRED:
        answer = viewer.reach(area.text.encode())
        assert answer.status_code == 200, (area.name, answer.text)
        notes = answer.get_json()["notes"]
        assert any(area.says in note for note in notes), (area.name, notes)


def test_altitudes_are_left_aside_and_it_is_said(viewer: Person) -> None:
    said = viewer.reach(THREE_D.encode()).get_json()
    assert said["notes"] == ["altitudes were left aside"]
    assert said["area_km2"] > 100


def test_more_than_anybody_draws_is_not_even_read(viewer: Person) -> None:
    answer = viewer.reach(b'{"type": "Polygon", "padding": "' + b"x" * 20_000_000 + b'"}')
    assert answer.status_code == 413
    assert "simplify" in answer.get_json()["detail"]


def test_each_part_of_a_collection_is_named(viewer: Person) -> None:
    good, bad = json.loads(REPAIRED[3].text), json.loads(REFUSED[0].text)
    features = [{"type": "Feature", "geometry": one, "properties": {}} for one in (good, bad)]
    answer = viewer.reach({"type": "FeatureCollection", "features": features})
    assert answer.status_code == 422
    assert answer.get_json()["problems"][0]["where"].startswith("/features/1/geometry")

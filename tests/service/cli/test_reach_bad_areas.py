"""What an operator is told of an area that can't be used, or was repaired."""

from pathlib import Path

import pytest

from tests.service.bad_areas import REFUSED, REPAIRED, THREE_D, UNREADABLE
from tests.service.cli.conftest import Run

pytest_plugins = ("tests.store.databases",)


@pytest.fixture(scope="session")
def prepared_sqlite(migrated_sqlite: Path) -> Path:
    """Tables without places: an area needs none."""
    return migrated_sqlite


def test_each_is_refused_in_one_sentence(quick: Run, tmp_path: Path) -> None:
    file = tmp_path / "area.geojson"
    for area in (*REFUSED, *UNREADABLE):
        file.write_text(area.text)
        ran = quick("reach", str(file), "--json")
        assert (ran.code, ran.out) == (1, ""), area.name
        assert ran.err.count("\n") == 1, area.name
        assert "Traceback" not in ran.err
        assert area.says in ran.err, area.name
        assert area.where in ran.err, area.name


def test_repairs_are_stated(quick: Run, tmp_path: Path) -> None:
    file = tmp_path / "area.geojson"
    for area in REPAIRED:
        file.write_text(area.text)
        ran = quick("reach", str(file), "--json")
        assert ran.code == 0, (area.name, ran.err)
        assert any(area.says in note for note in ran.json["notes"]), area.name
    file.write_text(THREE_D)
    assert "Note: altitudes were left aside." in quick("reach", str(file)).out


def test_a_file_that_is_far_too_large_is_not_even_read(quick: Run, tmp_path: Path) -> None:
    file = tmp_path / "area.geojson"
    with file.open("wb") as huge:
        huge.truncate(2_000_000_000)
    ran = quick("reach", str(file))
    assert ran.code == 1
    assert "2,000,000,000 bytes" in ran.err

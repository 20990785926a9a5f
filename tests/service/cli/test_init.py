"""`porchlight init` makes an instance, and changes nothing when it is run again."""

from pathlib import Path

from tests.service.cli.conftest import Run


def test_it_makes_tables_places_and_the_first_staff_member(
    quick: Run, porchlight: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "fresh"
    made = porchlight("init", "--staff", "ana", "--json", folder=folder)
    assert made.code == 0, made.err
    assert made.json["places"] > 50_000
    assert made.json["staff_added"] == "ana"
    again = quick("init", "--json", folder=folder)
    assert again.json == made.json | {"staff_added": None}


def test_staff_are_added_once(quick: Run) -> None:
    assert quick("staff", "add", "bo", "--json").json == {"name": "bo", "role": "approver"}
    twice = quick("staff", "add", "bo")
    assert twice.code == 1
    assert "already" in twice.err
    listed = quick("staff", "list", "--json").json
    assert {"name": "bo", "role": "approver"} in listed["items"]
    assert quick("staff", "add", " ").code == 2


def test_places_can_be_loaded_again(quick: Run) -> None:
    assert quick("places", "load", "--json").json["places"] > 50_000

"""`porchlight roads`: the interstates are there, and other lines can be imported."""

import json
from pathlib import Path

import pytest

from alerts.roads import THROUGH_ITS_TOWNS
from tests.service.cli.conftest import Run


def roads_file(folder: Path, *codes: str, odd: bool = False) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"FULLNAME": code, "RTTYP": "I"},
            "geometry": {"type": "LineString", "coordinates": [[-98, 30], [-97, 31]]},
        }
        for code in codes
    ]
    if odd:
        features.append({"type": "Feature", "properties": {"FULLNAME": "I- 1"}, "geometry": None})  # type: ignore[dict-item]
    path = folder / "roads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return str(path)


def test_the_interstates_come_with_the_places(quick: Run) -> None:
    (built,) = quick("roads", "list", "--json").json["items"]
    assert built["source"] == THROUGH_ITS_TOWNS
    assert built["roads"] >= 60
    assert THROUGH_ITS_TOWNS in quick("roads", "list").out


def test_lines_are_imported_and_removed(quick: Run, tmp_path: Path) -> None:
    given = roads_file(tmp_path, "I- 35", "I- 35", "I- 37")
    done = quick("roads", "import", given, "--source", "TIGER 2025", "--json")
    assert (done.code, done.json) == (
        0,
        {"source": "TIGER 2025", "imported": 2, "replaced": 0, "odd": []},
    )
    added = quick("roads", "import", given, "--source", "TIGER 2025", "--add", "--json")
    assert added.json["replaced"] == 2
    sources = {i["source"]: i["roads"] for i in quick("roads", "list", "--json").json["items"]}
    assert sources["TIGER 2025"] == 2
    removed = quick("roads", "remove", "TIGER 2025")
    assert "2 roads of TIGER 2025 removed" in removed.out


def test_a_condition_takes_some_only(quick: Run, tmp_path: Path) -> None:
    given = roads_file(tmp_path, "I- 35", "I- 37")
    some = quick("roads", "import", given, "--source", "x", "--only", "FULLNAME=I- 35", "--json")
    assert some.json["imported"] == 1


def test_what_was_left_out_is_said_and_the_rest_is_imported(quick: Run, tmp_path: Path) -> None:
    given = roads_file(tmp_path, "I- 35", odd=True)
    done = quick("roads", "import", given, "--source", "survey")
    assert done.code == 1
    assert "1 roads of survey imported" in done.out
    assert "/features/1/geometry: I-1: A road is a LineString" in done.out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--source", THROUGH_ITS_TOWNS), "built-in"),
        (("--source", "x" * 41), "1 to 40 characters"),
        (("--source", " "), "1 to 40 characters"),
        (("--source", "x", "--only", "class"), "isn't FIELD=VALUE"),
        (("--source", "x", "--code-field", "nothing"), "No road was found"),
    ],
)
def test_what_can_t_be_imported_is_refused_in_a_sentence(
    quick: Run, tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    done = quick("roads", "import", roads_file(tmp_path, "I- 35"), *options)
    assert done.code != 0
    assert says in done.err

"""`porchlight reach`: exact counts for an area, and the ids behind them."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.service.cli.conftest import Run
from tests.service.cli.test_subscriber_import import circle, fcm, square, written


@pytest.fixture
def people(quick: Run, tmp_path: Path) -> None:
    near = [circle(-87.4 + i / 100, subscriber="ana", device=fcm("ana")) for i in range(3)]
    bo = circle(-87.4, subscriber="bo", device=fcm("bo"))
    far = circle(-100, device=fcm("far"))
    quick("subscriber", "import", str(written(tmp_path / "people.geojsonl", *near, bo, far)))


@pytest.mark.usefixtures("people")
def test_it_counts_neighborhoods_people_and_devices(quick: Run, tmp_path: Path) -> None:
    area = written(tmp_path / "area.geojson", circle(-87.4, radius_m=10_000))
    ids = tmp_path / "ids"
    ran = quick("reach", str(area), "--ids", str(ids), "--json")
    assert ran.code == 0, ran.err
    counts = {key: ran.json[key] for key in ("neighborhoods", "subscribers", "devices")}
    assert counts == {"neighborhoods": 4, "subscribers": 2, "devices": 2}
    assert ran.json["took_ms"] > 0
    found = np.load(ids).tolist()
    assert len(found) == 4
    assert found == sorted(set(found))
    assert "4 neighborhoods of 2 people" in quick("reach", str(area)).out


@pytest.mark.usefixtures("people")
def test_a_collection_is_one_area(quick: Run, tmp_path: Path) -> None:
    collection = {
        "type": "FeatureCollection",
        "features": [circle(-87.4, radius_m=10_000), circle(-100, radius_m=500)],
    }
    area = tmp_path / "area.geojson"
    area.write_text(json.dumps(collection))
    assert quick("reach", str(area), "--json").json["neighborhoods"] == 5


def test_an_area_that_is_none_is_a_sentence(quick: Run, tmp_path: Path) -> None:
    for text in ("nonsense", '{"type": "Polygon", "coordinates": []}', "[]"):
        (tmp_path / "area").write_text(text)
        ran = quick("reach", str(tmp_path / "area"))
        assert ran.code == 1
        assert ran.err.count("\n") == 1
    assert quick("reach", str(tmp_path / "none")).code == 2


@pytest.mark.usefixtures("people")
def test_it_is_exact_by_channel_language_county_and_night(quick: Run, tmp_path: Path) -> None:
    first, second = (
        {"start": start, "end": end, "time_zone": "UTC", "tiers": ["missing"]}
        for start, end in (("00:00", "12:00"), ("12:00", "00:00"))
    )
    more = circle(-87.4, subscriber="cy", device=fcm("cy"), language="es", quiet_hours=first)
    tester = circle(-87.4, subscriber="di", device=fcm("di"), tester=True, quiet_hours=second)
    quick("subscriber", "import", str(written(tmp_path / "more.geojsonl", more, tester)))
    area = written(tmp_path / "area.geojson", circle(-87.4, radius_m=10_000))
    said = quick("reach", str(area), "--json").json
    assert said["devices_by"] == [
        {"channel": "fcm", "language": "en", "devices": 3},
        {"channel": "fcm", "language": "es", "devices": 1},
    ]
    assert said["counties"] == [
        {
            "county": "26103",
            "name": "Marquette County, MI",
            "neighborhoods": 6,
            "subscribers": 4,
        }
    ]
    assert (said["tier"], said["testers_only"], said["already_told"]) == ("missing", False, None)
    assert said["area_km2"] == pytest.approx(314, rel=0.01)
    assert said["in_quiet_hours"] == 1  # at any hour one of the two sleeps
    amber = quick("reach", str(area), "--tier", "amber", "--testers", "--json").json
    assert (amber["neighborhoods"], amber["devices"], amber["in_quiet_hours"]) == (1, 1, 0)
    table = quick("reach", str(area)).out
    for words in (
        "fcm      es        1",
        "Marquette County, MI",
        "In quiet hours now, for missing",
    ):
        assert words in table


def test_an_alert_that_there_is_not_can_have_told_nobody(quick: Run, tmp_path: Path) -> None:
    area = written(tmp_path / "area.geojson", square(10))
    assert quick("reach", str(area), "--alert", "018f4d2e-0000-7000-8000-000000000000").code == 1
    assert quick("reach", str(area), "--alert", "x").code == 2


def test_nobody_is_zero(quick: Run, tmp_path: Path) -> None:
    area = written(tmp_path / "area.geojson", square(10))
    assert quick("reach", str(area), "--json").json["neighborhoods"] == 0

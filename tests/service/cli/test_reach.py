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
    assert np.load(ids).tolist() == [1, 2, 3, 4]
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


def test_nobody_is_zero(quick: Run, tmp_path: Path) -> None:
    area = written(tmp_path / "area.geojson", square(10))
    assert quick("reach", str(area), "--json").json["neighborhoods"] == 0

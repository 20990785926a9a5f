"""`porchlight places import`: does a code set that was imported name ground in CAP?"""

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from alerts.area.derive import AreaPolicy, derive_area
from alerts.poster import CaseKey, Poster, SourceArea
from alerts.store.places import StoredPlaces
from service.wiring import Runtime
from tests.service.cli.conftest import Run


def zone(code: str, west: float) -> dict[str, object]:
    ring = [[west, 46], [west + 1, 46], [west + 1, 47], [west, 47], [west, 46]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"EMMA_ID": code}, "geometry": geometry}


def zones(*codes: str) -> str:
    features = [zone(code, 5 + n) for n, code in enumerate(codes)]
    return json.dumps({"type": "FeatureCollection", "features": features})


def area_of(places: StoredPlaces, value_name: str, code: str) -> float | None:
    poster = Poster(
        case=CaseKey(organization="example", number="1"),
        areas=(SourceArea(geocodes=((value_name.lower(), code),)),),
    )
    area = derive_area(poster, places, AreaPolicy()).area
    return area.area_km2 if area else None


def test_imported_codes_name_the_ground_of_cap(
    quick: Run, tmp_path: Path, runtime: Runtime
) -> None:
    file = tmp_path / "emma.geojson"
    file.write_text(zones("XX001", "XX002"))
    assert area_of(StoredPlaces(runtime.store), "EMMA_ID", "XX002") is None
    done = quick("places", "import", str(file), "--scheme", "EMMA_ID", "--json")
    assert done.code == 0
    assert done.json == {"scheme": "emma", "imported": 2, "replaced": 0, "odd": []}
    assert area_of(StoredPlaces(runtime.store), "EMMA_ID", "XX002") == pytest.approx(8_500, rel=0.1)
    file.write_text(zones("XX003"))
    added = quick("places", "import", str(file), "--scheme", "emma", "--add", "--json")
    assert added.json["replaced"] == 0
    assert area_of(StoredPlaces(runtime.store), "emma_id", "XX002") is not None
    replaced = quick("places", "import", str(file), "--scheme", "emma", "--json")
    assert replaced.json["replaced"] == 3
    assert area_of(StoredPlaces(runtime.store), "EMMA_ID", "XX002") is None
    assert area_of(StoredPlaces(runtime.store), "EMMA_ID", "XX003") is not None


def test_a_running_process_sees_what_was_imported(
    quick: Run, tmp_path: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.store.places.REMEMBERED_S", 0.0)
    running = StoredPlaces(runtime.store)
    assert area_of(running, "EMMA_ID", "XX009") is None
    file = tmp_path / "emma.geojson"
    file.write_text(zones("XX009"))
    quick("places", "import", str(file), "--scheme", "EMMA_ID")
    assert area_of(running, "EMMA_ID", "XX009") is not None


def test_archives_and_folders_are_read(quick: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("in/zones.geojson", zones("XX001"))
        archive.writestr("readme.txt", "no zones")
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as tar:
        content = zones("XX002").encode()
        member = tarfile.TarInfo("in/zones.geojson")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "zones.json").write_text(zones("XX003"))
    given = [str(tmp_path / name) for name in ("a.zip", "b.tar.gz", "c")]
    done = quick("places", "import", *given, "--scheme", "EMMA_ID", "--json")
    assert (done.code, done.json["imported"]) == (0, 3)


def test_what_was_left_out_is_said_and_the_rest_is_imported(quick: Run, tmp_path: Path) -> None:
    file = tmp_path / "emma.geojsonl"
    file.write_text(json.dumps(zone("XX001", 5)) + "\n" + "{broken\n")
    done = quick("places", "import", str(file), "--scheme", "EMMA_ID")
    assert done.code == 1
    assert "1 places of emma imported" in done.out
    assert "emma.geojsonl:2: This isn't JSON." in done.out


@pytest.mark.parametrize(
    ("scheme", "content", "says"),
    [
        ("county", zones("XX001"), "built in"),
        ("a name that is far too long", zones("XX001"), "At most 16 characters"),
        ("EMMA_ID", "no places", "No place was found"),
    ],
)
def test_what_can_t_be_imported_is_refused_in_a_sentence(
    quick: Run, tmp_path: Path, scheme: str, content: str, says: str
) -> None:
    file = tmp_path / "zones.geojson"
    file.write_text(content)
    done = quick("places", "import", str(file), "--scheme", scheme)
    assert done.code != 0
    assert says in done.err

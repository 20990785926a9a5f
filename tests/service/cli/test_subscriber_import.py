"""`porchlight subscriber import`: good lines come in, bad ones are named, nobody is doubled."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from alerts.audience.kept_ground import Limits
from alerts.store.devices import devices_of
from alerts.store.subscribers import (
    Device,
    Neighborhood,
    NeighborhoodChange,
    Subscriber,
    neighborhoods_of,
)
from service.cli import reading
from service.cli.geojsonl import RefusedLine
from service.wiring import Runtime
from tests.service.cli.conftest import Run

LIMITS = Limits(largest_km2=2_000, most_vertices=500)


def circle(lon: float, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, 46.54]},
        "properties": {"radius_m": 1500, **properties},
    }


def square(west: float, **properties: Any) -> dict[str, Any]:
    ring = [[west, 46], [west + 0.1, 46], [west + 0.1, 46.1], [west, 46.1], [west, 46]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def written(path: Path, *features: Any) -> Path:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in features]
    path.write_text("\n".join(lines) + "\n")
    return path


def fcm(token: str) -> dict[str, str]:
    return {"channel": "fcm", "token": token}


def test_good_lines_come_in_and_bad_lines_are_named(quick: Run, tmp_path: Path) -> None:
    file = written(
        tmp_path / "people.geojsonl",
        circle(-87.4, device=fcm("a")),
        "this is no JSON",
        square(-87.5, device={"channel": "console"}),
        circle(-87.4, radius_m="wide", device=fcm("b")),
        "",
        circle(-87.4, device={"channel": "pigeon"}),
        circle(-87.4),
        square(-87.6, device={"channel": "fcm"}),
        {"type": "Point", "coordinates": [0, 0]},
    )
    ran = quick("subscriber", "import", str(file), "--json")
    assert ran.code == 1
    counts = {key: ran.json[key] for key in ("imported", "subscribers", "devices")}
    assert counts == {"imported": 2, "subscribers": 2, "devices": 2}
    refused = {one["line"]: one["where"] for one in ran.json["refused"]}
    assert refused == {
        2: "",
        4: "/properties/radius_m",
        6: "/properties/device/channel",
        7: "/properties/device",
        8: "/properties/device",
        9: "/type",
    }


def test_lines_of_one_key_or_one_device_are_one_person(
    quick: Run, tmp_path: Path, runtime: Runtime
) -> None:
    file = written(
        tmp_path / "people.geojsonl",
        circle(
            -87.4, subscriber="ana", device={"channel": "console"}, language="es-MX", name="Home"
        ),
        circle(-87.2, subscriber="ana", name="School", device={"channel": "console"}),
        square(-87.5, device=fcm("same")),
        square(-87.9, device=fcm("same")),
        circle(-87.4, subscriber="bo", device=fcm("same")),
    )
    ran = quick("subscriber", "import", str(file), "--json")
    counts = {key: ran.json[key] for key in ("imported", "subscribers", "devices")}
    assert counts == {"imported": 4, "subscribers": 2, "devices": 2}
    assert [one["line"] for one in ran.json["refused"]] == [5]
    with runtime.store.read() as session:
        ana = session.scalars(select(Subscriber).order_by(Subscriber.id)).first()
        assert ana is not None
        assert ana.language == "es"
        assert [n.name for n in neighborhoods_of(session, ana.id)] == ["Home", "School"]
        assert [n.radius_m for n in neighborhoods_of(session, ana.id)] == [1500, 1500]
        assert len(devices_of(session, ana.id)) == 1
        changes = session.scalar(select(func.count()).select_from(NeighborhoodChange))
        assert changes == 4


def test_an_address_has_one_owner_also_after_a_second_import(
    quick: Run, tmp_path: Path, runtime: Runtime
) -> None:
    file = written(tmp_path / "people.geojsonl", circle(-87.4, device=fcm("one")))
    quick("subscriber", "import", str(file))
    quick("subscriber", "import", str(file))
    with runtime.store.read() as session:
        devices = session.scalars(select(Device).order_by(Device.id)).all()
    assert [device.ended_reason for device in devices] == ["registered_elsewhere", None]


def test_what_people_chose_is_kept(quick: Run, tmp_path: Path, runtime: Runtime) -> None:
    quiet = {"start": "22:00", "end": "07:00", "time_zone": "America/Detroit"}
    chosen = circle(-87.4, device=fcm("a"), quiet_hours=quiet, tester=True, weekly_cap=1)
    wrong = circle(-87.4, device=fcm("b"), quiet_hours=quiet | {"time_zone": "Mars/Olympus"})
    ran = quick("subscriber", "import", str(written(tmp_path / "p", chosen, wrong)), "--json")
    assert ran.json["refused"][0]["where"] == "/properties/quiet_hours/time_zone"
    with runtime.store.read() as session:
        person = session.scalars(select(Subscriber)).one()
    assert (person.tester, person.weekly_cap) == (True, 1)
    assert person.quiet_hours is not None
    assert person.quiet_hours["time_zone"] == "America/Detroit"


def test_many_cores_read_the_same_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    features = [square(-100 + i / 100, device=fcm(str(i))) for i in range(2_500)]
    file = written(tmp_path / "people.geojsonl", *features[:1_200], "no", *features[1_200:])
    alone = list(reading.read_file(file, LIMITS))
    monkeypatch.setattr(reading, "WORTH_MORE_CORES", 0)
    together = list(reading.read_file(file, LIMITS))
    assert together == alone
    assert [n for n, line in together if isinstance(line, RefusedLine)] == [1_201]


def test_what_is_imported_is_what_was_drawn(quick: Run, tmp_path: Path, runtime: Runtime) -> None:
    quick("subscriber", "import", str(written(tmp_path / "p", square(-87.5, device=fcm("a")))))
    with runtime.store.read() as session:
        shape = session.scalars(select(Neighborhood)).one().shape
    assert shape.bounds == (-87.5, 46.0, -87.4, 46.1)


def test_what_is_imported_has_its_county(quick: Run, tmp_path: Path, runtime: Runtime) -> None:
    file = written(tmp_path / "p", square(-87.5, device=fcm("a")), square(2.3, device=fcm("b")))
    quick("subscriber", "import", str(file))
    with runtime.store.read() as session:
        drawn = session.scalars(select(Neighborhood).order_by(Neighborhood.subscriber_id)).all()
    assert [n.county for n in drawn] == ["26103", ""]  # Marquette County, and France


def test_a_neighborhood_above_the_limits_is_refused_and_the_limit_named(
    quick: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORCHLIGHT_LARGEST_NEIGHBORHOOD_KM2", "50")
    file = written(tmp_path / "p", square(-87.5, device=fcm("a")), circle(-87.4, device=fcm("b")))
    ran = quick("subscriber", "import", str(file), "--json")
    assert (ran.code, ran.json["imported"]) == (1, 1)
    (refused,) = ran.json["refused"]
    assert (refused["line"], refused["where"]) == (1, "/geometry")
    assert refused["message"].startswith("A neighborhood covers at most 50 km²; this one covers")

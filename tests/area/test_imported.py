"""Are an operator's code sets read as their publishers write them?"""

import json
from typing import Any

import pytest

from alerts.area.imported import ImportChoice, ReadPlaces, read_imported
from alerts.area.schemes import scheme_of
from geo.measure import area_km2

Json = dict[str, Any]


def square(west: float, south: float, size: float = 1.0) -> Json:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(properties: Json | None, geometry: Json | None, **more: object) -> Json:
    return {"type": "Feature", "properties": properties, "geometry": geometry, **more}


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def read(content: bytes, scheme: str, name: str = "set.geojson", **said: str) -> ReadPlaces:
    return read_imported([(name, content)], ImportChoice(scheme=scheme, **said))


@pytest.mark.parametrize(
    ("scheme", "properties", "code", "name", "country"),
    [
        ("nuts", {"NUTS_ID": "DE212", "NUTS_NAME": "Exampleburg", "CNTR_CODE": "DE"},
         "DE212", "Exampleburg", "DE"),
        ("emma", {"EMMA_ID": "FR433", "name": "Exemple"}, "FR433", "Exemple", None),
        ("iso3166-2", {"iso_3166_2": "MX-JAL", "name": "Ejemplo", "iso_a2": "MX"},
         "MX-JAL", "Ejemplo", "MX"),
        ("cap-cp", {"CDUID": 3520, "CDNAME": "Example"}, "3520", "Example", None),
        ("ugc", {"STATE": "TX", "ZONE": "7", "NAME": "Example"}, "TXZ007", "Example", "US"),
        ("grid", {"code": "A1"}, "A1", "A1", None),
    ],
)  # fmt: skip
def test_each_publisher_s_columns_are_found(
    scheme: str, properties: Json, code: str, name: str, country: str | None
) -> None:
    found = read(collection(feature(properties, square(10, 50))), scheme)
    assert found.notes == ()
    (place,) = found.places
    assert (place.scheme, place.code, place.name) == (scheme, code, name)
    assert place.country == country
    assert place.shape is not None
    assert 10 < place.lon < 11
    assert 50 < place.lat < 51


def test_a_named_column_is_taken_and_no_other() -> None:
    content = collection(feature({"code": "wrong", "KEY": "right", "T": "Name"}, square(0.5, 0.5)))
    (place,) = read(content, "grid", code_field="KEY", name_field="T", country="GB").places
    assert (place.code, place.name, place.country) == ("right", "Name", "GB")


def test_a_file_of_one_feature_is_named_for_its_code() -> None:
    content = json.dumps(feature({"NAME": "Example"}, square(-97, 30))).encode()
    (place,) = read(content, "ugc", name="UGC/txz192.geojson").places
    assert place.code == "TXZ192"


def test_one_feature_a_line_is_read_and_a_broken_line_is_named() -> None:
    good = json.dumps(feature({"code": "A"}, square(1, 1)))
    found = read(f"{good}\n{{broken\n\n".encode(), "grid", name="set.geojsonl")
    assert [place.code for place in found.places] == ["A"]
    assert [(note.where, note.is_used) for note in found.notes] == [("set.geojsonl:2", False)]


def test_features_of_one_code_are_one_place() -> None:
    content = collection(
        feature({"code": "ISLES"}, square(1, 1)), feature({"code": "ISLES"}, square(3, 1))
    )
    (place,) = read(content, "grid").places
    assert place.shape is not None
    assert place.shape.geom_type == "MultiPolygon"
    assert area_km2(place.shape) == pytest.approx(2 * 12_300, rel=0.01)


def test_what_can_t_be_used_is_said_with_its_place_and_stops_nothing() -> None:
    content = collection(
        "no feature",
        feature({}, square(1, 1)),
        feature({"code": "POINT"}, {"type": "Point", "coordinates": [1, 1]}),
        feature({"code": "NOTHING"}, None),
        feature({"code": "X" * 33}, square(1, 1)),
        feature({"code": "GOOD"}, square(5, 5)),
    )
    found = read(content, "grid")
    assert [place.code for place in found.places] == ["GOOD"]
    assert [note.where for note in found.notes] == [
        "set.geojson#/features/0",
        "set.geojson#/features/1",
        "set.geojson#/features/2/geometry/type",
        "set.geojson#/features/3/geometry",
        "set.geojson#/features/4",
    ]


def test_a_repair_is_said_and_the_place_is_used() -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[0, 1], [1, 2], [1, 1], [0, 2], [0, 1]]]}
    found = read(collection(feature({"code": "TIE"}, bow_tie)), "grid")
    assert [place.code for place in found.places] == ["TIE"]
    assert [note.is_used for note in found.notes] == [True]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"[" * 100_000, b"null", b"[1, 2]", b'{"type": "Topology"}']
)
def test_a_file_that_is_no_geojson_holds_no_places(content: bytes) -> None:
    assert read(content, "grid").places == ()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("UGC", "ugc"),
        ("EMMA_ID", "emma"),
        ("NUTS3", "nuts"),
        ("ISO 3166-2", "iso3166-2"),
        ("profile:CAP-CP:Location:0.3", "cap-cp"),
        ("My  Own", "my own"),
    ],
)
def test_a_scheme_is_known_by_the_names_that_senders_use(said: str, meant: str) -> None:
    assert scheme_of(said) == meant

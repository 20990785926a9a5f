"""Every real document at hand says what a person reads in it (the table is `expected`)."""

from datetime import datetime
from functools import cache
from math import pi
from pathlib import Path

import pytest
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from alerts.area.derive import AreaPolicy, derive_area
from alerts.area.listed import ListedPlaces
from alerts.area_of_interest import Provenance
from alerts.intake.cap.containers import DocumentReading, read_document
from alerts.intake.cap.ground import explicit_ground
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.cap.values import CapAlert
from alerts.poster import Poster
from service import database
from tests.intake.cap.documents import codes
from tests.intake.cap.expected import INDEXES, REFUSED, Bounds, Expected, bushfire
from tests.intake.cap.expected_others import EXPECTED

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "cap"
FILES = {str(p.relative_to(DATA)) for p in DATA.glob("**/*") if p.is_file()}
HERE = sorted(FILES & EXPECTED.keys())
PLACES = ListedPlaces(database.build_places)
POINT_KM = 1.0  # what stands for a circle of radius 0
OTHERS = {  # the alerts of bushfire_invalid.edxlde beside the broken one
    0: bushfire("40500", "2011-10-17T11:18:00Z", 151.9576, -30.546),
    2: bushfire("40394", "2011-10-17T05:30:00Z", 141.3707, -29.0699),
    6: bushfire("40435", "2011-10-17T02:30:00Z", 149.1685, -33.7614),
}


@cache
def reading_of(name: str) -> DocumentReading:
    return read_document((DATA / name).read_bytes())


def pairs(name: str) -> list[tuple[Expected, CapAlert]]:
    alerts = [reading.alert for reading in reading_of(name).alerts]
    assert len(alerts) == len(EXPECTED[name])
    return [(one, alert) for one, alert in zip(EXPECTED[name], alerts, strict=True) if alert]


def test_the_table_names_every_file() -> None:
    named = EXPECTED.keys() | INDEXES.keys() | REFUSED.keys()
    assert named >= FILES
    assert not FILES or named <= FILES


@pytest.mark.parametrize("name", HERE)
def test_it_is_by_the_sender_and_about_the_messages_that_the_file_names(name: str) -> None:
    assert len(pairs(name)) == len(EXPECTED[name])
    for one, alert in pairs(name):
        same_message(one, alert)


def same_message(one: Expected, alert: CapAlert) -> None:
    assert (alert.identifier, alert.sender) == (one.identifier, one.sender)
    assert alert.sent == datetime.fromisoformat(one.sent)
    assert (alert.status, alert.msg_type, alert.scope) == (one.status, one.msg_type, one.scope)
    assert tuple(map(str, alert.references)) == one.references
    assert all(reference.sent is not None for reference in alert.references)
    assert tuple(info.language for info in alert.infos) == one.languages
    poster = poster_from_cap(alert)
    assert (poster.case.organization, poster.case.number) == (one.sender, one.identifier)
    assert tuple(n.language for n in poster.narratives) == one.languages


@pytest.mark.parametrize("name", HERE)
def test_its_areas_are_those_of_the_file(name: str) -> None:
    for one, alert in pairs(name):
        poster = poster_from_cap(alert)
        found = [code for area in poster.areas for code in area.geocodes]
        assert list(dict.fromkeys(found)) == list(one.geocodes)
        polygons(one, poster)
        circles(one, poster)
        ground(one, explicit_ground(poster.areas))


def polygons(one: Expected, poster: Poster) -> None:
    rings = [ring for area in poster.areas if area.geometry for ring in outer_rings(area.geometry)]
    bounds: list[Bounds] = []
    for ring in rings:
        lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
        assert ring[0] == ring[-1]
        bounds.append((min(lons), min(lats), max(lons), max(lats)))
    assert bounds == list(one.polygons)


def outer_rings(geometry: dict[str, object]) -> list[list[tuple[float, float]]]:
    coordinates = geometry["coordinates"]
    assert isinstance(coordinates, list)
    parts = [coordinates] if geometry["type"] == "Polygon" else coordinates
    return [[(lon, lat) for lon, lat in part[0]] for part in parts]


def circles(one: Expected, poster: Poster) -> None:
    found = [(c.lon, c.lat, c.radius_m) for area in poster.areas for c in area.circles]
    assert list(dict.fromkeys(found)) == [
        (lon, lat, (km or POINT_KM) * 1000) for lon, lat, km in one.circles
    ]


def ground(one: Expected, shape: BaseGeometry | None) -> None:
    assert (shape is not None) == bool(one.polygons or one.circles)
    if shape is None:
        return
    if one.polygons:
        west, south, east, north = zip(*one.polygons, strict=True)
        assert shape.bounds == (min(west), min(south), max(east), max(north))
        parts = len(shape.geoms) if isinstance(shape, MultiPolygon) else 1
        assert parts == (one.parts or len(one.polygons))


@pytest.mark.parametrize("name", HERE)
def test_its_ground_is_where_people_are_told(name: str) -> None:
    for one, alert in pairs(name):
        derived = derive_area(poster_from_cap(alert), PLACES, AreaPolicy())
        if not (one.polygons or one.circles or one.places):
            assert derived.area is None
            continue
        assert derived.area is not None
        if one.places:
            assert set(derived.area.places) == set(one.places)
            assert derived.area.provenance is Provenance.GEOCODE
            continue
        assert derived.area.provenance is Provenance.EXPLICIT
        for lon, lat, km in one.circles:
            middle = derived.area.shape.centroid
            assert (middle.x, middle.y) == pytest.approx((lon, lat), abs=0.01)
            assert derived.area.area_km2 == pytest.approx(pi * (km or POINT_KM) ** 2, rel=0.01)


@pytest.mark.parametrize("name", sorted(FILES & INDEXES.keys()))
def test_an_index_leads_to_the_alerts_that_it_names(name: str) -> None:
    reading = reading_of(name)
    assert reading.alerts == ()
    assert (len(reading.links), reading.links[0]) == INDEXES[name]


@pytest.mark.parametrize("name", sorted(FILES & REFUSED.keys()))
def test_what_cannot_be_acted_on_says_why(name: str) -> None:
    reading = reading_of(name)
    problems = (*reading.problems, *(p for alert in reading.alerts for p in alert.problems))
    assert codes(problems, "error") == {REFUSED[name]}


@pytest.mark.parametrize(
    "name", sorted(FILES & {"google-cap-library/testdata/bushfire_invalid.edxlde"})
)
def test_a_broken_alert_leaves_the_others_of_its_envelope(name: str) -> None:
    alerts = [reading.alert for reading in reading_of(name).alerts]
    assert [alert is None for alert in alerts] == [False, True, *[False] * 5]
    for number, one in OTHERS.items():
        alert = alerts[number]
        assert alert is not None
        same_message(one, alert)

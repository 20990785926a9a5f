"""How many an area would reach, as the desk may see it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from alerts.alert import Tier
from alerts.store.alerts import Alert
from alerts.store.engine import Store
from alerts.store.places import Place
from alerts.store.subscribers import Neighborhood, Subscriber
from alerts.store.vault import Vault
from geo.coordinates import LonLat
from service.wiring import Runtime
from tests.audience.told import answer_all
from tests.audience.town import Town
from tests.fakes.clock import StandingClock
from tests.service.api_desk.conftest import Person
from tests.service.api_partner.documents import add_neighbours

AREA: dict[str, Any] = {"type": "Point", "coordinates": [-87.4, 46.54], "radius_m": 8000}
NIGHT = {"start": "08:00:00", "end": "20:00:00", "time_zone": "UTC", "tiers": ["missing"]}


def shown(person: Person, document: object) -> dict[str, Any]:
    answer = person.reach(document)
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = answer.get_json()
    return whole


def totals(person: Person, document: object) -> tuple[object, object, object]:
    said = shown(person, document)
    return said["neighborhoods"], said["subscribers"], said["devices"]


def live_in_marquette(house: Runtime) -> None:
    """Name the county, and have half of the people live there."""
    with house.store.begin() as session:
        place = {"scheme": "county", "code": "26103", "folded": "marquette", "lon": -87, "lat": 46}
        session.add(Place(**place, name="Marquette County", region="MI", country="US"))
        session.execute(update(Neighborhood).values(county=""))
        session.execute(update(Neighborhood).where(Neighborhood.id > 14).values(county="26103"))


def test_totals_are_exact_and_parts_in_tens(house: Runtime, viewer: Person) -> None:
    add_neighbours(house, 37)
    live_in_marquette(house)
    with house.store.begin() as session:
        session.execute(update(Subscriber).where(Subscriber.id <= 29).values(quiet_hours=NIGHT))
        session.execute(update(Subscriber).where(Subscriber.id > 32).values(language="es"))
    said = shown(viewer, {"area": AREA})
    took_ms = said.pop("took_ms")
    assert took_ms > 0
    assert said == {
        "neighborhoods": 37,
        "subscribers": 37,
        "devices": 37,
        "devices_by": [{"channel": "console", "language": "en", "devices": 30}],
        "in_quiet_hours": 20,
        "already_told": None,
        "counties": [{"county": "26103", "name": "Marquette County, MI", "subscribers": 20}],
        "tier": "missing",
        "testers_only": False,
        "area_km2": pytest.approx(201.1, rel=0.01),
        "notes": [],
    }


def test_fewer_than_ten_are_hidden(house: Runtime, viewer: Person) -> None:
    assert totals(viewer, AREA) == ("<10", "<10", "<10")
    add_neighbours(house, 9)
    assert totals(viewer, AREA) == ("<10", "<10", "<10")
    add_neighbours(house, 1)
    assert totals(viewer, AREA) == (10, 10, 10)


def test_amber_breaks_through_the_night(house: Runtime, viewer: Person) -> None:
    add_neighbours(house, 20)
    with house.store.begin() as session:
        session.execute(update(Subscriber).values(quiet_hours=NIGHT))
    assert shown(viewer, {"area": AREA})["in_quiet_hours"] == 10  # all, and no rest is told
    assert shown(viewer, {"area": AREA, "tier": "amber"})["in_quiet_hours"] == "<10"


def test_testers_alone_are_counted_for_an_exercise(house: Runtime, viewer: Person) -> None:
    add_neighbours(house, 20)
    add_neighbours(house, 15, tester=True)
    assert totals(viewer, AREA)[1] == 35
    assert totals(viewer, {"area": AREA, "testers_only": True})[1] == 15


def test_who_knows_of_an_alert_is_counted(
    house: Runtime, store: Store, vault: Vault, clock: StandingClock, viewer: Person
) -> None:
    add_neighbours(house, 25)
    town = Town(store=store, vault=vault, clock=clock)
    alert = town.alert(tier=Tier.ENDANGERED)
    alert_id = str(public_id(house, alert))
    before = shown(viewer, {"area": AREA, "alert_id": alert_id})
    assert (before["already_told"], before["tier"]) == ("<10", "endangered")
    town.plan(alert)
    answer_all(town)
    assert shown(viewer, {"area": AREA, "alert_id": alert_id})["already_told"] == 20
    unknown = viewer.reach({"area": AREA, "alert_id": "018f4d2e-0000-7000-8000-000000000000"})
    assert unknown.status_code == 404


def public_id(house: Runtime, alert: int) -> UUID:
    with house.store.read() as session:
        return session.get_one(Alert, alert).public_id


def test_the_area_is_geojson_itself_or_under_area(house: Runtime, viewer: Person) -> None:
    add_neighbours(house, 12)
    ring = [[-87.5, 46.5], [-87.3, 46.5], [-87.3, 46.6], [-87.5, 46.6], [-87.5, 46.5]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    point = {key: value for key, value in AREA.items() if key != "radius_m"}
    feature = {"type": "Feature", "geometry": point, "properties": {"radius_m": 8000}}
    collection = {"type": "FeatureCollection", "features": [feature]}
    for area in (AREA, polygon, feature, collection):
        assert totals(viewer, area) == (12, 12, 12)
        assert totals(viewer, {"area": area}) == (12, 12, 12)
        assert shown(viewer, area | {"tier": "amber"})["tier"] == "amber"


def test_a_corridor_is_an_area(house: Runtime, viewer: Person) -> None:
    add_neighbours(house, 12)
    line = {"type": "LineString", "coordinates": [[-87.6, 46.54], [-87.2, 46.54]]}
    assert totals(viewer, line | {"half_width_m": 2000}) == (12, 12, 12)
    refused = viewer.reach(line)
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["problems"][0]["where"] == "/half_width_m"


def test_an_outline_that_is_moved_by_a_street_shows_nobody_more(
    house: Runtime, viewer: Person
) -> None:
    add_neighbours(house, 40)
    assert totals(viewer, AREA) == (40, 40, 40)
    add_neighbours(house, 1, LonLat(-87.25, 46.54))
    wider = AREA | {"radius_m": 13_000}
    assert totals(viewer, wider) == (40, 40, 40)
    add_neighbours(house, 11, LonLat(-87.25, 46.54))
    assert totals(viewer, wider) == (52, 52, 52)


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"area": AREA, "tier": "red"}, "/tier"),
        ({"area": AREA, "alert_id": "1"}, "/alert_id"),
        ({"area": AREA, "testers": True}, "/testers"),
        ({"area": 7}, "/area"),
        ({"area": AREA | {"radius_m": -1}}, "/area/radius_m"),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": []}}, "/geometry/coord"),
    ],
)
def test_what_is_wrong_is_named(viewer: Person, document: object, where: str) -> None:
    answer = viewer.reach(document)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["problems"][0]["where"].startswith(where)


@pytest.mark.parametrize("document", [{}, [], b"null", 7, "area"])
def test_without_an_area_there_is_no_question(viewer: Person, document: object) -> None:
    answer = viewer.reach(document)
    assert answer.status_code == 422
    assert answer.json is not None
    assert "GeoJSON" in answer.json["detail"]


def test_the_desk_is_described(viewer: Person) -> None:
    document = viewer.ask("GET", "/openapi.json").get_json()
    operation = document["paths"]["/v1/desk/reach"]["post"]
    assert operation["security"] == [{"staff": []}]
    assert {"200", "400", "401", "403", "404", "413", "422", "429"} <= set(operation["responses"])

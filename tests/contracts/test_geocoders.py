"""Do the geocoders keep the contract of `Geocoder`?"""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.area.geocoder.answer import FoundPlace, Geocoder, GeocoderFailed
from alerts.geocoding.remembered import Manners, RememberingGeocoder
from alerts.geocoding.service import GeopyGeocoder, ServiceSettings
from alerts.geocoding.turns import Pace
from alerts.store.engine import Store
from alerts.store.vault import Vault
from geo.coordinates import LonLat
from geo.measure import distance_m
from tests.contracts.geocoder import GeocoderContract, Side
from tests.fakes.clock import StandingClock
from tests.fakes.geocoder import FakeGeocoder
from tests.stand_ins.geocoders import GeocoderServer, Reply, Town, run_geocoder_server

pytest_plugins = ("tests.store.databases",)

REPLIES = {
    "too_slow": Reply(waits_s=0.6),
    "rate_limited": Reply(status=429, headers={"Retry-After": "120"}),
    "not_allowed": Reply(status=403),
    "unreadable": Reply(body=b"<html>Bad gateway</html>"),
}


def found(town: Town) -> FoundPlace:
    w, reach_m = town.half_width_deg, None
    if w is not None:
        corner = LonLat(town.lon + w, town.lat - w)
        reach_m = distance_m(LonLat(town.lon, town.lat), corner)
    return FoundPlace(
        name=town.label,
        lon=town.lon,
        lat=town.lat,
        reach_m=reach_m,
        country=town.code.upper(),
        weight=town.importance,
    )


class FakeSide(Side):
    def __init__(self) -> None:
        self.fake = FakeGeocoder()
        self.geocoder: Geocoder = self.fake

    def knows(self, *towns: Town) -> None:
        self.fake.places = [found(town) for town in towns]

    def fails(self, code: str) -> None:
        retry_after_s = 120.0 if code == "rate_limited" else None
        self.fake.fails = GeocoderFailed(code, "as told", retry_after_s=retry_after_s)


class RememberingSide(FakeSide):
    def __init__(self, store: Store, vault: Vault) -> None:
        super().__init__()
        manners = Manners(service="fake", pace=Pace(min_delay_s=0, per_day=1_000))
        clock = StandingClock()
        self.geocoder = RememberingGeocoder(self.fake, store, vault, clock, manners)


class ServerSide(Side):
    def __init__(self, server: GeocoderServer, service: str, key: str = "") -> None:
        self.server = server
        server.towns, server.instead = [], None
        self.geocoder = GeopyGeocoder(
            ServiceSettings(service=service, url=server.url, key=key, timeout_s=0.3)
        )

    def knows(self, *towns: Town) -> None:
        self.server.towns = list(towns)

    def fails(self, code: str) -> None:
        self.server.instead = REPLIES[code]


@pytest.fixture(scope="module")
def server() -> Iterator[GeocoderServer]:
    with run_geocoder_server() as running:
        yield running


class TestFake(GeocoderContract):
    @pytest.fixture
    def side(self) -> Side:
        return FakeSide()


class TestRemembering(GeocoderContract):
    @pytest.fixture
    def side(self, migrated_sqlite: Path, tmp_path: Path, vault: Vault) -> Iterator[Side]:
        path = tmp_path / "porchlight.sqlite3"
        path.write_bytes(migrated_sqlite.read_bytes())
        store = Store(f"sqlite:///{path}")
        yield RememberingSide(store, vault)
        store.close()


class TestNominatim(GeocoderContract):
    @pytest.fixture
    def side(self, server: GeocoderServer) -> Side:
        return ServerSide(server, "nominatim")


class TestPhoton(GeocoderContract):
    @pytest.fixture
    def side(self, server: GeocoderServer) -> Side:
        return ServerSide(server, "photon")


class TestGoogle(GeocoderContract):
    @pytest.fixture
    def side(self, server: GeocoderServer) -> Side:
        return ServerSide(server, "google", key="of-google")


def test_the_fake_measures_a_box_as_the_services_do() -> None:
    reach_m = found(Town(name="Köln", lon=6.96, lat=50.94)).reach_m
    assert reach_m is not None
    assert math.isclose(reach_m, 13_170, rel_tol=0.01)

"""Does a poster with a place that only a geocoder knows get its ground, and never wait long?"""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from alerts.alert import RevisionState, Status
from alerts.area.geocoder.answer import GeocoderMisconfigured
from alerts.intake.document import TakenIn
from alerts.store.alerts import Alert, AlertRevision, alert_by_public_id, newest_revision
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.geocode_answers import GeocodeAnswer
from alerts.store.staff import AuditEntry
from alerts.store.submissions import SubmissionOutcome
from service.geocoder_retries import LOOKS_AFTER, GeocoderRetries
from service.geocoding import make_service
from service.jobs import Jobs
from service.wiring import Runtime, wire
from tests.fakes.clock import StandingClock
from tests.stand_ins.geocoders import GeocoderServer, Reply, Town, run_geocoder_server
from tests.store.instances import settings_at

pytest_plugins = ("tests.store.databases",)

TOWN = Town(name="Kleinbeispiel", lon=9.5, lat=51.3, state="Hesse")
DOWN = Reply(status=500)


@pytest.fixture(scope="module")
def running() -> Iterator[GeocoderServer]:
    with run_geocoder_server() as server:
        yield server


@pytest.fixture
def server(running: GeocoderServer) -> GeocoderServer:
    running.towns, running.instead = [TOWN], None
    running.asked.clear()
    return running


class House:
    """An instance with a feed that is believed."""

    def __init__(self, runtime: Runtime, clock: StandingClock, trust: Trust = Trust.AUTO) -> None:
        self.runtime, self.clock = runtime, clock
        with runtime.store.begin() as session:
            self.feed = Feed(
                slug="police", kind=FeedKind.POSTER, trust=trust, created_at=runtime.clock()
            )
            session.add(self.feed)
        self.retries = GeocoderRetries(runtime)

    def sends(self, number: str = "1", contact: bool = True, **place: str) -> TakenIn:
        self.clock.move_on(seconds=5)
        return self.runtime.intake.poster(self.feed, poster(number, contact, **place))

    def alert(self, taken: TakenIn) -> tuple[Alert, AlertRevision]:
        assert taken.alert_id is not None
        with self.runtime.store.read() as session:
            alert = alert_by_public_id(session, taken.alert_id)
            revision = newest_revision(session, alert.id)
            assert revision.area is None or revision.area.source
            return alert, revision


def poster(number: str = "1", contact: bool = True, **place: str) -> bytes:
    where = place or {"missingCity": "Kleinbeispiel", "missingCountry": "Germany"}
    child = {
        "firstName": f"Wren{number}",
        "lastName": f"Example{number}",
        "ageNow": "7",
        "missingSince": "2026-11-22T10:00:00Z",
        "description": "Scar on the chin",
        **where,
    }
    contacts = [{"name": "Example Police", "phoneNumbers": ["+49 30 555 0100"]}]
    return json.dumps(
        {
            "organizationCode": "EXMP",
            "caseNumber": f"2026-{number}",
            "amberAlert": True,
            "lastModified": "2026-11-22T11:00:00Z",
            "descriptions": [{"languageId": "en", "description": "Last seen with Ash Example."}],
            "children": [child],
            "contacts": contacts if contact else [],
        }
    ).encode()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def runtimes(tmp_path: Path, prepared_sqlite: Path, clock: StandingClock) -> Iterator[Any]:
    made: list[Runtime] = []
    path = tmp_path / "porchlight.sqlite3"
    shutil.copy(prepared_sqlite, path)

    def make(**settings: object) -> Runtime:
        given = settings_at(tmp_path / "var", f"sqlite:///{path}", **settings)
        made.append(wire(given, clock))
        return made[-1]

    yield make
    for runtime in made:
        runtime.close()


@pytest.fixture
def house(runtimes: Any, server: GeocoderServer, clock: StandingClock) -> House:
    """An instance with a Nominatim of its own."""
    return House(with_nominatim(runtimes, server), clock)


def with_nominatim(runtimes: Any, server: GeocoderServer, **more: object) -> Runtime:
    given = {"geocoder_timeout_s": 1, "geocoder_min_delay_s": 0, **more}
    made: Runtime = runtimes(geocoder="nominatim", geocoder_url=server.url, **given)
    return made


def codes(revision: AlertRevision) -> set[str]:
    return {reason["code"] for reason in revision.held_reasons}


def test_it_is_off_unless_somebody_sets_it_and_such_posters_are_held_as_before(
    runtimes: Any, clock: StandingClock
) -> None:
    house = House(runtimes(), clock)
    assert house.runtime.geocoder is None
    taken = house.sends()
    assert taken.outcome is SubmissionOutcome.HELD
    _, revision = house.alert(taken)
    assert revision.area is None
    assert codes(revision) == {"no_area"}


def test_a_poster_with_an_unknown_city_abroad_gets_its_ground_from_the_geocoder(
    house: House,
) -> None:
    taken = house.sends()
    assert taken.outcome is SubmissionOutcome.ACCEPTED
    alert, revision = house.alert(taken)
    assert (alert.status, alert.country) == (Status.ACTIVE, "DE")
    assert revision.area is not None
    assert (revision.area.provenance, revision.area.confidence) == ("geocoder", 0.5)
    whose = "around Kleinbeispiel, Hesse, Germany, by Nominatim, © OpenStreetMap contributors"
    assert whose in revision.area.source


def test_photon_does_as_well(runtimes: Any, server: GeocoderServer, clock: StandingClock) -> None:
    photon = runtimes(geocoder="photon", geocoder_url=server.url, geocoder_min_delay_s=0)
    _, revision = (house := House(photon, clock)).alert(house.sends())
    assert revision.state is RevisionState.LIVE
    assert revision.area is not None
    assert "by Photon, © OpenStreetMap contributors" in revision.area.source


def test_the_geocoder_learns_the_names_of_the_place_and_nothing_else(
    house: House, server: GeocoderServer
) -> None:
    house.sends()
    (asked,) = server.asked
    own = {"format", "limit", "addressdetails", "accept-language"}
    assert {k: v for k, v in asked.items() if k not in own} == {
        "city": "Kleinbeispiel",
        "country": "Germany",
        "countrycodes": "de",
    }
    for private in ("Wren", "Example", "Scar", "Ash", "2026", "EXMP", "555"):
        assert private not in server.words
    assert "Porchlight" in server.agents[-1]


def test_a_place_is_asked_for_once_whatever_comes_from_there(
    house: House, server: GeocoderServer
) -> None:
    for number in "12345":
        house.sends(number)
    house.runtime.intake.would_be_poster(house.feed, poster("6"))
    assert len(server.asked) == 1


def test_a_dry_run_says_the_same_and_keeps_nothing_of_the_document(
    house: House, server: GeocoderServer
) -> None:
    would = house.runtime.intake.would_be_poster(house.feed, poster())
    assert would.proposal is not None
    assert would.proposal.area is not None
    assert would.proposal.area.provenance == "geocoder"
    with house.runtime.store.read() as session:
        assert session.scalars(select(Alert)).all() == []
        assert len(session.scalars(select(GeocodeAnswer)).all()) == 1  # a hash, and sealed


def test_an_answer_in_another_country_is_refused(house: House, server: GeocoderServer) -> None:
    server.towns = [Town(name="Kleinbeispiel", lon=2.3, lat=47.0, country="Germany")]
    taken = house.sends()
    assert taken.outcome is SubmissionOutcome.HELD
    assert "geocoder_elsewhere" in {problem.code for problem in taken.problems}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=429, headers={"Retry-After": "30"}),
        Reply(status=500),
        Reply(body=b"<html>"),
        Reply(waits_s=1.5),
        Reply(body=b"[" * 400, drips_s=0.05),
    ],
    ids=["429", "500", "garbage", "slow", "drips"],
)
def test_a_geocoder_that_fails_neither_loses_an_alert_nor_delays_it_for_long(
    house: House, server: GeocoderServer, reply: Reply
) -> None:
    server.instead = reply
    started = time.monotonic()
    taken = house.sends()
    assert time.monotonic() - started < 10
    assert taken.outcome is SubmissionOutcome.HELD
    _, revision = house.alert(taken)
    assert codes(revision) == {"no_area", "geocoder_unanswered"}
    known = house.sends("2", missingZip="49855", missingCity="Marquette", missingState="MI")
    assert known.outcome is SubmissionOutcome.ACCEPTED


def test_an_alert_that_wasnt_answered_gets_its_ground_later_and_goes_out(
    house: House, server: GeocoderServer
) -> None:
    server.instead = DOWN
    taken = house.sends()
    before, held = house.alert(taken)
    assert before.status is Status.HELD
    assert house.retries.look() == 0  # not so soon
    server.instead = None
    house.clock.move_on(minutes=2)
    assert house.retries.look() == 1
    alert, revision = house.alert(taken)
    assert alert.status is Status.ACTIVE
    assert revision.state is RevisionState.LIVE
    assert revision.number == held.number + 1
    assert revision.area is not None
    assert revision.area.provenance == "geocoder"
    assert alert.country == "DE"
    Jobs(house.runtime).run_until_quiet()
    assert house.retries.look() == 0
    with house.runtime.store.read() as session:
        old = session.get_one(AlertRevision, held.id)
        deeds = session.scalars(select(AuditEntry.deed)).all()
    assert old.state is RevisionState.SUPERSEDED
    assert "alert.live" in deeds


def test_both_sizes_know_which_alerts_wait_for_an_answer(
    database_url: str, tmp_path: Path, server: GeocoderServer, clock: StandingClock
) -> None:
    settings = settings_at(
        tmp_path / "var",
        database_url,
        geocoder="nominatim",
        geocoder_url=server.url,
        geocoder_min_delay_s=0.01,
    )
    house = House(wire(settings, clock), clock)  # without a single place of our own
    server.instead = DOWN
    waits, drawn = house.sends(), house.sends("2", missingCountry="Germany")
    server.instead = None
    clock.move_on(minutes=2)
    assert house.retries.look() == 1
    _, revision = house.alert(waits)
    assert revision.area is not None
    assert codes(revision) == {"geocoder_unsure"}  # no country to hold it to
    assert house.alert(drawn)[1].area is None
    house.runtime.close()


def test_what_else_it_was_held_for_still_holds_it(
    runtimes: Any, server: GeocoderServer, clock: StandingClock
) -> None:
    house = House(with_nominatim(runtimes, server), clock, trust=Trust.REVIEW)
    server.instead = DOWN
    taken = house.sends()
    with house.runtime.store.begin() as session:
        _, revision = house.alert(taken)
        row = session.get_one(AlertRevision, revision.id)
        other = {**row.held_reasons[0], "code": "same_child", "message": "Look at both."}
        row.held_reasons = [*row.held_reasons, other]
    server.instead = None
    clock.move_on(minutes=2)
    assert house.retries.look() == 1
    alert, revision = house.alert(taken)
    assert alert.status is Status.HELD
    assert revision.area is not None
    assert codes(revision) == {"review", "same_child"}
    assert house.retries.look() == 0


def test_with_ground_comes_the_number_to_call(house: House, server: GeocoderServer) -> None:
    server.instead = DOWN
    taken = house.sends(contact=False, missingCity="Kleinbeispiel", missingCountry="Germany")
    server.instead = None
    house.clock.move_on(minutes=2)
    house.retries.look()
    alert, revision = house.alert(taken)
    assert "no_area" not in codes(revision)
    assert alert.country == "DE"


def test_a_case_that_ended_meanwhile_is_left_alone(house: House, server: GeocoderServer) -> None:
    server.instead = DOWN
    taken = house.sends()
    key = {"organizationCode": "EXMP", "caseNumber": "2026-1"}
    found = json.loads(poster()) | key | {"lastModified": "2026-11-22T12:30:00Z"}
    found["children"][0]["dateFound"] = "2026-11-22T12:00:00Z"
    house.runtime.intake.poster(house.feed, json.dumps(found).encode())
    server.instead = None
    house.clock.move_on(minutes=2)
    assert house.retries.look() == 0
    assert house.alert(taken)[0].status is Status.ENDED


def test_it_is_asked_again_five_times_and_then_left_to_the_desk(
    house: House, server: GeocoderServer
) -> None:
    server.instead = DOWN
    house.sends()
    server.asked.clear()
    for _ in range(20):
        house.clock.move_on(hours=1)
        house.retries.look()
    assert 1 <= len(server.asked) <= len(LOOKS_AFTER)
    house.clock.move_on(days=1)
    server.asked.clear()
    assert GeocoderRetries(house.runtime).look() == 0  # its time is over


def test_no_such_place_is_no_failure_and_isnt_asked_again(
    house: House, server: GeocoderServer
) -> None:
    server.towns = []
    taken = house.sends()
    _, revision = house.alert(taken)
    assert codes(revision) == {"no_area"}
    assert "geocoder_unknown_place" in {problem.code for problem in taken.problems}
    server.towns = [TOWN]
    house.clock.move_on(hours=2)
    assert house.retries.look() == 0


def test_retries_without_a_geocoder_do_nothing(runtimes: Any) -> None:
    retries = GeocoderRetries(runtimes())
    retries.start_look()
    assert retries.look() == 0


def test_a_look_runs_beside_the_clock(house: House, server: GeocoderServer) -> None:
    server.instead = DOWN
    taken = house.sends()
    server.instead = None
    house.clock.move_on(minutes=2)
    house.retries.start_look()
    until = time.monotonic() + 20
    while house.alert(taken)[0].status is Status.HELD and time.monotonic() < until:
        time.sleep(0.02)
    assert house.alert(taken)[0].status is Status.ACTIVE
    house.retries.close()


def test_the_operator_may_let_it_name_the_city_in_a_state(
    runtimes: Any, server: GeocoderServer, clock: StandingClock
) -> None:
    town = Town(name="Nowherex", lon=-84.5, lat=44.3, state="Michigan", country="United States")
    server.towns = [replace(town, code="us")]
    unknown = poster(missingCity="Nowherex", missingState="MI")
    whole = House(with_nominatim(runtimes, server), clock)
    would = whole.runtime.intake.would_be_poster(whole.feed, unknown)
    assert would.proposal is not None
    assert would.proposal.area is not None
    assert would.proposal.area.provenance == "state"
    assert server.asked == []
    refining = with_nominatim(runtimes, server, geocoder_refines_states=True)
    would = refining.intake.would_be_poster(whole.feed, unknown)
    assert would.proposal is not None
    assert would.proposal.area is not None
    assert would.proposal.area.provenance == "geocoder"


def test_settings_that_name_no_geocoder_stop_the_start(runtimes: Any, tmp_path: Path) -> None:
    with pytest.raises(GeocoderMisconfigured, match="nominatin"):
        runtimes(geocoder="nominatin")
    with pytest.raises(GeocoderMisconfigured, match="PORCHLIGHT_GEOCODER_KEY"):
        runtimes(geocoder="opencage", geocoder_key="")


def test_the_service_knows_us_by_our_address(tmp_path: Path) -> None:
    settings = settings_at(
        tmp_path, "sqlite://", geocoder="nominatim", public_url="https://alerts.example"
    )
    service = make_service(settings)
    assert service is not None
    headers = service._geocoder.headers
    assert headers["User-Agent"] == "Porchlight (https://alerts.example)"

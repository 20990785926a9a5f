"""Is a place asked for once, in turn, in bounded time, and is nothing of it readable afterwards?"""

import threading
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts.area.geocoder.answer import FoundPlace, GeocoderFailed
from alerts.area.geocoder.asked import PlaceAsked
from alerts.geocoding.remembered import Manners, Patient, RememberingGeocoder
from alerts.geocoding.turns import Pace
from alerts.store.engine import Store
from alerts.store.geocode_answers import GeocodeAnswer
from alerts.store.keyring import Keyring
from alerts.store.vault import Vault
from tests.fakes.clock import StandingClock
from tests.fakes.geocoder import FakeGeocoder

pytest_plugins = ("tests.store.databases",)

KOELN = FoundPlace(
    name="Köln, Germany", lon=6.96, lat=50.94, reach_m=13_000.0, country="DE", weight=0.7
)
ASKED = PlaceAsked(city="Köln", country="Germany", country_code="DE")
NOWHERE = PlaceAsked(city="Nirgendwo", country="Germany", country_code="DE")
FREE = Pace(min_delay_s=0, per_day=1_000)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def fake() -> FakeGeocoder:
    return FakeGeocoder(KOELN)


class Asker:
    """A remembering geocoder whose waiting moves the clock on."""

    def __init__(
        self,
        fake: FakeGeocoder,
        store: Store,
        vault: Vault,
        clock: StandingClock,
        **manners: object,
    ) -> None:
        self.slept: list[float] = []
        given: dict[str, object] = {"service": "nominatim", "pace": FREE, "timeout_s": 2.0}
        made = Manners(**(given | manners))  # type: ignore[arg-type]
        self.geocoder = RememberingGeocoder(fake, store, vault, clock, made, self._sleep)
        self._clock = clock

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._clock.move_on(seconds=seconds)

    def failure(self, asked: PlaceAsked = ASKED) -> str:
        with pytest.raises(GeocoderFailed) as failed:
            self.geocoder.find(asked)
        return failed.value.code


@pytest.fixture
def asker(fake: FakeGeocoder, store: Store, vault: Vault, clock: StandingClock) -> Asker:
    return Asker(fake, store, vault, clock)


def test_a_place_is_asked_for_once(asker: Asker, fake: FakeGeocoder) -> None:
    assert [list(asker.geocoder.find(ASKED)) for _ in range(3)] == [[KOELN]] * 3
    assert len(fake.asked) == 1


def test_the_same_place_in_other_letters_is_the_same_question(
    asker: Asker, fake: FakeGeocoder
) -> None:
    asker.geocoder.find(ASKED)
    asker.geocoder.find(PlaceAsked(city="KÖLN ", country="germany", country_code="DE"))
    assert len(fake.asked) == 1
    asker.geocoder.find(PlaceAsked(city="Köln", country="Germany"))  # anywhere: another question
    asker.geocoder.find(PlaceAsked(county="Köln", country="Germany", country_code="DE"))
    assert len(fake.asked) == 3


def test_names_in_other_scripts_are_told_apart(asker: Asker, fake: FakeGeocoder) -> None:
    for city in ("東京", "大阪", "नई दिल्ली"):
        asker.geocoder.find(PlaceAsked(city=city))
    assert len(fake.asked) == 3


def test_that_nobody_knows_a_place_is_remembered_for_a_shorter_time(
    asker: Asker, fake: FakeGeocoder, clock: StandingClock
) -> None:
    for _ in range(2):
        assert asker.geocoder.find(NOWHERE) == ()
        asker.geocoder.find(ASKED)
    assert len(fake.asked) == 2
    clock.move_on(days=1, seconds=1)
    asker.geocoder.find(NOWHERE)
    asker.geocoder.find(ASKED)
    assert len(fake.asked) == 3
    clock.move_on(days=30)
    asker.geocoder.find(ASKED)
    assert len(fake.asked) == 4


def test_old_answers_are_forgotten(asker: Asker, store: Store, clock: StandingClock) -> None:
    asker.geocoder.find(ASKED)
    asker.geocoder.find(NOWHERE)
    clock.move_on(days=2)
    asker.geocoder.forget_old()
    with store.read() as session:
        assert len(session.scalars(select(GeocodeAnswer)).all()) == 1
    clock.move_on(days=30)
    asker.geocoder.forget_old()
    with store.read() as session:
        assert session.scalars(select(GeocodeAnswer)).all() == []


def test_processes_share_what_is_remembered(
    asker: Asker, fake: FakeGeocoder, store: Store, vault: Vault, clock: StandingClock
) -> None:
    asker.geocoder.find(ASKED)
    another = Asker(fake, store, vault, clock)
    assert list(another.geocoder.find(ASKED)) == [KOELN]
    assert len(fake.asked) == 1


def test_neither_the_question_nor_the_answer_can_be_read_in_the_table(
    asker: Asker, store: Store
) -> None:
    asker.geocoder.find(ASKED)
    with store.read() as session:
        (row,) = session.scalars(select(GeocodeAnswer)).all()
        whole = repr((row.asked_hash, row.found, row.service))
    for readable in ("Köln", "K\\u00f6ln", "koln", "Germany", "50.94", "6.96", "reach"):
        assert readable not in whole


def test_an_answer_under_another_keyring_is_asked_for_anew(
    asker: Asker, fake: FakeGeocoder, store: Store, clock: StandingClock, tmp_path: Path
) -> None:
    asker.geocoder.find(ASKED)
    keyring = Keyring(f"sqlite:///{tmp_path / 'another.sqlite3'}")
    stranger = Asker(fake, store, Vault(keyring), clock)
    assert list(stranger.geocoder.find(ASKED)) == [KOELN]
    keyring.close()
    assert len(fake.asked) == 2


# --- in turn


def test_requests_are_spaced_and_what_is_remembered_waits_for_none(
    fake: FakeGeocoder, store: Store, vault: Vault, clock: StandingClock
) -> None:
    asker = Asker(fake, store, vault, clock, pace=Pace(min_delay_s=1.0, per_day=100))
    times = []
    fake.before = lambda: times.append(clock.now)
    for city in ("Aa", "Bb", "Aa", "Cc"):
        asker.geocoder.find(PlaceAsked(city=city))
    apart = [later - sooner for sooner, later in pairwise(times)]
    assert apart == [timedelta(seconds=1)] * 2


def test_nothing_is_asked_in_a_transaction(asker: Asker, fake: FakeGeocoder, store: Store) -> None:
    def write() -> None:
        with store.begin() as session:  # SQLite has one writer: it would wait for another for ever
            session.add(
                GeocodeAnswer(
                    service="other", asked_hash=b"x", found=None, asked_at=StandingClock().now
                )
            )

    fake.before = write
    assert list(asker.geocoder.find(ASKED)) == [KOELN]


# --- failures


def test_a_failure_is_remembered_by_nobody_and_the_service_rests(
    asker: Asker, fake: FakeGeocoder, clock: StandingClock
) -> None:
    fake.fails = GeocoderFailed("unreadable", "garbage")
    assert asker.failure() == "unreadable"
    fake.fails = None
    assert asker.failure() == "resting"
    assert len(fake.asked) == 1
    clock.move_on(seconds=61)
    assert list(asker.geocoder.find(ASKED)) == [KOELN]


@pytest.mark.parametrize(
    ("code", "retry_after_s", "rests_s"),
    [
        ("rate_limited", 600.0, 600),
        ("rate_limited", None, 60),
        ("rate_limited", 1e9, 3600),
        ("too_slow", -5.0, 60),
        ("not_allowed", None, 600),
    ],
)
def test_a_service_rests_for_as_long_as_it_asks_within_reason(
    asker: Asker,
    fake: FakeGeocoder,
    clock: StandingClock,
    code: str,
    retry_after_s: float | None,
    rests_s: float,
) -> None:
    fake.fails = GeocoderFailed(code, "as told", retry_after_s=retry_after_s)
    asker.failure()
    fake.fails = None
    clock.move_on(seconds=rests_s - 1)
    assert asker.failure() == "resting"
    clock.move_on(seconds=1)
    assert list(asker.geocoder.find(ASKED)) == [KOELN]


def test_what_is_remembered_is_found_while_the_service_rests(
    asker: Asker, fake: FakeGeocoder
) -> None:
    asker.geocoder.find(ASKED)
    fake.fails = GeocoderFailed("unreachable", "gone")
    asker.failure(NOWHERE)
    assert list(asker.geocoder.find(ASKED)) == [KOELN]


def test_a_bug_of_an_adapter_is_a_failure_like_any(asker: Asker, fake: FakeGeocoder) -> None:
    def break_down() -> None:
        raise RuntimeError("no such attribute")

    fake.before = break_down
    assert asker.failure() == "unreadable"


def test_whoever_asks_waits_no_longer_than_the_timeout(
    fake: FakeGeocoder, store: Store, vault: Vault, clock: StandingClock
) -> None:
    asker, gate = Asker(fake, store, vault, clock, timeout_s=0.2), threading.Event()
    fake.before = gate.wait
    started = time.monotonic()
    assert asker.failure() == "too_slow"
    assert time.monotonic() - started < 5
    gate.set()


def test_the_patience_of_a_minute_is_used_up_and_spent_no_further(
    fake: FakeGeocoder,
    store: Store,
    vault: Vault,
    clock: StandingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("alerts.geocoding.remembered.PATIENCE_S", 5.2)
    asker = Asker(fake, store, vault, clock, timeout_s=5)
    fake.before = lambda: time.sleep(0.3)
    asker.geocoder.find(ASKED)
    assert [asker.failure(NOWHERE) for _ in range(3)] == ["busy"] * 3  # 5 s are no longer left
    assert len(fake.asked) == 1
    assert list(asker.geocoder.find(ASKED)) == [KOELN]
    patient = Patient(asker.geocoder)
    assert patient.find(NOWHERE) == ()  # no alert waits for this one
    assert len(fake.asked) == 2
    assert (patient.name, patient.credit) == (fake.name, fake.credit)


def test_many_at_once_ask_each_place_and_all_get_their_answer(
    asker: Asker, fake: FakeGeocoder
) -> None:
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(asker.geocoder.find(ASKED))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [list(one) for one in found] == [[KOELN]] * len(threads)  # type: ignore[call-overload]

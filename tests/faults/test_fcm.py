"""FCM is busy, broken, slow, or doesn't know us: nobody is lost, nobody is hammered."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.push import Outcome
from tests.audience.town import Town
from tests.faults.crowd import final_outcomes, move_in
from tests.faults.fan import Fan, as_soon_as, fan_of

# What a database does in a fault is asked elsewhere (test_kills, test_mid_wave): one is enough.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PEOPLE = 1_000
STREAMS = 100  # of a connection: what one cut can leave in doubt (RFC 9113 6.5.2, FCM's own limit)
CHUNK = 200  # handed over at once: a whole batch of these tests
PROBE = 10


@pytest.fixture
def fan(town: Town, keyring_url: str, tmp_path: Path) -> Iterator[Fan]:
    """A wave of PEOPLE, planned and not yet sent."""
    with fan_of(town, keyring_url, tmp_path, fcm_timeout_s=1) as made:
        move_in(town, PEOPLE)
        assert town.plan(town.alert()) == PEOPLE
        yield made


def everybody_was_told(fan: Fan) -> None:
    """Each device has one final outcome, and it is that FCM took the alert."""
    assert final_outcomes(fan.town.store, PEOPLE) == {Outcome.SENT: PEOPLE}
    assert len(fan.fcm.times) == PEOPLE


def test_503_for_two_minutes(fan: Fan) -> None:
    began = fan.clock()
    fan.fcm.fail_until(503, lambda: fan.clock() >= began + timedelta(minutes=2))
    fan.send(timedelta(seconds=9))
    first = fan.fcm.requests
    assert first <= 3 * CHUNK  # then the breaker was open, and no first retry comes before 10 s
    fan.send(timedelta(seconds=111))
    assert fan.fcm.requests - first <= 12 * PROBE  # it is asked now and then, not hammered
    assert not fan.fcm.accepted
    fan.send()
    everybody_was_told(fan)
    assert fan.fcm.repeats == 0
    assert fan.clock() < began + timedelta(minutes=6)


def test_429_with_retry_after(fan: Fan) -> None:
    fan.fcm.fail_next(429, times=30, retry_after="40")
    fan.send(timedelta(seconds=39))
    at_first = fan.fcm.requests
    assert at_first <= CHUNK
    fan.send()
    everybody_was_told(fan)
    assert fan.fcm.repeats == 0


def test_goaway_after_every_hundred_requests(fan: Fan) -> None:
    fan.fcm.faults.goaway_every = 100
    fan.send()
    everybody_was_told(fan)
    assert fan.fcm.connections >= PEOPLE / 100
    assert fan.fcm.repeats <= fan.repeats()


def test_connections_that_are_cut(fan: Fan) -> None:
    fan.fcm.faults.cut_every = 170
    fan.send(timedelta(minutes=1))
    fan.fcm.faults.cut_every = 0
    fan.send()
    everybody_was_told(fan)
    cuts = fan.fcm.connections
    assert 0 < fan.fcm.repeats <= fan.repeats() <= cuts * STREAMS
    assert max(fan.fcm.times.values()) <= 1 + cuts


def test_answers_that_drip(fan: Fan) -> None:
    fan.fcm.faults.drip_s = 0.2
    fan.send(timedelta(seconds=5))  # a chunk or two, each left at the timeout
    fan.fcm.faults.drip_s = 0
    fan.send()
    everybody_was_told(fan)
    assert 0 < fan.fcm.repeats <= fan.repeats()


def test_an_access_token_that_expires(fan: Fan) -> None:
    fan.fcm.faults.delay_s = 0.02
    with as_soon_as(lambda: len(fan.fcm.accepted) > PEOPLE / 2, fan.fcm.revoke_bearers):
        fan.send()
    everybody_was_told(fan)
    assert fan.fcm.repeats == 0
    assert fan.fcm.token_requests == 2


def test_wrong_credentials_stop_it_and_say_so(fan: Fan) -> None:
    fan.fcm.tokens.account_is_refused = True
    fan.send(timedelta(minutes=10))
    assert fan.fcm.requests == 0
    assert fan.fcm.token_requests <= 12  # asked again once a minute
    with fan.runtime.store.read() as session:
        assert "fcm" in fan.runtime.gate.closed(session, fan.clock())
    assert fan.waits() == PEOPLE / 200
    fan.fcm.tokens.account_is_refused = False
    fan.send()
    everybody_was_told(fan)

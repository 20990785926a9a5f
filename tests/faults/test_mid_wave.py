"""What happens to the alert or to a phone while the wave is going out?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.desk.recall import recall
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.devices import device_of, forget_device
from alerts.store.staff import Staff
from alerts.store.subscribers import Device
from tests.audience.town import Town
from tests.faults.crowd import batches, devices_with, final_outcomes, move_in, token_of
from tests.faults.fan import Fan, as_soon_as, fan_of

PEOPLE = 1_000
CHUNK = 100


@pytest.fixture
def fan(town: Town, keyring_url: str, tmp_path: Path) -> Iterator[Fan]:
    """People whose wave isn't planned yet; FCM takes its time."""
    with fan_of(town, keyring_url, tmp_path) as made:
        made.fcm.faults.delay_s = 0.03
        move_in(town, PEOPLE)
        yield made


def test_an_alert_that_is_recalled(fan: Fan) -> None:
    alert_id = fan.town.alert()
    fan.town.plan(alert_id)
    told_by_then: list[int] = []

    def take_back() -> None:
        with fan.town.store.begin() as session:
            person = Staff(name="Ada Example", role="approver", joined_at=fan.clock())
            session.add(person)
            session.flush()
            recall(session, session.get_one(Alert, alert_id), person, fan.clock())
        told_by_then.append(len(fan.fcm.accepted))

    with as_soon_as(lambda: len(fan.fcm.accepted) > PEOPLE / 3, take_back):
        fan.send()

    outcomes = final_outcomes(fan.town.store, PEOPLE)
    assert outcomes.keys() == {Outcome.SENT, Outcome.ENDED}
    # Who was told after it was in the channel's hands when it was taken back: one chunk.
    alerts = [message.token for message in fan.fcm.accepted if message.kind == "alert"]
    assert len(alerts) == outcomes[Outcome.SENT] <= told_by_then[0] + CHUNK
    # Those told get the end of it, each once, and nobody else.
    ends = [message.token for message in fan.fcm.accepted if message.kind == "all_clear"]
    assert sorted(ends) == sorted(alerts)
    done = batches(fan.town.store, ["all_clear"])
    assert {Outcome(code) for batch in done for code in batch.outcomes} == {Outcome.SENT}


def test_phones_that_are_removed(fan: Fan) -> None:
    fan.town.plan(fan.town.alert())
    token = token_of(fan.town.store)
    last = max(token)

    def leave() -> None:
        with fan.town.store.begin() as session:
            device = session.get_one(Device, last)
            mine = device_of(session, device.subscriber_id, device.device_key)
            assert mine is not None
            forget_device(session, mine, fan.clock())

    with as_soon_as(lambda: len(fan.fcm.accepted) > PEOPLE / 3, leave):
        fan.send()

    outcomes = final_outcomes(fan.town.store, PEOPLE)
    assert outcomes == {Outcome.SENT: PEOPLE - 1, Outcome.UNSUBSCRIBED: 1}
    assert devices_with(fan.town.store, Outcome.UNSUBSCRIBED) == [last]
    assert token[last] not in fan.fcm.times

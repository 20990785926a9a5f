"""The disk is full while outcomes are recorded: what was heard is kept in hand, and nothing more
is sent than can be written down."""

import time
from pathlib import Path

import pytest

from alerts.push import Outcome
from tests.audience.town import Town
from tests.faults.crowd import devices_with, final_outcomes, move_in
from tests.faults.sender import FORKS, sending
from tests.faults.settings import settings_of
from tests.flow.house import eventually
from tests.stand_ins.fcm import FcmStandIn

PEOPLE = 4_000
IN_HAND = 16 * 20  # threads of the channel, each with a chunk


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL's is elsewhere
def test_a_full_disk_loses_nobody_and_repeats_nothing(
    town: Town, keyring_url: str, tmp_path: Path
) -> None:
    move_in(town, PEOPLE)
    town.plan(town.alert())
    full = FORKS.Event()
    with FcmStandIn.running(tmp_path, delay_s=0.01) as fcm:
        settings = settings_of(town, keyring_url, tmp_path, fcm, send_chunk=20, lease_s=30)
        with sending(settings, full):
            eventually(lambda: len(fcm.accepted) > PEOPLE / 8, every_s=0.01)
            full.set()
            time.sleep(0.5)
            heard = len(fcm.accepted)
            time.sleep(2)
            assert len(fcm.accepted) == heard < PEOPLE
            full.clear()
            eventually(lambda: len(devices_with(town.store, Outcome.SENT)) == PEOPLE, 60, 0.2)
        assert fcm.repeats == 0
    assert final_outcomes(town.store, PEOPLE) == {Outcome.SENT: PEOPLE}

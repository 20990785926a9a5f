"""The plug is pulled twenty times at random moments of one wave: nobody is lost."""

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.push import Outcome
from tests.audience.town import Town
from tests.faults.crowd import devices_with, final_outcomes, move_in, token_of
from tests.faults.sender import sending
from tests.faults.settings import settings_of
from tests.flow.house import eventually
from tests.stand_ins.fcm import FcmStandIn

KILLS = {"sqlite": 20, "postgresql": 5}
PEOPLE = 4_000
CHUNK = 20
SEED = 5


@pytest.mark.timeout(300)
def test_kills_lose_nobody_and_repeat_only_what_was_in_flight(
    town: Town, keyring_url: str, tmp_path: Path
) -> None:
    move_in(town, PEOPLE)
    assert town.plan(town.alert()) == PEOPLE
    tokens = token_of(town.store)
    chance = random.Random(SEED)  # noqa: S311 - any moments, the same each time
    in_doubt = Counter[str]()
    with FcmStandIn.running(tmp_path, delay_s=0.02) as fcm:
        often = {"lease_s": 1, "sweep_every_s": 0.2, "send_chunk": CHUNK}
        settings = settings_of(town, keyring_url, tmp_path, fcm, **often)
        for _ in range(KILLS[town.store.engine.dialect.name]):
            with sending(settings) as process:
                eventually(more_than(fcm, len(fcm.accepted)), every_s=0.01)
                time.sleep(chance.uniform(0, 0.1))
                process.kill()
            in_doubt.update(tokens[d] for d in devices_with(town.store, Outcome.IN_FLIGHT))
        assert len(fcm.accepted) < PEOPLE  # it was killed in mid-wave each time
        with sending(settings):
            eventually(lambda: len(devices_with(town.store, Outcome.SENT)) == PEOPLE, 120, 0.2)
        told = Counter(message.token for message in fcm.accepted)

    assert final_outcomes(town.store, PEOPLE) == {Outcome.SENT: PEOPLE}
    # Each repeat was in the channel's hands at a kill, and is heard once more for each such kill.
    repeats = {token: times - 1 for token, times in told.items() if times > 1}
    assert len(told) == PEOPLE
    assert all(times <= in_doubt[token] for token, times in repeats.items())
    # They replace each other on the screen.
    tags = {message.message["android"]["collapse_key"] for message in fcm.accepted}
    assert len(tags) == 1


def more_than(fcm: FcmStandIn, seen: int) -> Callable[[], bool]:
    """Ask whether FCM took more than it was seen to have taken."""
    return lambda: len(fcm.accepted) > seen

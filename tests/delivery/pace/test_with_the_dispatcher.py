"""The gate and the dispatcher together: a channel that is down for two minutes loses nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.delivery.dispatch import Dispatcher
from alerts.delivery.pace.policy import ChannelPolicy, Pace
from alerts.delivery.pace.shared import SharedGate
from alerts.errors import Misconfigured
from alerts.push import Outcome, PushMessage, PushOutcome, PushTarget
from alerts.store.batches import ready_batches
from alerts.store.waves import BatchState
from tests.audience.post_office import PostOffice
from tests.delivery.pace.gates import DOWN, Reports

PEOPLE = 30
POLICIES = {"fcm": ChannelPolicy(pace=Pace(per_s=1_000, ramp_s=60), is_one_service=True)}


@pytest.fixture
def gate(post: PostOffice) -> SharedGate:
    return SharedGate(post.town.store, POLICIES, Reports())


@pytest.fixture
def dispatcher(post: PostOffice, gate: SharedGate) -> Iterator[Dispatcher]:
    """It waits by letting the town's clock move on; thirty people are to be told."""
    for _ in range(PEOPLE):
        post.town.person()
    post.town.plan(post.town.alert())

    def pause(seconds: float) -> None:
        post.town.clock.move_on(seconds=seconds)

    yield replace(post.dispatcher, gate=gate, pause=pause)
    assert set(post.outcomes().values()) == {Outcome.SENT}
    assert post.states() == [BatchState.DONE]
    assert set(post.channel.times().values()) == {1}
    assert len(post.channel.times()) == PEOPLE


def look(post: PostOffice, gate: SharedGate, dispatcher: Dispatcher) -> None:
    """Send what is ready, as a sender does who looks once."""
    with post.town.store.read() as session:
        now = post.town.clock()
        ready = ready_batches(session, now, 10, closed=gate.closed(session, now))
    for batch_id in ready:
        dispatcher.send_batch(batch_id)


def test_two_minutes_of_errors_cost_a_few_pushes_in_vain_and_one_minute(
    post: PostOffice, gate: SharedGate, dispatcher: Dispatcher
) -> None:
    clock = post.town.clock
    back_at = clock() + timedelta(minutes=2)
    tried = 0

    def answer(_message: PushMessage, targets: Sequence[PushTarget]) -> None:
        nonlocal tried
        is_down = clock() < back_at
        tried += len(targets) if is_down else 0
        post.channel.answers = {t.device_id: DOWN for t in targets} if is_down else {}

    post.channel.before = answer
    while post.states() != [BatchState.DONE] and clock() < back_at + timedelta(seconds=85):
        look(post, gate, dispatcher)
        clock.move_on(seconds=1)
    assert tried <= 3 * post.chunk + 5 * 10  # what opened the breaker, and its probes


def test_wrong_settings_stop_it_and_when_they_are_mended_it_goes_on(
    post: PostOffice, gate: SharedGate, dispatcher: Dispatcher
) -> None:
    clock = post.town.clock
    tries = 0

    def refuse(_message: object, _targets: object) -> None:
        nonlocal tries
        tries += 1
        raise Misconfigured("the key is of another project")

    post.channel.before = refuse
    for _ in range(150):
        look(post, gate, dispatcher)
        clock.move_on(seconds=1)
    assert 1 < tries <= 3
    post.channel.before = lambda _message, _targets: None
    for _ in range(80):
        look(post, gate, dispatcher)
        clock.move_on(seconds=1)


def test_over_quota_is_waited_for_as_long_as_was_asked(
    post: PostOffice, gate: SharedGate, dispatcher: Dispatcher
) -> None:
    clock = post.town.clock
    began = clock()
    busy = PushOutcome(outcome=Outcome.PENDING, reason="QUOTA_EXCEEDED", retry_after_s=30)
    phones = post.phones(*range(1, PEOPLE + 1))
    post.channel.answers = dict.fromkeys(phones, busy)
    look(post, gate, dispatcher)
    assert post.channel.chunks == [post.chunk]
    post.channel.answers = {}
    while post.states() != [BatchState.DONE]:
        look(post, gate, dispatcher)
        clock.move_on(seconds=1)
        assert clock() < began + timedelta(seconds=60)
    assert clock() >= began + timedelta(seconds=30)

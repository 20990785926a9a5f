"""When is a push service left alone, and when is it asked again?"""

from alerts.delivery.channels.webpush.patience import FAILURES, REST_S, Patience
from alerts.push import Outcome, PushOutcome

SENT = PushOutcome(outcome=Outcome.SENT)
SLOW = PushOutcome(outcome=Outcome.IN_FLIGHT, retry_after_s=10, reason="NO_ANSWER")
ODD = PushOutcome(outcome=Outcome.PENDING, retry_after_s=300, reason="400")
PROBE_S = 5.0


def failing(times: int, now: float = 0.0, answer: PushOutcome = SLOW) -> Patience:
    patience = Patience(probe_s=PROBE_S)
    for _ in range(times):
        patience.hear(answer, now, is_trouble=True)
    return patience


def test_some_failures_are_nothing() -> None:
    assert failing(FAILURES - 1).turned_away(0) is None


def test_one_that_fails_on_is_left_alone() -> None:
    patience = failing(FAILURES)
    instead = patience.turned_away(REST_S - 1)
    assert instead is not None
    assert instead.outcome is Outcome.PENDING  # it wasn't handed over, unlike those before it
    assert (instead.reason, instead.retry_after_s) == ("NO_ANSWER", 10)


def test_it_rests_as_long_as_it_asks_to() -> None:
    busy = PushOutcome(outcome=Outcome.PENDING, retry_after_s=120, reason="503")
    patience = failing(FAILURES, answer=busy)
    assert patience.turned_away(119) is not None
    assert patience.turned_away(120) is None


def test_after_the_rest_one_push_tries_and_the_others_wait_for_its_word() -> None:
    patience = failing(FAILURES)
    assert patience.turned_away(REST_S) is None
    patience.begin(REST_S)
    assert patience.turned_away(REST_S + PROBE_S - 1) is not None
    patience.hear(SENT, REST_S + 1, is_trouble=False)
    assert patience.turned_away(REST_S + 1) is None


def test_a_probe_in_vain_is_another_rest() -> None:
    patience = failing(FAILURES)
    patience.begin(REST_S)
    patience.hear(SLOW, REST_S + PROBE_S, is_trouble=True)
    assert patience.turned_away(REST_S + PROBE_S + 1) is not None


def test_a_lost_probe_is_followed_by_another() -> None:
    patience = failing(FAILURES)
    patience.begin(REST_S)
    assert patience.turned_away(REST_S + PROBE_S) is None


def test_a_push_that_is_taken_makes_up_for_all_failures() -> None:
    patience = failing(FAILURES - 1)
    patience.hear(SENT, 0, is_trouble=False)
    patience.hear(SLOW, 0, is_trouble=True)
    assert patience.turned_away(0) is None


def test_what_is_said_of_devices_says_nothing_of_the_service() -> None:
    patience = Patience(probe_s=PROBE_S)
    for _ in range(100):
        patience.hear(ODD, 0, is_trouble=False)
    assert patience.turned_away(0) is None
    patience = failing(FAILURES)
    patience.hear(ODD, 0, is_trouble=False)
    assert patience.turned_away(0) is not None

"""Are there as many connections as the rate and the round trip need, and no more?"""

import pytest

from alerts.delivery.channels.fcm_lane_count import MOST_LANES, STREAMS, WINDOW_S, LaneCount


def hear(lanes: LaneCount, *round_trips_s: float, from_s: float = 0.0, each_s: float = 1.0) -> None:
    for number, took_s in enumerate(round_trips_s):
        lanes.hear(from_s + number * each_s, took_s)


@pytest.mark.parametrize(
    ("rate_per_s", "round_trip_s", "expected"),
    [
        (10_000, 0.08, 10),
        (5_000, 0.08, 5),
        (5_000, 0.02, 2),
        (1_000, 0.04, 1),
        (10_000, 1.0, MOST_LANES),
        (1, 0.08, 1),
    ],
)
def test_connections_are_rate_times_round_trip_from_the_first_answer_on(
    rate_per_s: float, round_trip_s: float, expected: int
) -> None:
    lanes = LaneCount(rate_per_s)
    assert lanes.count == 1
    assert lanes.round_trip_s == 0
    hear(lanes, round_trip_s)
    assert lanes.count == expected
    if expected < MOST_LANES:
        assert lanes.count * STREAMS / round_trip_s >= rate_per_s


def test_waiting_asks_for_no_more_connections() -> None:
    lanes = LaneCount(10_000)
    hear(lanes, 0.002, *[0.05 * n for n in range(1, 30)])
    assert lanes.round_trip_s == 0.002
    assert lanes.count == 1


def test_the_first_connection_takes_long_and_is_no_measure() -> None:
    lanes = LaneCount(10_000)
    hear(lanes, 0.4, 0.08)
    assert lanes.count == 10


def test_a_path_that_got_longer_is_known_within_a_minute() -> None:
    lanes = LaneCount(10_000)
    hear(lanes, 0.02, 0.02)
    hear(lanes, *[0.08] * 70, from_s=2)
    assert lanes.count == 10


def test_a_path_that_got_shorter_is_known_at_once() -> None:
    lanes = LaneCount(10_000)
    hear(lanes, 0.08, 0.02)
    assert lanes.count == 3


def test_what_was_heard_long_ago_doesnt_count() -> None:
    lanes = LaneCount(10_000)
    hear(lanes, 0.001)
    hear(lanes, 0.08, 0.08, from_s=10 * WINDOW_S, each_s=WINDOW_S)
    assert lanes.count == 10

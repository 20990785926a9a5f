"""Are there as many connections as the rate and the round trip need, and no more?"""

import math

import pytest

from alerts.delivery.channels.fcm_lane_count import MOST_LANES, STREAMS, LaneCount


def work(
    lanes: LaneCount,
    *,
    seconds: float,
    round_trip_s: float,
    most_per_s: float = math.inf,
    offered: int = 1_600,
    began_s: float = 0.0,
) -> float:
    """Answer as a service would: streams over round trip, but never more than `most_per_s`."""
    now_s = began_s
    while now_s < began_s + seconds:
        in_use = min(offered, lanes.count * STREAMS)
        per_s = min(in_use / round_trip_s, most_per_s)
        now_s += 1 / per_s
        lanes.hear(now_s, in_use / per_s, waits=offered > in_use)
    return now_s


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
def test_connections_grow_to_rate_times_round_trip(
    rate_per_s: float, round_trip_s: float, expected: int
) -> None:
    lanes = LaneCount(rate_per_s)
    assert lanes.count == 1
    work(lanes, seconds=60 * round_trip_s + 10, round_trip_s=round_trip_s)
    assert lanes.count == lanes.wanted == expected


def test_the_rate_is_reached_within_seconds() -> None:
    lanes = LaneCount(5_000)
    work(lanes, seconds=3, round_trip_s=0.08)
    assert lanes.count * STREAMS / 0.08 >= 5_000


def test_no_connection_is_added_while_none_waits() -> None:
    lanes = LaneCount(10_000)
    work(lanes, seconds=30, round_trip_s=0.08, offered=100)
    assert lanes.count == 1
    assert lanes.wanted == 10


def test_a_service_that_cannot_take_more_keeps_few_connections() -> None:
    lanes = LaneCount(10_000)
    seen = set()
    now_s = 0.0
    for _ in range(60):
        now_s = work(lanes, seconds=1, round_trip_s=0.002, most_per_s=2_000, began_s=now_s)
        seen.add(lanes.count)
    assert lanes.wanted > 4  # the round trip grew, by waiting alone
    assert seen <= {1, 2}
    assert lanes.count == 1


def test_more_are_tried_again_when_the_service_recovers() -> None:
    lanes = LaneCount(10_000)
    now_s = work(lanes, seconds=20, round_trip_s=0.08, most_per_s=1_250)
    assert lanes.count <= 2
    work(lanes, seconds=30, round_trip_s=0.08, began_s=now_s)
    assert 10 <= lanes.count <= 11


def test_a_longer_round_trip_asks_for_more_and_a_shorter_one_for_no_fewer() -> None:
    lanes = LaneCount(5_000)
    now_s = work(lanes, seconds=10, round_trip_s=0.04)
    assert lanes.count == 3
    now_s = work(lanes, seconds=20, round_trip_s=0.12, began_s=now_s)
    assert lanes.count == 8
    work(lanes, seconds=10, round_trip_s=0.02, began_s=now_s)
    assert lanes.count == 8

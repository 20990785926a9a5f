"""Whoever moves an area by a street sees nobody come or go."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.audience.hidden import Totals
from alerts.audience.index import DeviceCount, Figures
from service.asked_before import REMEMBERED, AskedBefore, sketch_of
from tests.fakes.clock import NOON

FEED, OTHER = "feed/1", "feed/2"


def touched(*ids: int, devices: int | None = None, people: int | None = None) -> Figures:
    count = len(ids) if devices is None else devices
    return Figures(
        neighborhood_ids=np.array(sorted(ids), np.int64),
        subscribers=len(ids) if people is None else people,
        devices=(DeviceCount(channel="fcm", language="en", devices=count),),
        in_quiet_hours=0,
        already_told=0,
        counties=(),
    )


def all_of(count: int) -> Totals:
    return Totals(neighborhoods=count, subscribers=count, devices=count)


TOWN = tuple(range(1, 101))


def test_the_first_answer_is_exact() -> None:
    assert AskedBefore().totals(FEED, touched(*TOWN), NOON) == all_of(100)


@pytest.mark.parametrize("more", [0, 1, 5, 9])
def test_who_asks_about_a_few_more_or_less_sees_the_same(more: int) -> None:
    asked = AskedBefore()
    asked.totals(FEED, touched(*TOWN), NOON)
    assert asked.totals(FEED, touched(*TOWN, *range(200, 200 + more)), NOON) == all_of(100)
    assert asked.totals(FEED, touched(*TOWN[more:]), NOON) == all_of(100)


def test_small_steps_do_not_wander() -> None:
    """Each step is compared with what was shown as itself, not with the step before."""
    asked = AskedBefore()
    seen = {
        asked.totals(FEED, touched(*TOWN, *range(200, 200 + more)), NOON).neighborhoods
        for more in range(60)
    }
    assert (np.diff(sorted(seen)) >= 10).all()
    assert len(seen) >= 4


def test_other_people_in_the_same_number_are_another_area() -> None:
    asked = AskedBefore()
    asked.totals(FEED, touched(*TOWN), NOON)
    elsewhere = touched(*range(1_000, 1_103))
    assert asked.totals(FEED, elsewhere, NOON) == all_of(103)


def test_each_asker_has_answers_of_their_own() -> None:
    asked = AskedBefore()
    asked.totals(FEED, touched(*TOWN), NOON)
    assert asked.totals(OTHER, touched(*TOWN, 200), NOON) == all_of(101)


def test_after_a_day_the_answer_is_exact_again() -> None:
    asked = AskedBefore()
    asked.totals(FEED, touched(*TOWN), NOON)
    assert asked.totals(FEED, touched(*TOWN, 200), NOON + REMEMBERED) == all_of(100)
    later = NOON + REMEMBERED + timedelta(seconds=1)
    assert asked.totals(FEED, touched(*TOWN, 200), later) == all_of(101)


def test_what_is_hidden_is_not_remembered() -> None:
    asked = AskedBefore()
    assert asked.totals(FEED, touched(*range(9)), NOON) == all_of(9)
    assert asked.totals(FEED, touched(*range(10)), NOON) == all_of(10)


def test_a_total_that_moved_much_is_shown_as_it_is() -> None:
    """The same homes, and phones that registered since: nobody's home is told by that."""
    asked = AskedBefore()
    asked.totals(FEED, touched(*TOWN), NOON)
    assert asked.totals(FEED, touched(*TOWN, devices=109), NOON).devices == 100
    assert asked.totals(FEED, touched(*TOWN, devices=140), NOON).devices == 140
    assert asked.totals(FEED, touched(*TOWN, devices=135), NOON).devices == 140


def test_only_so_much_is_remembered() -> None:
    asked = AskedBefore(answers_kept=2)
    for town in (TOWN, range(1_000, 1_100), range(2_000, 2_100)):
        asked.totals(FEED, touched(*town), NOON)
    assert asked.totals(FEED, touched(*TOWN, 500), NOON) == all_of(101)


@given(st.sets(st.integers(1, 2**40), max_size=200), st.sets(st.integers(1, 2**40), max_size=9))
def test_few_neighborhoods_change_few_buckets(ids: set[int], changed: set[int]) -> None:
    before, after = np.array(sorted(ids), np.int64), np.array(sorted(ids ^ changed), np.int64)
    assert np.count_nonzero(sketch_of(before) != sketch_of(after)) <= len(changed)


@given(st.sets(st.integers(1, 2**40), min_size=25, max_size=300))
def test_many_neighborhoods_change_many(ids: set[int]) -> None:
    whole = np.array(sorted(ids), np.int64)
    assert np.count_nonzero(sketch_of(whole) != sketch_of(whole[:0])) >= 10

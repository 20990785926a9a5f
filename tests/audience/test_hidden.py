"""What others see of a reach: no figure below ten, and none that could be worked out.

The asker of these tests knows the code: what they can't tell apart is what gives the same answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.audience.hidden import Hidden, Totals, hidden, hide_small, shown_parts
from alerts.audience.index import CountyCount, DeviceCount, Figures

SMALL = range(10)
counts = st.integers(0, 60)
many = st.integers(0, 5_000)


def figures(
    *,
    subscribers: int,
    devices: Sequence[int] = (),
    quiet: int = 0,
    told: int = 0,
    counties: Sequence[tuple[str | None, int, int]] = (),
    neighborhoods: int | None = None,
) -> Figures:
    whole = subscribers if neighborhoods is None else neighborhoods
    languages = ("en", "es", "fr", "vi")
    return Figures(
        neighborhood_ids=np.arange(1, whole + 1),
        subscribers=subscribers,
        devices=tuple(
            DeviceCount(channel="fcm", language=language, devices=count)
            for language, count in zip(languages, devices, strict=False)
            if count
        ),
        in_quiet_hours=quiet,
        already_told=told,
        counties=tuple(
            CountyCount(county=code, neighborhoods=homes, subscribers=people)
            for code, homes, people in counties
        ),
    )


@pytest.mark.parametrize(("count", "shown"), [(0, "<10"), (9, "<10"), (10, 10), (1_000, 1_000)])
def test_counts_below_ten_are_hidden(count: int, shown: int | str) -> None:
    assert hide_small(count) == shown


def test_totals_are_exact_and_parts_in_tens() -> None:
    shown = hidden(
        figures(
            subscribers=123,
            neighborhoods=150,
            devices=(118, 22, 7),
            quiet=97,
            told=31,
            counties=[("26103", 90, 81), (None, 25, 22), ("26041", 25, 20), ("26109", 10, 10)],
        )
    )
    assert (shown.neighborhoods, shown.subscribers, shown.devices) == (150, 123, 147)
    assert [(d.language, d.devices) for d in shown.devices_by] == [("en", 110), ("es", 20)]
    assert (shown.in_quiet_hours, shown.already_told) == (90, 30)
    assert [(c.county, c.subscribers) for c in shown.counties] == [
        ("26103", 80),
        ("26041", 20),
        (None, 20),
    ]


def test_where_fewer_than_ten_live_nothing_is_shown_not_even_their_many_phones() -> None:
    few = figures(subscribers=2, neighborhoods=30, devices=(24,), quiet=2, told=2)
    small = hidden(few)
    nobody = hidden(figures(subscribers=0))
    assert small == nobody
    assert {small.neighborhoods, small.subscribers, small.devices} == {"<10"}
    assert (small.devices_by, small.counties) == ((), ())


def check_nothing_small_is_known(truths: Iterable[Sequence[set[int]]]) -> None:
    """Behind each answer, whatever could be below ten could be another number too."""
    checked = 0
    for possible in truths:
        for values in filter(None, possible):
            assert len(values) > 1 or not values & set(SMALL)
            checked += 1
    assert checked


def numbers_in(shown: Hidden) -> Iterator[int]:
    parts = (shown.in_quiet_hours, shown.already_told)
    for one in (shown.neighborhoods, shown.subscribers, shown.devices, *parts):
        if isinstance(one, int):
            yield one
    yield from (row.devices for row in shown.devices_by)
    yield from (row.subscribers for row in shown.counties)


@given(
    st.lists(many, max_size=4),
    st.lists(st.tuples(many, many), max_size=4),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_no_figure_is_small_and_no_part_exceeds_its_whole(
    devices: list[int], homes: list[tuple[int, int]], quiet: float, told: float
) -> None:
    counties = [(f"{n:05}", max(pair), min(pair)) for n, pair in enumerate(homes) if max(pair) > 0]
    people = sum(row[2] for row in counties)
    shown = hidden(
        figures(
            subscribers=people,
            neighborhoods=sum(row[1] for row in counties),
            devices=devices,
            quiet=int(quiet * people),
            told=int(told * people),
            counties=counties,
        )
    )
    assert all(number >= 10 for number in numbers_in(shown))
    if isinstance(shown.devices, int):
        assert sum(row.devices for row in shown.devices_by) < shown.devices
    if isinstance(shown.subscribers, int):
        for part in (shown.in_quiet_hours, shown.already_told):
            assert part == "<10" or int(part) < shown.subscribers


@pytest.mark.parametrize("whole", [9, 10, 18, 19, 20, 21, 28, 29, 30, 38, 39, 40, 47, 57])
def test_no_small_part_and_no_small_rest_can_be_told_from_a_table(whole: int) -> None:
    """All ways to share a whole among two or three parts, known to be all, or leaving a rest."""
    for parts_known, leaves_rest in ((2, False), (3, False), (2, True)):
        truths: dict[tuple[int, ...], list[set[int]]] = defaultdict(lambda: [set() for _ in "123"])
        for parts in product(range(whole + 1), repeat=parts_known):
            rest = whole - sum(parts)
            if rest == 0 or (leaves_rest and rest > 0):
                values = (*parts, rest) if leaves_rest else parts
                seen = truths[tuple(shown_parts(parts, whole))]
                for known, value in zip(seen, values, strict=False):
                    known.add(value)
        check_nothing_small_is_known(truths.values())


@pytest.mark.parametrize("whole", range(10, 61))
def test_neither_a_share_of_the_people_nor_the_others_can_be_told(whole: int) -> None:
    """97 of 100 in quiet hours would be three who aren't."""
    truths: dict[int, set[int]] = defaultdict(set)
    for part in range(whole + 1):
        truths[shown_parts([part], whole)[0]].add(part)
    check_nothing_small_is_known([p, {whole - part for part in p}] for p in truths.values())


@pytest.mark.parametrize("homes", [10, 18, 19, 20, 21, 29])
def test_nobody_can_be_told_in_a_county_that_is_not_listed(homes: int) -> None:
    """People of two counties, some in both, with one neighborhood or more in each."""
    truths: dict[object, list[set[int]]] = defaultdict(lambda: [set() for _ in range(3)])
    for in_first in range(homes + 1):
        in_other = homes - in_first
        for first, other in product(range(in_first + 1), range(in_other + 1)):
            if bool(first) != bool(in_first) or bool(other) != bool(in_other):
                continue
            for people in range(max(first, other, 10), first + other + 1):
                rows = [("1", in_first, first), ("2", in_other, other)]
                shown = hidden(figures(subscribers=people, neighborhoods=homes, counties=rows))
                seen = truths[shown.subscribers, shown.counties]
                for values, value in zip(seen, (first, other, in_other), strict=True):
                    values.add(value)
    check_nothing_small_is_known(truths.values())


@given(counts, counts, st.integers(-9, 9))
def test_totals_shown_before_hide_as_exact_ones(quiet: int, more: int, drift: int) -> None:
    people = quiet + more
    before = max(people + drift, 0)
    totals = Totals(neighborhoods=before, subscribers=before, devices=before)
    shown = hidden(figures(subscribers=people, devices=(people,), quiet=quiet), totals)
    assert shown.subscribers == hide_small(before)
    assert all(number >= 10 for number in numbers_in(shown))
    if isinstance(shown.in_quiet_hours, int):
        assert shown.in_quiet_hours < before

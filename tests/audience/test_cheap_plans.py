"""Is what depends on one person, or on nothing, not done for everybody?"""

from collections.abc import Iterator
from zoneinfo import available_timezones

import numpy as np
import pytest
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.audience import columns, quiet
from alerts.audience.columns import Columns
from alerts.audience.index import Matches
from alerts.audience.quiet import Nights, QuietHours
from alerts.store.alerts import Alert
from alerts.store.subscribers import newest_change
from geo.circle import circle_ground
from tests.audience.town import CENTRE, FAR_AWAY, NEARBY_M, Town
from tests.fakes.clock import NOON

NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "America/Detroit"}
NEAR = circle_ground(CENTRE, NEARBY_M)


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How often the disk was walked for time zones."""
    found: list[int] = []

    def walk() -> set[str]:
        found.append(1)
        return available_timezones()

    monkeypatch.setattr(quiet, "available_timezones", walk)
    quiet._zones.cache_clear()
    yield found
    quiet._zones.cache_clear()


def test_the_time_zones_are_listed_once(walks: list[int]) -> None:
    for _ in range(3):
        QuietHours.model_validate(NIGHT)
    assert walks == [1]


def test_the_same_quiet_hours_are_read_once_and_others_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads: list[object] = []
    plain = QuietHours.release

    def release(self: QuietHours, tier: Tier, now: object) -> object:
        reads.append(self)
        return plain(self, tier, now)  # type: ignore[arg-type]

    monkeypatch.setattr(QuietHours, "release", release)
    nights = Nights(Tier.MISSING, NOON)
    other = NIGHT | {"end": "21:00"}
    times = [nights.release(said) for said in (NIGHT, other, dict(NIGHT), None, other)]
    assert times[0] == times[2] < times[1] == times[4]
    assert times[3] == NOON
    assert len(reads) == 2


class Breaks(Columns):
    """An index whose database goes away after the first page of its first load."""

    pages = 0

    def _append(self, *page: object) -> None:
        super()._append(*page)  # type: ignore[arg-type]
        self.pages += 1
        if self.pages == 1:
            raise ConnectionError


def test_a_first_load_that_broke_off_starts_from_scratch(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "ROWS_AT_ONCE", 2)
    people = [town.person() for _ in range(5)]
    index = Breaks()
    with town.store.read() as session, pytest.raises(ConnectionError):
        index.refresh(session)
    town.leave(town.home_of(people[0]))
    with town.store.read() as session:
        index.refresh(session)
    assert index.reach(NEAR).subscriber_ids.tolist() == people[1:]
    assert len(index) == len(index.alive()[1]) == 4


class Curious(Columns):
    """An index that remembers for whom it was asked."""

    asked: "np.ndarray[tuple[int], np.dtype[np.int64]] | None" = None
    refreshed = 0

    def refresh(self, session: Session) -> int:
        self.refreshed += 1
        return super().refresh(session)

    def reach(self, area: "Polygon | MultiPolygon", owners_among: object = None) -> Matches:
        self.asked = owners_among  # type: ignore[assignment]
        return super().reach(area, owners_among)  # type: ignore[arg-type]


def test_catching_up_looks_only_at_those_who_changed(town: Town) -> None:
    index = town.index = Curious()
    town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    late, far = town.person(), town.person(at=FAR_AWAY)
    assert town.catch_up(alert_id) == 1
    assert index.asked is not None
    assert index.asked.tolist() == [late, far]


def test_an_index_asked_for_some_finds_those_of_them_that_are_in_the_area(town: Town) -> None:
    ana, _, eve = town.person(), town.person(), town.person()
    far = town.person(at=FAR_AWAY)
    with town.store.read() as session:
        town.index.refresh(session)
    some = np.array([ana, eve, far], np.int64)
    assert town.index.reach(NEAR, some).subscriber_ids.tolist() == [ana, eve]
    assert town.index.reach(NEAR, np.zeros(0, np.int64)).subscriber_ids.tolist() == []


def test_what_is_never_pushed_catches_up_without_looking(town: Town) -> None:
    index = town.index = Curious()
    alert_id = town.alert(tier=Tier.LONG_TERM)
    town.plan(alert_id)
    town.person()
    looked = index.refreshed
    assert town.catch_up(alert_id) == 0
    assert index.refreshed == looked
    with town.store.read() as session:
        assert session.get_one(Alert, alert_id).planned_seq == newest_change(session) > 0

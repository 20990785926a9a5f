"""Is what depends on one person, or on nothing, not done for everybody?"""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import available_timezones

import numpy as np
import pytest
from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.audience import quiet
from alerts.audience.index import (
    AudienceIndex,
    Figures,
    Ids,
    MakeWave,
    Matches,
    Phones,
    Question,
    Terms,
    no_ids,
)
from alerts.audience.quiet import Nights, QuietHours
from alerts.store.alerts import Alert
from alerts.store.subscribers import newest_change
from alerts.store.waves import Wave
from geo.circle import circle_ground
from geo.parts import Shape
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


@dataclass(kw_only=True)
class Curious:
    """An index that remembers for whom it was asked."""

    index: AudienceIndex
    asked: Ids | None = None
    refreshed: int = 0

    def refresh(self, session: Session) -> int:
        self.refreshed += 1
        return self.index.refresh(session)

    def reach(self, session: Session, area: Shape, among: Ids | None = None) -> Matches:
        return self.index.reach(session, area, among)

    def may_reach(self, people: int) -> bool:
        return self.index.may_reach(people)

    def figures(self, session: Session, area: Shape, asked: Question) -> Figures:
        return self.index.figures(session, area, asked)

    def phones(self, session: Session, device_ids: Ids) -> Phones:
        return self.index.phones(session, device_ids)

    def seat(
        self, session: Session, area: Shape, terms: Terms, make_wave: MakeWave, batch_size: int
    ) -> Wave | None:
        self.asked = terms.among
        return self.index.seat(session, area, terms, make_wave, batch_size)


def test_catching_up_looks_only_at_those_who_changed(town: Town) -> None:
    index = town.index = Curious(index=town.index)
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
    some = np.array([ana, eve, far], np.int64)
    with town.store.read() as session:
        town.index.refresh(session)
        assert town.index.reach(session, NEAR, some).subscriber_ids.tolist() == [ana, eve]
        assert town.index.reach(session, NEAR, no_ids()).subscriber_ids.tolist() == []


def test_what_is_never_pushed_catches_up_without_looking(town: Town) -> None:
    index = town.index = Curious(index=town.index)
    alert_id = town.alert(tier=Tier.LONG_TERM)
    town.plan(alert_id)
    town.person()
    looked = index.refreshed
    assert town.catch_up(alert_id) == 0
    assert index.refreshed == looked
    with town.store.read() as session:
        assert session.get_one(Alert, alert_id).planned_seq == newest_change(session) > 0

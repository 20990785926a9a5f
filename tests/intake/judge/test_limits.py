"""Does an alert that exceeds a limit of its feed wait, with the reason; and no other?"""

import pytest
from shapely.geometry import box

from alerts.alert import Tier
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.errors import PlaceNotFound
from alerts.intake.judge.limits import FeedLimits, FeedTerms, LimitBook
from alerts.store.feeds import Trust
from geo.measure import area_km2
from tests.area.listed_places import ListedPlaces, place

TEXAS = place("state", "TX", "Texas", (-100, 31), half_width_deg=5)
OKLAHOMA = place("state", "OK", "Oklahoma", (-98, 38), half_width_deg=2)
SPILL_M = 40_000


def area(west: float, south: float, east: float, north: float) -> AreaOfInterest:
    shape = box(west, south, east, north)
    return AreaOfInterest(
        shape=shape,
        provenance=Provenance.EXPLICIT,
        confidence=1.0,
        area_km2=area_km2(shape),
        source="drawn by the source",
    )


INSIDE = area(-101, 30, -100, 31)


def codes(
    area: AreaOfInterest | None,
    tier: Tier = Tier.AMBER,
    people: int = 1_000,
    suspended_why: str | None = None,
    **limits: object,
) -> list[str]:
    book = LimitBook(ListedPlaces([TEXAS, OKLAHOMA]), lambda _: people, SPILL_M)
    terms = FeedTerms(
        trust=Trust.AUTO,
        limits=FeedLimits.model_validate(limits),
        suspended_why=suspended_why,
    )
    found = book.exceeded(terms, tier, area)
    assert all(problem.severity == "warning" and problem.message for problem in found)
    return [problem.code for problem in found]


def test_a_feed_without_limits_exceeds_none() -> None:
    assert codes(INSIDE) == []
    assert codes(None) == []


@pytest.mark.parametrize(
    ("ground", "reasons"),
    [
        (INSIDE, []),
        (area(-95.2, 30, -94.8, 30.1), []),  # 19 km over the border: a border town's circle
        (area(-95.2, 30, -94.0, 30.1), ["limit_jurisdiction"]),  # 96 km
        (area(-80, 30, -79, 31), ["limit_jurisdiction"]),  # elsewhere
        (None, []),
    ],
)
def test_ground_far_beyond_the_jurisdiction_waits(
    ground: AreaOfInterest | None, reasons: list[str]
) -> None:
    assert codes(ground, jurisdiction=("state:TX",)) == reasons


def test_a_jurisdiction_may_be_of_several_places() -> None:
    assert codes(area(-99, 37, -97, 39), jurisdiction=("state:TX", "state:OK")) == []


def test_a_jurisdiction_that_can_t_be_looked_up_holds_everything() -> None:
    assert codes(INSIDE, jurisdiction=("state:TX", "state:ZZ")) == ["limit_jurisdiction"]


def test_a_place_without_an_outline_is_no_jurisdiction() -> None:
    town = place("city", "1", "Example", (-100, 31))
    with pytest.raises(PlaceNotFound, match="city:1"):
        LimitBook(ListedPlaces([town]), lambda _: 0, SPILL_M).ground_of(("city:1",))


@pytest.mark.parametrize(("tier", "reasons"), [(Tier.AMBER, []), (Tier.MISSING, ["limit_tier"])])
def test_a_tier_that_the_feed_may_not_send_waits(tier: Tier, reasons: list[str]) -> None:
    assert codes(INSIDE, tier=tier, tiers=("amber", "endangered")) == reasons


def test_an_area_that_is_too_large_for_the_feed_waits() -> None:
    assert codes(INSIDE, max_area_km2=INSIDE.area_km2 + 1) == []
    assert codes(INSIDE, max_area_km2=INSIDE.area_km2 - 1) == ["limit_area"]


def test_an_audience_that_is_too_large_for_the_feed_waits() -> None:
    assert codes(INSIDE, people=500, max_audience=500) == []
    assert codes(INSIDE, people=501, max_audience=500) == ["limit_audience"]


def test_the_audience_is_counted_only_where_it_is_limited() -> None:
    def never(_: object) -> int:
        raise AssertionError

    book = LimitBook(ListedPlaces([TEXAS]), never, SPILL_M)
    assert book.exceeded(FeedTerms(trust=Trust.AUTO), Tier.AMBER, INSIDE) == []


def test_a_feed_that_is_held_has_everything_held() -> None:
    assert codes(INSIDE, suspended_why="a third of it vanished") == ["feed_suspended"]
    assert codes(None, suspended_why="a third of it vanished") == ["feed_suspended"]


def test_every_limit_that_is_exceeded_is_said() -> None:
    found = codes(
        area(-80, 30, -79, 31),
        tier=Tier.MISSING,
        jurisdiction=("state:TX",),
        tiers=("amber",),
        max_area_km2=1,
        max_audience=0,
    )
    assert found == ["limit_tier", "limit_area", "limit_jurisdiction", "limit_audience"]

from datetime import UTC, date, datetime, timedelta

import pytest

from alerts.alert import Tier
from alerts.intake.judge.tiers import TierDecision, TierPolicy, tier_of
from alerts.poster import CaseKey, Child, Poster

NOW = datetime(2024, 6, 1, tzinfo=UTC)
POLICY = TierPolicy()


def decide(*children: Child, **poster: bool | datetime) -> TierDecision:
    case = CaseKey(organization="EXMP", number="1")
    return tier_of(
        Poster.model_validate({"case": case, "children": children, **poster}), NOW, POLICY
    )


def missing_for(**gone: int) -> Child:
    return Child(missing_since=NOW - timedelta(**gone))


def test_a_child_is_missing_unless_the_source_says_more() -> None:
    assert decide(missing_for(days=1)).tier is Tier.MISSING
    assert decide(missing_for(days=1), endangered=True).tier is Tier.ENDANGERED


def test_amber_is_what_the_source_calls_amber() -> None:
    assert decide(amber=True) == TierDecision(tier=Tier.AMBER)
    assert decide(Child(age_now="17"), amber=True).tier is Tier.AMBER
    assert decide(Child(age_now="unknown"), amber=True).tier is Tier.AMBER


@pytest.mark.parametrize(
    "child",
    [
        Child(age_now="18"),
        Child(age_now="18 years"),
        Child(approximate_age="about 5").model_copy(update={"age_now": "25"}),
        Child(date_of_birth=date(2006, 6, 1)),
    ],
)
def test_an_adult_is_no_amber_alert_but_still_in_danger(child: Child) -> None:
    decision = decide(child, amber=True)
    assert decision.tier is Tier.ENDANGERED
    assert [p.code for p in decision.problems] == ["amber_for_an_adult"]
    assert decision.problems[0].where == "/children/0"


@pytest.mark.parametrize(
    "child",
    [
        Child(age_now="18 months"),
        Child(age_now="20 weeks"),
        Child(age_now="30 days"),
        Child(date_of_birth=date(2006, 6, 2)),
        Child(date_of_birth=date(2006, 5, 30), missing_since=datetime(2024, 5, 29, tzinfo=UTC)),
        Child(age_now="25", date_found=NOW),
    ],
)
def test_a_child_stays_a_child(child: Child) -> None:
    assert decide(child, Child(age_now="7"), amber=True).tier is Tier.AMBER


def test_missing_for_more_than_a_year_is_long_term_unless_amber() -> None:
    assert decide(missing_for(days=365)).tier is Tier.MISSING
    assert decide(missing_for(days=366)).tier is Tier.LONG_TERM
    assert decide(missing_for(days=366), endangered=True).tier is Tier.LONG_TERM
    assert decide(missing_for(days=366), amber=True).tier is Tier.AMBER


def test_the_child_who_is_missing_the_shortest_counts() -> None:
    assert decide(missing_for(days=900), missing_for(days=2)).tier is Tier.MISSING
    found = missing_for(days=2).model_copy(update={"date_found": NOW})
    assert decide(missing_for(days=900), found).tier is Tier.LONG_TERM


def test_without_a_date_the_poster_tells_how_long() -> None:
    assert decide(Child(), issued_at=NOW - timedelta(days=900)).tier is Tier.LONG_TERM
    assert decide(Child()).tier is Tier.MISSING
    assert decide().tier is Tier.MISSING


def test_a_date_in_the_future_is_not_long_ago() -> None:
    assert decide(missing_for(days=-3)).tier is Tier.MISSING


def test_somebody_unidentified_is_never_pushed() -> None:
    decision = decide(Child(), unidentified=True, amber=True)
    assert decision.tier is Tier.LONG_TERM
    assert [p.code for p in decision.problems] == ["unidentified"]

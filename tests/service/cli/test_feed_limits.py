"""`porchlight feed limits` and `porchlight feed health`."""

import pytest

from alerts.store.drift import note_fields
from alerts.store.feeds import feed_by_slug
from service.wiring import Runtime
from tests.service.cli.conftest import Run


@pytest.fixture(autouse=True)
def police(quick: Run) -> None:
    assert quick("feed", "add", "police", "--kind", "poster").code == 0


def test_limits_are_shown_set_and_taken_away(quick: Run, runtime: Runtime) -> None:
    assert "max area km2: no limit" in quick("feed", "limits", "police").out
    said = quick(
        "feed", "limits", "police", "--jurisdiction", "state:TX", "--jurisdiction", "40001",
        "--tier", "amber", "--max-area-km2", "5000", "--max-audience", "0",
        "--alerts-per-hour", "2", "--json",
    )  # fmt: skip
    limits = {
        "jurisdiction": ["state:TX", "county:40001"],
        "tiers": ["amber"],
        "max_area_km2": 5000.0,
        "max_audience": 0,
        "alerts_per_hour": 2,
    }
    assert (said.code, said.json) == (0, {"feed": "police", "limits": limits})
    fewer = quick("feed", "limits", "police", "--no-limit", "max-audience", "--json").json
    assert fewer["limits"] == {**limits, "max_audience": None}
    shown = quick("feed", "limits", "police").out
    assert "jurisdiction: state:TX, county:40001" in shown
    assert "max audience: no limit" in shown
    with runtime.store.read() as session:
        assert feed_by_slug(session, "police").limits == fewer["limits"]


@pytest.mark.parametrize("place", ["state:ZZ", "Texas", "zip:49855", "county:99999"])
def test_a_jurisdiction_needs_an_outline(quick: Run, place: str) -> None:
    said = quick("feed", "limits", "police", "--jurisdiction", place)
    assert said.code == 2
    assert place in said.err
    assert quick("feed", "limits", "police", "--json").json["limits"]["jurisdiction"] == []


def test_a_feed_that_nobody_added_has_no_limits(quick: Run) -> None:
    assert quick("feed", "limits", "nobody").code == 1
    assert quick("feed", "health", "nobody").code == 1


def test_health_says_what_is_wrong_and_what_drifted(quick: Run, runtime: Runtime) -> None:
    well = quick("feed", "health", "--json")
    assert well.code == 0
    assert well.json["items"][0]["is_well"] is True
    with runtime.store.begin() as session:
        feed = feed_by_slug(session, "police")
        feed.suspended_why = "a third of it vanished"
        note_fields(session, feed.id, ["/weather"], runtime.clock(), most=10)
    held = quick("feed", "health", "police")
    assert held.code == 1
    assert "police is held: a third of it vanished" in held.out
    assert "/weather" in held.out
    known = quick("feed", "health", "police", "--fields-known", "--json").json
    assert known["items"][0]["unknown_fields"] == []


def test_a_feed_that_pushes_gets_an_alarm_of_its_own(quick: Run) -> None:
    stale = quick("feed", "health", "police", "--stale-after-s", "0.000001", "--json")
    assert (stale.code, stale.json["items"][0]["is_stale"]) == (1, True)
    again = quick("feed", "health", "police", "--stale-after-s", "0", "--json")
    assert (again.code, again.json["items"][0]["is_stale"]) == (0, False)
    assert quick("feed", "health", "--fields-known").code == 2

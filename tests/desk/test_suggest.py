"""Suggestions for an alert: from its poster and the ground that people are told on."""

import json
from datetime import timedelta
from typing import Any

import pytest

from alerts.alert import EndReason, Tier
from alerts.area.means import Means
from alerts.area.suggestion import Kind
from alerts.errors import Conflict
from alerts.lifecycle import end_alert
from alerts.store.alerts import Alert, alert_by_public_id
from alerts.store.cases import PosterRecord
from alerts.store.feeds import Feed, FeedKind, Trust
from service.suggesting import suggestions
from service.wiring import Runtime
from tests.desk.conftest import POSTER


def an_alert(runtime: Runtime, trust: Trust = Trust.AUTO, **more: Any) -> Alert:
    with runtime.store.begin() as session:
        feed = Feed(slug="police", kind=FeedKind.POSTER, trust=trust, created_at=runtime.clock())
        session.add(feed)
    said = json.loads(json.dumps(POSTER)) | more
    since = runtime.clock() - timedelta(hours=3)
    said["children"][0]["missingSince"] = since.isoformat()
    taken = runtime.intake.poster(feed, json.dumps(said).encode())
    assert taken.alert_id is not None
    with runtime.store.read() as session:
        return alert_by_public_id(session, taken.alert_id)


def test_a_live_alert_with_a_vehicle(runtime: Runtime) -> None:
    alert = an_alert(runtime, vehicle={"description": "blue van"})
    with runtime.store.read() as session:
        found = suggestions(runtime, session, alert)
    assert {one.means for one in found} == {Means.BY_CAR}
    assert all("after last seen, by car: " in one.words for one in found)
    assert found[0].hours == pytest.approx(3, abs=0.1)
    counties = next(one for one in found if one.kind is Kind.COUNTIES)
    assert "MI" in counties.states
    assert len(counties.counties) > 1


def test_a_held_alert_has_suggestions_for_those_who_look(runtime: Runtime) -> None:
    alert = an_alert(runtime, Trust.REVIEW)
    with runtime.store.read() as session:
        assert alert.live_revision == 0
        assert suggestions(runtime, session, alert)


def test_a_long_term_case_has_none(runtime: Runtime) -> None:
    alert = an_alert(runtime)
    with runtime.store.begin() as session:
        for revision in alert_by_public_id(session, alert.public_id).revisions:
            revision.tier = Tier.LONG_TERM
    with runtime.store.read() as session:
        assert suggestions(runtime, session, alert) == ()


def test_an_alert_that_ended_has_none_and_says_so(runtime: Runtime) -> None:
    alert = an_alert(runtime)
    with runtime.store.begin() as session:
        ended = alert_by_public_id(session, alert.public_id)
        end_alert(session, ended, EndReason.RECALLED, runtime.clock(), actor="test")
    with runtime.store.read() as session, pytest.raises(Conflict, match="has ended"):
        suggestions(runtime, session, alert_by_public_id(session, alert.public_id))


def test_a_poster_that_was_taken_back_suggests_nothing(runtime: Runtime) -> None:
    alert = an_alert(runtime)
    with runtime.store.begin() as session:
        for poster in session.query(PosterRecord):
            poster.sealed_payload = None
    with runtime.store.read() as session, pytest.raises(Conflict, match="taken back"):
        suggestions(runtime, session, alert)

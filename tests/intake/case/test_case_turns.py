"""Ends that come early, cases that come again, rehearsals: what may happen to a case over time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from alerts.alert import EndReason, RevisionState, Status, Tier
from alerts.intake.document import TakenIn
from alerts.lifecycle import end_alert, go_live
from alerts.poster import CaseKey
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.submissions import SubmissionOutcome
from service.wiring import Runtime
from tests.service.api_partner.documents import as_bytes, found, message, poster, reference

ACCEPTED, DUPLICATE, HELD = (
    SubmissionOutcome.ACCEPTED,
    SubmissionOutcome.DUPLICATE,
    SubmissionOutcome.HELD,
)


def add_feed(
    runtime: Runtime,
    slug: str = "police",
    kind: FeedKind = FeedKind.POSTER,
    trust: Trust = Trust.AUTO,
) -> Feed:
    with runtime.store.begin() as session:
        feed = Feed(slug=slug, kind=kind, trust=trust, created_at=runtime.clock())
        session.add(feed)
    return feed


def push(runtime: Runtime, feed: Feed, document: dict[str, Any]) -> TakenIn:
    return runtime.intake.poster(feed, as_bytes(document))


def later(hour: int, **changes: Any) -> dict[str, Any]:
    return poster(lastModified=f"2026-03-01T{hour:02}:00:00Z", **changes)


def codes(taken: TakenIn) -> set[str]:
    return {problem.code for problem in taken.problems}


def the_alert(runtime: Runtime, public_id: UUID | None) -> Alert:
    with runtime.store.read() as session:
        return session.scalars(select(Alert).where(Alert.public_id == public_id)).one()


def revisions(runtime: Runtime) -> Sequence[AlertRevision]:
    with runtime.store.read() as session:
        return session.scalars(select(AlertRevision).order_by(AlertRevision.id)).all()


def approve_newest(runtime: Runtime, public_id: UUID | None) -> None:
    with runtime.store.begin() as session:
        alert = session.scalars(select(Alert).where(Alert.public_id == public_id)).one()
        go_live(session, alert, alert.revisions[-1], runtime.clock(), actor="staff:ana")


def expire(runtime: Runtime, public_id: UUID | None) -> None:
    with runtime.store.begin() as session:
        alert = session.scalars(select(Alert).where(Alert.public_id == public_id)).one()
        end_alert(session, alert, EndReason.EXPIRED, runtime.clock(), actor="system")


# --- the end comes before the alert


def test_a_poster_that_comes_after_its_end_is_not_told(runtime: Runtime) -> None:
    police = add_feed(runtime)
    assert push(runtime, police, found()).outcome is ACCEPTED
    late = push(runtime, police, poster())
    assert (late.outcome, late.alert_id) == (HELD, None)
    assert "case_closed" in codes(late)


def test_a_poster_that_comes_after_its_withdrawal_is_not_told(runtime: Runtime) -> None:
    police = add_feed(runtime)
    runtime.intake.withdrawal(police, CaseKey(organization="NCMC", number="1"))
    assert push(runtime, police, poster()).outcome is HELD


def test_what_one_feed_ended_unseen_does_not_bind_another(runtime: Runtime) -> None:
    runtime.intake.withdrawal(add_feed(runtime, "other"), CaseKey(organization="NCMC", number="1"))
    assert push(runtime, add_feed(runtime), poster()).outcome is ACCEPTED


def test_a_cap_alert_that_comes_after_its_cancel_is_not_told(runtime: Runtime) -> None:
    authority = add_feed(runtime, kind=FeedKind.CAP)
    cancel = message("EX-2", msg_type="Cancel", references=reference(), infos="")
    assert "unknown_reference" in codes(runtime.intake.cap(authority, cancel))
    late = runtime.intake.cap(authority, message("EX-1"))
    assert (late.outcome, late.alert_id) == (HELD, None)


# --- a rehearsal and a real alert never touch


@pytest.mark.parametrize("msg_type", ["Update", "Cancel"])
@pytest.mark.parametrize(("first", "then"), [("Actual", "Test"), ("Exercise", "Actual")])
def test_a_rehearsal_never_changes_a_real_alert_nor_the_other_way_round(
    runtime: Runtime, msg_type: str, first: str, then: str
) -> None:
    authority = add_feed(runtime, kind=FeedKind.CAP)
    begun = runtime.intake.cap(authority, message("EX-1", status=first))
    taken = runtime.intake.cap(
        authority, message("EX-2", msg_type=msg_type, status=then, references=reference())
    )
    assert (taken.outcome, taken.ended) == (HELD, False)
    assert "status_mismatch" in codes(taken)
    assert the_alert(runtime, begun.alert_id).status is Status.ACTIVE
    assert len(revisions(runtime)) == 1


def test_the_same_message_sent_again_as_a_test_changes_nothing(runtime: Runtime) -> None:
    authority = add_feed(runtime, kind=FeedKind.CAP)
    runtime.intake.cap(authority, message("EX-1"))
    again = runtime.intake.cap(authority, message("EX-1", status="Test"))
    assert (again.outcome, len(revisions(runtime))) == (HELD, 1)


# --- a case whose alert ran out of time


def test_a_case_that_ran_out_of_time_may_begin_anew_by_decision(runtime: Runtime) -> None:
    police = add_feed(runtime)
    first = push(runtime, police, poster())
    expire(runtime, first.alert_id)
    assert push(runtime, police, later(11)).outcome is DUPLICATE  # nothing new but the date
    anew = push(runtime, police, later(12, vehicle={"description": "blue van"}))
    assert anew.outcome is HELD
    assert "expired_before" in codes(anew)
    assert anew.alert_id not in (None, first.alert_id)
    assert the_alert(runtime, anew.alert_id).status is Status.HELD
    approve_newest(runtime, anew.alert_id)
    assert push(runtime, police, found()).ended


def test_a_found_case_does_not_begin_anew(runtime: Runtime) -> None:
    police = add_feed(runtime)
    push(runtime, police, poster())
    push(runtime, police, found())
    again = push(runtime, police, later(23, vehicle={"description": "blue van"}))
    assert (again.outcome, "case_closed" in codes(again)) == (HELD, True)


# --- revisions


def test_a_held_alert_lives_as_long_as_its_newest_revision(runtime: Runtime) -> None:
    sheriff = add_feed(runtime, trust=Trust.REVIEW)
    now = runtime.clock()
    soon, far = now + timedelta(hours=2), now + timedelta(hours=20)
    first = push(runtime, sheriff, later(10, expires=soon.isoformat()))
    assert the_alert(runtime, first.alert_id).expires_at == soon.replace(
        microsecond=soon.microsecond
    )
    push(runtime, sheriff, later(11, expires=far.isoformat()))
    assert the_alert(runtime, first.alert_id).expires_at > soon


def test_a_source_does_not_prolong_a_live_alert_by_itself(runtime: Runtime) -> None:
    police = add_feed(runtime)
    first = push(runtime, police, poster())
    before = the_alert(runtime, first.alert_id).expires_at
    push(runtime, police, later(12, vehicle={"description": "blue van"}))
    assert the_alert(runtime, first.alert_id).expires_at == before


def test_a_rise_to_amber_gets_ambers_own_time(runtime: Runtime) -> None:
    police = add_feed(runtime)
    first = push(runtime, police, poster(amberAlert=False))
    push(runtime, police, later(12))
    alert = the_alert(runtime, first.alert_id)
    assert alert.tier is Tier.AMBER
    assert alert.expires_at - runtime.clock() > timedelta(hours=23)


def test_what_the_desk_approves_is_compared_with_what_people_were_told(runtime: Runtime) -> None:
    sheriff = add_feed(runtime, trust=Trust.REVIEW)
    first = push(runtime, sheriff, poster())
    approve_newest(runtime, first.alert_id)
    plate = {"description": "blue van", "licensePlate": "EXA 555"}
    push(runtime, sheriff, later(11, vehicle=plate))
    typo = later(12, vehicle=plate)
    typo["children"][0]["hairColor"] = "Brown"
    push(runtime, sheriff, typo)
    assert [revision.material for revision in revisions(runtime)] == [True, True, True]


def test_a_held_revision_does_not_change_whom_the_live_one_says_to_call(runtime: Runtime) -> None:
    sheriff = add_feed(runtime, trust=Trust.REVIEW)
    first = push(runtime, sheriff, poster())
    approve_newest(runtime, first.alert_id)
    moved = later(11)
    moved["children"][0] |= {
        "missingCountry": "Canada",
        "missingCity": "Toronto",
        "missingState": "ON",
        "missingZip": None,
    }
    push(runtime, sheriff, moved)
    assert the_alert(runtime, first.alert_id).country == "US"


def siblings(hour: int, *, first_found: bool, **changes: Any) -> dict[str, Any]:
    both = later(hour, **changes)
    (wren,) = both["children"]
    robin = {**wren, "firstName": "Robin", "ageNow": "9"}
    if first_found:
        wren = {**wren, "dateFound": "2026-03-01T10:30:00Z"}
    return both | {"children": [wren, robin]}


def test_after_a_sibling_was_found_small_changes_tell_nobody_again(runtime: Runtime) -> None:
    police = add_feed(runtime)
    push(runtime, police, siblings(10, first_found=False))
    push(runtime, police, siblings(11, first_found=True))
    small = siblings(12, first_found=True)
    small["children"][1]["hairColor"] = "Brown"
    push(runtime, police, small)
    assert [revision.material for revision in revisions(runtime)] == [True, True, False]


def test_a_found_sibling_leaves_at_once_and_a_rise_to_amber_waits(runtime: Runtime) -> None:
    sheriff = add_feed(runtime, trust=Trust.REVIEW)
    first = push(runtime, sheriff, siblings(10, first_found=False, amberAlert=False))
    approve_newest(runtime, first.alert_id)
    taken = push(runtime, sheriff, siblings(11, first_found=True))
    assert taken.outcome is HELD
    told, at_once, rest = revisions(runtime)
    assert [r.state for r in (told, at_once, rest)] == [
        RevisionState.SUPERSEDED,
        RevisionState.LIVE,
        RevisionState.HELD,
    ]
    assert (at_once.tier, rest.tier) == (Tier.MISSING, Tier.AMBER)


def test_an_old_cap_message_that_is_new_to_us_waits_for_the_desk(runtime: Runtime) -> None:
    authority = add_feed(runtime, kind=FeedKind.CAP)
    taken = runtime.intake.cap(authority, message("EX-1", sent="2003-06-12T03:56:00-07:00"))
    assert (taken.outcome, "old_amber" in codes(taken)) == (HELD, True)


def test_a_poster_that_has_expired_is_held_and_says_so(runtime: Runtime) -> None:
    taken = push(runtime, add_feed(runtime), poster(expires="2020-01-01T00:00:00Z"))
    assert (taken.outcome, "expired" in codes(taken)) == (HELD, True)


def test_a_withdrawn_case_that_is_sent_again_is_held_not_swallowed(runtime: Runtime) -> None:
    police = add_feed(runtime)
    push(runtime, police, poster())
    runtime.intake.withdrawal(police, CaseKey(organization="NCMC", number="1"))
    again = push(runtime, police, poster())
    assert (again.outcome, "case_closed" in codes(again)) == (HELD, True)


@pytest.mark.parametrize("country", ["Atlantis", "AQ"])
def test_a_country_nobody_knows_never_gets_american_numbers(runtime: Runtime, country: str) -> None:
    lost = poster(contacts=[])
    lost["children"][0] |= {
        "missingCountry": country,
        "missingCity": None,
        "missingState": None,
        "missingZip": None,
    }
    assert "no_authority" in codes(push(runtime, add_feed(runtime), lost))

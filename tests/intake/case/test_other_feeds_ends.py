"""One child, many feeds: an end that everybody hears, and one that is a feed's own."""

from sqlalchemy import select

from alerts.alert import EndReason, Status, Tier
from alerts.lifecycle import end_alert
from alerts.poster import CaseKey
from alerts.store.alerts import Alert
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.submissions import SubmissionOutcome
from service.jobs import Jobs
from service.wiring import Runtime
from tests.intake.case.carried import (
    ROBIN,
    WREN,
    add_feed,
    ago,
    alert,
    approve_newest,
    cap,
    codes,
    doc,
    found,
    notices,
    push,
    theirs,
    waves,
    withdraw,
)
from tests.service.api_partner.documents import add_neighbours, message, reference

WORDS = "A child is missing in this very example of a county."

pytest_plugins = ("tests.intake.case.carrying_feeds",)

ACCEPTED, DUPLICATE, HELD = (
    SubmissionOutcome.ACCEPTED,
    SubmissionOutcome.DUPLICATE,
    SubmissionOutcome.HELD,
)


# --- found


def test_a_feed_that_is_trusted_ends_the_alert_when_it_says_found(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    push(runtime, state, theirs())
    ended = push(runtime, state, found(theirs()))
    assert (ended.outcome, ended.ended, ended.alert_id) == (ACCEPTED, True, first.alert_id)
    assert alert(runtime, first.alert_id).end_reason is EndReason.FOUND
    late = push(runtime, ncmec, doc(lastModified=ago(hours=1)))
    assert (late.outcome, "case_closed" in codes(late)) == (HELD, True)


def test_found_by_a_feed_that_never_carried_it_counts_as_well(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc())
    assert push(runtime, state, found(theirs())).ended


def test_found_without_a_name_by_a_feed_that_never_carried_it_goes_to_the_desk(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    nameless = {"organizationCode": "NCMC", "caseNumber": "1", "children": [{"dateFound": ago()}]}
    taken = push(runtime, state, nameless)
    assert (taken.outcome, taken.ended) == (HELD, False)
    assert "found_elsewhere" in codes(taken)
    assert alert(runtime, first.alert_id).status is Status.ACTIVE


def test_found_by_a_feed_under_review_goes_to_the_desk(
    runtime: Runtime, ncmec: Feed, sheriff: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    push(runtime, sheriff, theirs())
    taken = push(runtime, sheriff, found(theirs()))
    assert (taken.outcome, taken.ended) == (HELD, False)
    assert "found_elsewhere" in codes(taken)
    assert "found_elsewhere" in notices(runtime)
    assert alert(runtime, first.alert_id).status is Status.ACTIVE
    again = runtime.intake.withdrawal(ncmec, CaseKey(organization="NCMC", number="1"))
    assert again.ended  # the sheriff doesn't say any more that the child is missing


def test_found_perhaps_is_for_the_desk(runtime: Runtime, ncmec: Feed, state: Feed) -> None:
    push(runtime, ncmec, doc())
    alike = WREN | {"firstName": "Wrenna"}
    taken = push(runtime, state, found(theirs(alike)))
    assert (taken.outcome, taken.ended) == (HELD, False)
    assert "found_elsewhere" in notices(runtime)


def test_one_of_two_siblings_found_elsewhere_does_not_end_both(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    first = push(runtime, ncmec, doc(WREN, ROBIN))
    joined = push(runtime, state, theirs(ROBIN, WREN))
    assert joined.alert_id == first.alert_id
    half = theirs(ROBIN | {"dateFound": ago(minutes=9)}, WREN, lastModified=ago(minutes=8))
    taken = push(runtime, state, half)
    assert (taken.outcome, taken.ended) == (HELD, False)
    assert "found_elsewhere" in notices(runtime)
    only = found(theirs(ROBIN))
    assert not push(runtime, state, only).ended
    assert alert(runtime, first.alert_id).status is Status.ACTIVE


# --- taking back


def test_a_feed_that_does_not_lead_takes_back_its_own_word_only(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    push(runtime, state, theirs())
    taken = withdraw(runtime, state, "TXDPS", "77")
    assert (taken.outcome, taken.ended) == (ACCEPTED, False)
    assert "another_feed_goes_on" in codes(taken)
    assert alert(runtime, first.alert_id).status is Status.ACTIVE
    assert withdraw(runtime, ncmec, "NCMC", "1").ended


def test_if_the_lead_withdraws_a_trusted_feed_takes_over_without_an_all_clear(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    add_neighbours(runtime, 2)
    first = push(runtime, state, theirs(amberAlert=True))
    push(runtime, ncmec, doc())
    Jobs(runtime).run_until_quiet()
    taken = withdraw(runtime, state, "TXDPS", "77")
    Jobs(runtime).run_until_quiet()
    assert (taken.outcome, taken.ended) == (ACCEPTED, False)
    live = alert(runtime, first.alert_id)
    assert (live.status, live.tier, live.feed_id) == (Status.ACTIVE, Tier.MISSING, ncmec.id)
    assert [kind for kind, _ in waves(runtime)] == ["alert", "correction"]
    assert "lead_changed" in notices(runtime)
    assert withdraw(runtime, ncmec, "NCMC", "1").ended


def test_if_only_a_feed_under_review_goes_on_the_alert_ends_and_the_desk_decides(
    runtime: Runtime, ncmec: Feed, sheriff: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    push(runtime, sheriff, theirs())
    taken = withdraw(runtime, ncmec, "NCMC", "1")
    assert (taken.ended, taken.alert_id) == (True, first.alert_id)
    Jobs(runtime).run_until_quiet()
    again = push(runtime, sheriff, theirs(lastModified=ago(minutes=30), vehicle={"color": "red"}))
    assert again.alert_id not in (None, first.alert_id)
    apart = alert(runtime, again.alert_id)
    assert (apart.status, apart.feed_id) == (Status.HELD, sheriff.id)
    assert "lead_withdrew" in notices(runtime)
    approve_newest(runtime, again.alert_id)
    assert alert(runtime, again.alert_id).status is Status.ACTIVE


def test_if_nobody_was_told_the_next_feed_waits_in_its_place(
    runtime: Runtime, sheriff: Feed
) -> None:
    police = add_feed(runtime, "police", Trust.REVIEW)
    first = push(runtime, sheriff, theirs())
    push(runtime, police, doc())
    taken = withdraw(runtime, sheriff, "TXDPS", "77")
    assert (taken.outcome, taken.ended) == (ACCEPTED, False)
    waiting = alert(runtime, first.alert_id)
    assert (waiting.status, waiting.feed_id) == (Status.HELD, police.id)
    assert push(runtime, police, doc(number="1")).outcome is DUPLICATE


def test_a_feed_that_never_carried_a_case_can_not_take_it_back(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc())
    taken = withdraw(runtime, state, "NCMC", "1")
    assert (taken.outcome, taken.ended) == (HELD, False)
    assert "another_feeds_case" in codes(taken)


def test_a_case_that_ran_out_of_time_begins_anew_for_each_of_its_feeds(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    push(runtime, state, theirs())
    with runtime.store.begin() as session:
        row = session.scalars(select(Alert)).one()
        end_alert(session, row, EndReason.EXPIRED, runtime.clock(), actor="system")
    van = {"description": "blue van"}
    anew = push(runtime, ncmec, doc(lastModified=ago(hours=1), vehicle=van))
    assert (anew.outcome, "expired_before" in codes(anew)) == (HELD, True)
    assert anew.alert_id not in (None, first.alert_id)
    other = push(runtime, state, theirs(lastModified=ago(hours=1), vehicle=van))
    assert other.alert_id == anew.alert_id
    assert push(runtime, state, found(theirs())).ended


def test_a_cancel_of_one_relay_leaves_the_other_speaking(runtime: Runtime) -> None:
    one, other = (add_feed(runtime, slug, kind=FeedKind.CAP) for slug in ("ipaws", "state"))
    first = runtime.intake.cap(one, cap(WORDS))
    relayed = runtime.intake.cap(other, cap(WORDS))
    assert (relayed.outcome, relayed.alert_id) == (DUPLICATE, first.alert_id)
    cancel = message("EX-2", msg_type="Cancel", references=reference(), infos="")
    assert not runtime.intake.cap(other, cancel).ended
    assert alert(runtime, first.alert_id).status is Status.ACTIVE
    assert runtime.intake.cap(one, cancel).ended


def test_an_exercise_never_joins_a_real_case(runtime: Runtime) -> None:
    one, other = (add_feed(runtime, slug, kind=FeedKind.CAP) for slug in ("ipaws", "state"))
    runtime.intake.cap(one, cap(WORDS))
    drill = cap(WORDS, status="Exercise")
    taken = runtime.intake.cap(other, drill)
    assert (taken.outcome, "status_mismatch" in codes(taken)) == (HELD, True)


# --- feeds that lag behind


def test_a_late_poster_of_a_child_who_was_found_waits(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc(amberAlert=True))
    push(runtime, ncmec, found(doc(amberAlert=True)))
    Jobs(runtime).run_until_quiet()
    late = push(runtime, state, theirs(amberAlert=True))
    assert (late.outcome, "found_before" in codes(late)) == (HELD, True)


def test_a_late_poster_waits_also_if_nobody_here_knew_the_child(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    assert "nothing_to_end" in codes(push(runtime, ncmec, found(doc())))
    assert "found_before" in codes(push(runtime, state, theirs()))


def test_a_child_who_is_missing_again_is_told_at_once(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc())
    push(runtime, ncmec, found(doc()))
    again = WREN | {"missingSince": ago(minutes=-1)}  # also if it is midnight right now
    assert push(runtime, state, theirs(again)).outcome is ACCEPTED


def test_a_sister_of_a_child_who_was_found_is_told(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc())
    push(runtime, ncmec, found(doc()))
    assert push(runtime, state, theirs(WREN | {"firstName": "Robin"})).outcome is ACCEPTED


def test_what_was_only_taken_back_may_come_from_another_feed(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc())
    withdraw(runtime, ncmec, "NCMC", "1")
    assert push(runtime, state, theirs()).outcome is ACCEPTED

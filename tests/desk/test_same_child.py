"""The desk says whether two cases are of one child, and what follows."""

import pytest
from sqlalchemy import select

from alerts.alert import EndReason, RevisionState, Status, Tier
from alerts.desk.same_child import Decided, say_different, say_same
from alerts.errors import Conflict
from alerts.intake.document import TakenIn
from alerts.poster import CaseKey
from alerts.store.feeds import Feed, Trust
from alerts.store.staff import AuditEntry, Staff
from alerts.store.submissions import SubmissionOutcome
from alerts.store.subscribers import Subscriber
from alerts.store.voices import CaseLink, Likeness
from geo.coordinates import LonLat
from service.jobs import Jobs
from service.wiring import Runtime
from tests.desk.conftest import Hire
from tests.intake.case.carried import (
    ALIKE,
    WREN,
    add_feed,
    ago,
    alert,
    approve_newest,
    case,
    codes,
    doc,
    found,
    links,
    push,
    revisions,
    theirs,
    voices,
    waves,
)
from tests.service.api_partner.documents import add_neighbours

pytest_plugins = ("tests.intake.case.carrying_feeds",)

HELD = SubmissionOutcome.HELD


@pytest.fixture
def ana(hire: Hire) -> Staff:
    return hire("ana")


def same(runtime: Runtime, person: Staff, link_id: int = 1) -> Decided:
    with runtime.store.begin() as session:
        link = session.get_one(CaseLink, link_id)
        return say_same(session, runtime.vault, link, person, runtime.clock())


def different(runtime: Runtime, person: Staff, link_id: int = 1) -> Decided:
    with runtime.store.begin() as session:
        link = session.get_one(CaseLink, link_id)
        return say_different(session, link, person, runtime.clock())


def in_doubt(
    runtime: Runtime, ncmec: Feed, state: Feed, *, amber: bool = False
) -> tuple[TakenIn, TakenIn]:
    first = push(runtime, ncmec, doc())
    return first, push(runtime, state, theirs(ALIKE, amberAlert=amber))


# --- the same


def test_who_waited_joins_who_was_told_of_and_nobody_hears_of_it(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff
) -> None:
    add_neighbours(runtime, 2)
    first, second = in_doubt(runtime, ncmec, state)
    Jobs(runtime).run_until_quiet()
    done = same(runtime, ana)
    Jobs(runtime).run_until_quiet()
    assert done.goes_on is not None
    assert done.goes_on.public_id == first.alert_id
    gone = alert(runtime, second.alert_id)
    assert (gone.status, gone.end_reason) == (Status.ENDED, EndReason.SUPERSEDED)
    assert case(runtime, second.alert_id).taken_down_at is not None
    assert waves(runtime) == [("alert", 2)]
    assert {voice.case_id for voice in voices(runtime)} == {case(runtime, first.alert_id).id}


def test_the_feed_that_was_joined_is_heard_from_then_on(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff
) -> None:
    first, _ = in_doubt(runtime, ncmec, state)
    same(runtime, ana)
    Jobs(runtime).run_until_quiet()
    again = push(runtime, state, theirs(ALIKE, lastModified=ago(hours=1), amberAlert=False))
    assert again.alert_id == first.alert_id
    ended = push(runtime, state, found(theirs(ALIKE)))
    assert (ended.ended, ended.alert_id) == (True, first.alert_id)


def test_what_waited_with_a_higher_tier_goes_on_waiting_there(
    runtime: Runtime, ncmec: Feed, ana: Staff
) -> None:
    sheriff = add_feed(runtime, "sheriff", Trust.REVIEW)
    first, _ = in_doubt(runtime, ncmec, sheriff, amber=True)
    same(runtime, ana)
    waiting = revisions(runtime, first.alert_id)[-1]
    assert (waiting.state, waiting.tier) == (RevisionState.HELD, Tier.AMBER)
    assert [reason["code"] for reason in waiting.held_reasons] == ["review"]
    approve_newest(runtime, first.alert_id)
    assert alert(runtime, first.alert_id).tier is Tier.AMBER
    assert case(runtime, first.alert_id).feed_id == sheriff.id


def test_of_two_that_wait_the_older_one_stays(runtime: Runtime, ana: Staff) -> None:
    feeds = [add_feed(runtime, slug, Trust.REVIEW) for slug in ("one", "two")]
    first, second = in_doubt(runtime, *feeds)
    done = same(runtime, ana)
    assert done.ended is not None
    assert done.ended.public_id == second.alert_id
    assert alert(runtime, first.alert_id).status is Status.HELD


def test_the_one_that_people_know_stays_also_if_it_is_newer(
    runtime: Runtime, ana: Staff, state: Feed
) -> None:
    sheriff = add_feed(runtime, "sheriff", Trust.REVIEW)
    first, second = in_doubt(runtime, sheriff, state, amber=True)
    done = same(runtime, ana)
    assert done.goes_on is not None
    assert done.goes_on.public_id == second.alert_id
    assert alert(runtime, first.alert_id).status is Status.ENDED
    assert alert(runtime, second.alert_id).status is Status.ACTIVE


def both_told(runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff) -> tuple[TakenIn, TakenIn]:
    """Two ambers went out before anybody saw that they are one."""
    add_neighbours(runtime, 2)
    first = push(runtime, ncmec, doc(amberAlert=True))
    second = push(runtime, state, theirs(ALIKE, amberAlert=True))
    Jobs(runtime).run_until_quiet()
    assert waves(runtime) == [("alert", 2), ("alert", 2)]
    done = same(runtime, ana)
    assert (done.goes_on, done.ended) == (None, None)
    return first, second


def test_two_that_people_know_both_go_on_and_end_together(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff
) -> None:
    first, second = both_told(runtime, ncmec, state, ana)
    push(runtime, ncmec, found(doc()))
    Jobs(runtime).run_until_quiet()
    ends = [alert(runtime, taken.alert_id).end_reason for taken in (first, second)]
    assert ends == [EndReason.FOUND, EndReason.FOUND]
    assert waves(runtime)[2:] == [("all_clear", 2), ("all_clear", 2)]


def test_who_comes_late_is_told_of_one_of_them_only(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff
) -> None:
    both_told(runtime, ncmec, state, ana)
    add_neighbours(runtime, 1, LonLat(-87.41, 46.55))
    Jobs(runtime).run_until_quiet()
    assert waves(runtime)[2:] == [("alert", 1)]
    with runtime.store.read() as session:
        assert len(session.scalars(select(Subscriber.id)).all()) == 3


def test_if_one_was_found_meanwhile_so_is_the_other(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff
) -> None:
    _, second = in_doubt(runtime, ncmec, state, amber=True)
    push(runtime, ncmec, found(doc()))
    assert alert(runtime, second.alert_id).status is Status.ACTIVE
    assert same(runtime, ana).ended is not None
    assert alert(runtime, second.alert_id).end_reason is EndReason.FOUND


def test_if_one_was_only_taken_back_the_other_goes_on(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff
) -> None:
    _, second = in_doubt(runtime, ncmec, state, amber=True)
    runtime.intake.withdrawal(ncmec, CaseKey(organization="NCMC", number="1"))
    same(runtime, ana)
    assert alert(runtime, second.alert_id).status is Status.ACTIVE


# --- different


def test_what_waited_for_nothing_else_goes_out(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff
) -> None:
    _, second = in_doubt(runtime, ncmec, state)
    done = different(runtime, ana)
    assert [one.public_id for one in done.went_live] == [second.alert_id]
    assert alert(runtime, second.alert_id).status is Status.ACTIVE


def test_what_waits_for_more_goes_on_waiting(runtime: Runtime, ncmec: Feed, ana: Staff) -> None:
    sheriff = add_feed(runtime, "sheriff", Trust.REVIEW)
    _, second = in_doubt(runtime, ncmec, sheriff)
    assert different(runtime, ana).went_live == ()
    (held,) = revisions(runtime, second.alert_id)
    assert [reason["code"] for reason in held.held_reasons] == ["review"]


@pytest.mark.parametrize("change", [{"suspended_why": "it flickers"}, {"paused": True}])
def test_what_a_held_or_paused_feed_sent_before_goes_on_waiting(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff, change: dict[str, object]
) -> None:
    _, second = in_doubt(runtime, ncmec, state)
    with runtime.store.begin() as session:
        for name, value in change.items():
            setattr(session.get_one(Feed, state.id), name, value)
    assert different(runtime, ana).went_live == ()
    (held,) = revisions(runtime, second.alert_id)
    assert [reason["code"] for reason in held.held_reasons] == ["feed_suspended"]


def test_the_pair_is_never_asked_about_again(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff
) -> None:
    _, second = in_doubt(runtime, ncmec, state)
    different(runtime, ana)
    van = {"description": "blue van"}
    for feed, document in ((ncmec, doc()), (state, theirs(ALIKE))):
        taken = push(runtime, feed, document | {"vehicle": van, "lastModified": ago(hours=1)})
        assert taken.outcome is SubmissionOutcome.ACCEPTED
    assert [link.likeness for link in links(runtime)] == [Likeness.DIFFERENT]
    assert alert(runtime, second.alert_id).status is Status.ACTIVE


# --- who, and how often


def test_an_editor_may_not_decide(runtime: Runtime, ncmec: Feed, state: Feed, hire: Hire) -> None:
    in_doubt(runtime, ncmec, state)
    with pytest.raises(Conflict, match="approver"):
        same(runtime, hire("eve", "editor"))
    assert [link.likeness for link in links(runtime)] == [Likeness.DOUBTFUL]


def test_a_decision_is_made_once_and_stays(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff
) -> None:
    in_doubt(runtime, ncmec, state)
    different(runtime, ana)
    assert different(runtime, ana).is_repeat
    with pytest.raises(Conflict, match="different"):
        same(runtime, ana)


def test_it_is_in_the_book_and_names_nobody(
    runtime: Runtime, ncmec: Feed, state: Feed, ana: Staff
) -> None:
    in_doubt(runtime, ncmec, state)
    same(runtime, ana)
    with runtime.store.read() as session:
        entries = session.scalars(select(AuditEntry)).all()
    (entry,) = [entry for entry in entries if entry.deed == "case.same"]
    assert (entry.actor, entry.subject) == ("staff:ana", "link:1")
    told = " ".join(f"{entry.subject} {entry.details}" for entry in entries)
    assert "Wren" not in told
    assert "2018" not in told


def test_a_third_feed_that_is_sure_of_both_asks(runtime: Runtime, ncmec: Feed, state: Feed) -> None:
    """Two open cases that nobody called one: the third can't choose, and the desk must."""
    push(runtime, ncmec, doc(WREN | {"middleName": "Ash", "firstName": "Wrenna"}))
    push(runtime, state, theirs(WREN | {"middleName": "Elm", "firstName": "Wrenna"}))
    bare = doc(WREN | {"firstName": "Wrenna"}, organization="OHDPS", number="5")
    third = push(runtime, add_feed(runtime, "third"), bare)
    assert (third.outcome, "perhaps_same_child" in codes(third)) == (HELD, True)
    assert len(links(runtime)) == 3

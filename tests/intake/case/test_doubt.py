"""It may be the same child: what goes out, what waits, and what the desk hears."""

import pytest

from alerts.alert import Status
from alerts.store.feeds import Feed, FeedKind
from alerts.store.submissions import SubmissionOutcome
from service.wiring import Runtime
from tests.intake.case.carried import (
    ALIKE,
    ROBIN,
    WREN,
    add_feed,
    ago,
    alert,
    cap,
    codes,
    doc,
    found,
    links,
    notices,
    push,
    theirs,
)

pytest_plugins = ("tests.intake.case.carrying_feeds",)

ACCEPTED, DUPLICATE, HELD = (
    SubmissionOutcome.ACCEPTED,
    SubmissionOutcome.DUPLICATE,
    SubmissionOutcome.HELD,
)


# --- doubt


def test_a_doubtful_match_waits_for_the_desk(runtime: Runtime, ncmec: Feed, state: Feed) -> None:
    first = push(runtime, ncmec, doc())
    second = push(runtime, state, theirs(ALIKE))
    assert (second.outcome, "perhaps_same_child" in codes(second)) == (HELD, True)
    assert second.alert_id != first.alert_id
    why = next(p for p in second.problems if p.code == "perhaps_same_child")
    assert str(first.alert_id) in why.message
    (link,) = links(runtime)
    assert {"name_alike", "surname", "birth_date"} <= set(link.reasons)
    assert "perhaps_same_child" in notices(runtime)


def test_an_amber_in_doubt_goes_out_and_the_desk_hears(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc())
    second = push(runtime, state, theirs(ALIKE, amberAlert=True))
    assert second.outcome is ACCEPTED
    assert alert(runtime, second.alert_id).status is Status.ACTIVE
    assert len(links(runtime)) == 1


def test_what_waits_in_doubt_goes_on_waiting_when_it_changes(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc())
    push(runtime, state, theirs(ALIKE))
    van = {"description": "blue van"}
    changed = push(runtime, state, theirs(ALIKE, vehicle=van, lastModified=ago(hours=1)))
    assert (changed.outcome, "perhaps_same_child" in codes(changed)) == (HELD, True)
    assert len(links(runtime)) == 1


def test_what_a_source_adds_later_may_bring_doubt(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc())
    bare = {"firstName": "Wrenna", "missingCity": "Marquette", "missingState": "MI"}
    second = push(runtime, state, theirs(bare))
    assert (second.outcome, len(links(runtime))) == (ACCEPTED, 0)
    push(runtime, state, theirs(ALIKE, lastModified=ago(hours=1)))
    assert len(links(runtime)) == 1
    assert alert(runtime, second.alert_id).status is Status.ACTIVE


def test_the_desk_hears_when_the_other_of_a_doubtful_pair_ends(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc())
    push(runtime, state, theirs(ALIKE))
    push(runtime, ncmec, found(doc()))
    assert "perhaps_over" in notices(runtime)


def test_sharing_one_of_two_children_is_doubtful(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    push(runtime, ncmec, doc(WREN, ROBIN))
    taken = push(runtime, state, theirs())
    assert (taken.outcome, "perhaps_same_child" in codes(taken)) == (HELD, True)
    assert "not_all_children" in links(runtime)[0].reasons


# --- CAP: names in free text are a hint


def test_a_known_name_in_a_cap_text_is_a_hint_for_the_desk(runtime: Runtime, ncmec: Feed) -> None:
    authority = add_feed(runtime, "authority", kind=FeedKind.CAP)
    push(runtime, ncmec, doc())
    words = "Seven year old Wren Q. Example was last seen in Marquette near the example school."
    taken = runtime.intake.cap(authority, cap(words))
    assert taken.outcome is ACCEPTED  # an amber goes out
    (link,) = links(runtime)
    assert link.reasons == ["name_in_text"]


def test_a_cap_text_that_came_first_is_found_as_well(runtime: Runtime, ncmec: Feed) -> None:
    authority = add_feed(runtime, "authority", kind=FeedKind.CAP)
    words = "Seven year old Wren Example was last seen in Marquette near the example school."
    runtime.intake.cap(authority, cap(words))
    taken = push(runtime, ncmec, doc())
    assert (taken.outcome, "perhaps_same_child" in codes(taken)) == (HELD, True)


@pytest.mark.parametrize("words", ["Wren was seen with a Mr Example in Marquette this very day."])
def test_half_a_name_is_no_hint(runtime: Runtime, ncmec: Feed, words: str) -> None:
    push(runtime, ncmec, doc())
    runtime.intake.cap(add_feed(runtime, "authority", kind=FeedKind.CAP), cap(words))
    assert links(runtime) == []


def test_a_name_in_a_text_far_away_is_no_hint(runtime: Runtime, ncmec: Feed) -> None:
    authority = add_feed(runtime, "authority", kind=FeedKind.CAP)
    push(runtime, ncmec, doc(WREN | {"missingCity": "Miami", "missingState": "FL"} | NO_ZIP))
    words = "Seven year old Wren Example was last seen near the example school this morning."
    runtime.intake.cap(authority, cap(words))
    assert links(runtime) == []


NO_ZIP = {"missingZip": None}

"""Update and Cancel act on every message they refer to, in whatever order messages come."""

import pytest
from sqlalchemy import select

from alerts.alert import EndReason, Status, WaveKind
from alerts.store.feeds import Trust
from alerts.store.waves import Wave
from service.jobs import Jobs
from tests.intake.cap.documents import info
from tests.intake.messages.cap_feed import ACCEPTED, DUPLICATE, HELD, CapFeed, at, codes, ref, story
from tests.service.api_partner.documents import add_neighbours, message

pytest_plugins = ("tests.store.databases", "tests.intake.messages.cap_fixtures")

FOREIGN = "else@police.example"


# --- several cases


def test_a_cancel_of_two_cases_ends_both(police: CapFeed) -> None:
    first, second = police.alert("A"), police.alert("B", 1)
    taken = police.cancel("C", 2, ref("A"), ref("B", 1))
    assert (taken.outcome, taken.ended) == (ACCEPTED, True)
    for one in (first, second):
        there = police.there(one)
        assert (there.status, there.end_reason) == (Status.ENDED, EndReason.CANCELLED)
    assert police.cancel("C", 2, ref("A"), ref("B", 1)).outcome is DUPLICATE


def test_a_cancel_ends_what_it_knows_and_names_what_it_doesnt(police: CapFeed) -> None:
    first = police.alert("A")
    taken = police.cancel("C", 2, ref("UNKNOWN"), ref("A"))
    assert (taken.outcome, taken.ended) == (ACCEPTED, True)
    (said,) = [p for p in taken.problems if p.code == "unknown_reference"]
    assert "Of its 2 references, number 1 names" in said.message
    assert police.there(first).status is Status.ENDED
    assert police.alert("UNKNOWN").outcome is HELD  # it was cancelled before it came


def test_an_update_of_two_cases_goes_on_with_the_newest_and_ends_the_other(
    police: CapFeed,
) -> None:
    first, second = police.alert("A"), police.alert("B", 1)
    taken = police.update("U", 2, ref("A"), ref("B", 1))
    assert (taken.outcome, taken.alert_id) == (ACCEPTED, second.alert_id)
    assert {"superseded"} <= codes(taken)
    assert "superseded" in {p["code"] for p in police.submission(taken.submission_id).problems}
    assert (taken.ended, taken.goes_on) == (True, True)
    older = police.there(first)
    assert (older.status, older.end_reason) == (Status.ENDED, EndReason.SUPERSEDED)
    assert police.there(second).live_revision == 2
    late = police.cancel("C", 3, ref("A"))  # what was superseded means what goes on
    assert (late.ended, late.alert_id) == (True, second.alert_id)


def test_who_was_told_of_a_superseded_alert_hears_no_all_clear(police: CapFeed) -> None:
    add_neighbours(police.runtime, 3)
    jobs = Jobs(police.runtime)
    first = police.alert("A")
    jobs.run_until_quiet()
    police.alert("B", 1)
    police.update("U", 2, ref("A"), ref("B", 1))
    jobs.run_until_quiet()
    with police.runtime.store.read() as session:
        ends = session.scalars(
            select(Wave).where(Wave.alert_id == police.there(first).id).order_by(Wave.id)
        ).all()
    assert [wave.kind for wave in ends][-1] is WaveKind.TAKEDOWN
    assert WaveKind.ALL_CLEAR not in {wave.kind for wave in ends}


def test_an_update_goes_on_with_what_people_see_rather_than_with_what_waits(
    police: CapFeed,
) -> None:
    seen = police.alert("A")
    ended = police.alert("B", 1)
    police.end(ended, EndReason.RECALLED)
    taken = police.update("U", 2, ref("A"), ref("B", 1))
    assert taken.alert_id == seen.alert_id
    assert police.there(seen).live_revision == 2


def test_an_update_that_waits_for_the_desk_ends_nothing(police: CapFeed) -> None:
    sheriff = police.beside("sheriff", Trust.REVIEW)
    first, second = sheriff.alert("A"), sheriff.alert("B", 1)
    taken = sheriff.update("U", 2, ref("A"), ref("B", 1))
    assert taken.outcome is HELD
    assert "supersede_waits" in codes(taken)
    assert "supersede_waits" in sheriff.notices()
    assert {sheriff.there(one).status for one in (first, second)} == {Status.HELD}


def test_an_update_of_an_update_is_the_next_revision_of_the_same_alert(police: CapFeed) -> None:
    first = police.alert("A")
    police.update("U1", 1, ref("A"))
    taken = police.update("U2", 2, ref("U1", 1))
    assert taken.alert_id == first.alert_id
    assert police.revisions(first) == 3
    assert police.cancel("C", 3, ref("A"), ref("U1", 1), ref("U2", 2)).ended


# --- whatever comes first


def test_an_update_that_comes_before_its_alert_is_held_until_it_is_sent_again(
    police: CapFeed,
) -> None:
    early = police.update("U", 1, ref("A"))
    assert (early.outcome, codes(early) >= {"unknown_reference"}) == (HELD, True)
    first = police.alert("A")
    assert first.outcome is ACCEPTED
    again = police.update("U", 1, ref("A"))
    assert (again.outcome, again.alert_id) == (ACCEPTED, first.alert_id)
    assert police.update("U", 1, ref("A")).outcome is DUPLICATE


def test_what_is_held_twice_is_a_duplicate_the_second_time(police: CapFeed) -> None:
    assert police.update("U", 1, ref("A")).outcome is HELD
    again = police.update("U", 1, ref("A"))
    assert (again.outcome, codes(again) >= {"unknown_reference", "duplicate"}) == (DUPLICATE, True)


def test_a_cancel_of_an_update_that_came_before_its_alert_ends_the_alert(police: CapFeed) -> None:
    police.update("U1", 1, ref("A"))
    police.update("U2", 2, ref("U1", 1))
    first = police.alert("A")
    assert police.cancel("C", 3, ref("U2", 2)).ended
    assert police.there(first).status is Status.ENDED


def test_an_update_that_was_cancelled_before_it_came_ends_what_it_is_about(
    police: CapFeed,
) -> None:
    first = police.alert("A")
    assert police.cancel("C", 2, ref("U", 1)).outcome is HELD
    assert police.update("U", 1, ref("A")).ended
    assert police.there(first).status is Status.ENDED


def test_an_alert_that_comes_last_of_all_is_not_told(police: CapFeed) -> None:
    police.cancel("C", 2, ref("U", 1))
    police.update("U", 1, ref("A"))
    late = police.alert("A")
    assert (late.outcome, late.alert_id) == (HELD, None)


def test_messages_that_refer_to_each_other_do_no_harm(police: CapFeed) -> None:
    police.update("U1", 1, ref("U2", 2))
    police.update("U2", 2, ref("U1", 1))
    assert police.cancel("C", 3, ref("U1", 1), ref("C", 3)).outcome is HELD


# --- whose is it?


def test_a_message_acts_on_its_own_senders_and_leaves_the_others(police: CapFeed) -> None:
    own, other = police.alert("A"), police.alert("B", 1, sender=FOREIGN)
    taken = police.cancel("C", 2, ref("A"), ref("B", 1, FOREIGN))
    assert (taken.outcome, "foreign_reference" in codes(taken)) == (ACCEPTED, True)
    assert police.there(own).status is Status.ENDED
    assert police.there(other).status is Status.ACTIVE
    assert "foreign_reference" in police.notices()


@pytest.mark.parametrize("kind", ["cancel", "update"])
def test_only_foreign_references_are_held_and_do_nothing(police: CapFeed, kind: str) -> None:
    other = police.alert("B", sender=FOREIGN)
    send = police.cancel if kind == "cancel" else police.update
    taken = send("C", 2, ref("B", 0, FOREIGN))
    assert (taken.outcome, "foreign_reference" in codes(taken)) == (HELD, True)
    assert police.there(other).status is Status.ACTIVE
    assert police.revisions(other) == 1


def test_another_feeds_case_stays_while_the_own_one_ends(police: CapFeed) -> None:
    other = police.beside("other")
    own, foreign = police.alert("A"), other.alert("B", 1)
    taken = police.cancel("C", 2, ref("A"), ref("B", 1))
    assert (taken.outcome, taken.ended) == (ACCEPTED, True)
    assert "another_feeds_case" in codes(taken)
    assert police.there(own).status is Status.ENDED
    assert police.there(foreign).status is Status.ACTIVE


def test_an_update_by_another_feed_in_the_same_words_takes_nothing_over(police: CapFeed) -> None:
    first, other = police.alert("A", words="A story"), police.beside("other")
    other.update("U", 1, ref("A"), infos=story("A story"))
    assert police.there(first).live_revision == 1
    assert not other.cancel("C", 2, ref("U", 1)).ended
    assert police.there(first).status is Status.ACTIVE


def test_a_cancelled_exercise_ends_the_exercise_only(police: CapFeed) -> None:
    real, drill = police.alert("A"), police.alert("B", 1, status="Exercise")
    taken = police.cancel("C", 2, ref("A"), ref("B", 1), status="Exercise")
    assert (taken.ended, "status_mismatch" in codes(taken)) == (True, True)
    assert police.there(real).status is Status.ACTIVE
    assert police.there(drill).status is Status.ENDED


def test_a_cancelled_exercise_that_never_came_keeps_no_real_alert_out(police: CapFeed) -> None:
    police.cancel("C", 2, ref("A"), status="Exercise")
    assert police.cases() == 0
    assert police.alert("A").outcome is ACCEPTED


# --- what else ends


def all_clear() -> str:
    return info().replace("<urgency>", "<responseType>AllClear</responseType><urgency>")


def test_an_all_clear_in_other_words_ends_what_it_refers_to(police: CapFeed) -> None:
    first = police.alert("A")
    over = all_clear().replace("Child Abduction", "Administrative Message").replace("CAE", "ADR")
    assert police.update("U", 1, ref("A"), infos=over).ended
    assert police.there(first).status is Status.ENDED


def test_an_all_clear_that_refers_to_nothing_is_never_told_as_an_alert(police: CapFeed) -> None:
    taken = police.send(message("A", sent=at(0), infos=all_clear()))
    assert (taken.outcome, taken.alert_id) == (HELD, None)
    assert "all_clear_of_nothing" in codes(taken)


def test_an_update_that_is_no_longer_about_a_child_is_held(police: CapFeed) -> None:
    first = police.alert("A")
    storm = story("wind").replace("Child Abduction", "Wind Advisory").replace("CAE", "WIY")
    taken = police.update("U", 1, ref("A"), infos=storm)
    assert (taken.outcome, "not_a_child_alert" in codes(taken)) == (HELD, True)
    assert police.revisions(first) == 1


# --- names


def test_another_feed_that_uses_a_messages_name_doesnt_keep_its_sender_from_ending_it(
    police: CapFeed,
) -> None:
    told = police.alert("A")
    assert police.update("U", 1, ref("A")).alert_id == told.alert_id
    stranger = police.beside("stranger", Trust.REVIEW)
    assert stranger.alert("U", 1, words="Quite another child").outcome is HELD
    assert police.update("U", 1, ref("A")).outcome is DUPLICATE
    taken = police.cancel("C", 2, ref("U", 1))
    assert (taken.outcome, taken.alert_id) == (ACCEPTED, told.alert_id)
    assert police.there(told).status is Status.ENDED


def test_a_name_that_another_feed_used_before_is_its_senders_all_the_same(police: CapFeed) -> None:
    stranger = police.beside("stranger", Trust.REVIEW)
    stranger.alert("U", 1, words="Quite another child")
    told = police.alert("A")
    police.update("U", 1, ref("A"))
    assert police.cancel("C", 2, ref("U", 1)).alert_id == told.alert_id
    assert police.there(told).status is Status.ENDED

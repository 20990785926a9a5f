"""One child, many feeds: one alert, one push; and which feed says what people see."""

from sqlalchemy import select

from alerts.alert import RevisionState, Status, Tier
from alerts.poster import CaseKey
from alerts.store.cases import PosterRecord
from alerts.store.feeds import Feed
from alerts.store.submissions import Submission, SubmissionOutcome
from service.jobs import Jobs
from service.wiring import Runtime
from tests.intake.case.carried import (
    ROBIN,
    WREN,
    add_feed,
    ago,
    alert,
    approve_newest,
    case,
    codes,
    count_alerts,
    doc,
    found,
    links,
    push,
    revisions,
    states,
    theirs,
    voices,
    waves,
)
from tests.service.api_partner.documents import add_neighbours, as_bytes

pytest_plugins = ("tests.intake.case.carrying_feeds",)

ACCEPTED, DUPLICATE, HELD = (
    SubmissionOutcome.ACCEPTED,
    SubmissionOutcome.DUPLICATE,
    SubmissionOutcome.HELD,
)


# --- a certain match joins


def test_the_same_child_of_another_feed_joins_the_case(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    first, second = push(runtime, ncmec, doc()), push(runtime, state, theirs())
    assert (second.outcome, second.alert_id) == (DUPLICATE, first.alert_id)
    assert "linked_case" in codes(second)
    assert count_alerts(runtime) == 1
    assert [voice.feed_id for voice in voices(runtime)] == [ncmec.id, state.id]
    assert states(runtime, first) == [RevisionState.LIVE, RevisionState.SPARE]


def test_nobody_is_told_twice_and_the_end_is_told_once(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    add_neighbours(runtime, 3)
    jobs = Jobs(runtime)
    push(runtime, ncmec, doc(amberAlert=True))
    jobs.run_until_quiet()
    push(runtime, state, theirs(amberAlert=True))
    jobs.run_until_quiet()
    assert waves(runtime) == [("alert", 3)]
    push(runtime, state, found(theirs(amberAlert=True)))
    jobs.run_until_quiet()
    assert waves(runtime) == [("alert", 3), ("all_clear", 3)]


def test_all_that_joined_goes_with_the_takedown(runtime: Runtime, ncmec: Feed, state: Feed) -> None:
    push(runtime, ncmec, doc())
    push(runtime, state, theirs())
    push(runtime, ncmec, found(doc()))
    Jobs(runtime).run_until_quiet()
    with runtime.store.read() as session:
        posters = session.scalars(select(PosterRecord.sealed_payload)).all()
        raws = session.scalars(select(Submission.sealed_raw)).all()
    assert len(posters) == 2
    assert [sealed for sealed in (*posters, *raws) if sealed is not None] == []


def test_later_words_of_the_feed_that_joined_are_kept_and_change_nothing(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    push(runtime, state, theirs())
    again = push(runtime, state, theirs())
    assert (again.outcome, "duplicate" in codes(again)) == (DUPLICATE, True)
    plate = {"description": "blue van", "licensePlate": "EXA 555"}
    changed = push(runtime, state, theirs(vehicle=plate, lastModified=ago(hours=1)))
    assert (changed.outcome, "linked_case" in codes(changed)) == (DUPLICATE, True)
    late = push(runtime, state, theirs(lastModified=ago(hours=9)))
    assert "duplicate" in codes(late)
    assert states(runtime, first) == [
        RevisionState.LIVE,
        RevisionState.SUPERSEDED,
        RevisionState.SPARE,
    ]


def test_the_feed_that_leads_goes_on_leading(runtime: Runtime, ncmec: Feed, state: Feed) -> None:
    first = push(runtime, ncmec, doc())
    push(runtime, state, theirs())
    plate = {"description": "blue van", "licensePlate": "EXA 555"}
    taken = push(runtime, ncmec, doc(vehicle=plate, lastModified=ago(hours=1)))
    assert taken.outcome is ACCEPTED
    assert alert(runtime, first.alert_id).live_revision == 3
    assert case(runtime, first.alert_id).feed_id == ncmec.id


def test_one_feed_that_relays_two_organizations_has_two_names_for_the_case(
    runtime: Runtime, ncmec: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    assert push(runtime, ncmec, theirs()).alert_id == first.alert_id
    gone = runtime.intake.withdrawal(ncmec, CaseKey(organization="TXDPS", number="77"))
    assert (gone.outcome, gone.ended) == (ACCEPTED, False)
    assert alert(runtime, first.alert_id).status is Status.ACTIVE
    assert runtime.intake.withdrawal(ncmec, CaseKey(organization="NCMC", number="1")).ended


def test_two_numbers_of_one_organization_are_two_cases(runtime: Runtime, ncmec: Feed) -> None:
    first, second = push(runtime, ncmec, doc()), push(runtime, ncmec, doc(number="2"))
    assert (second.outcome, second.alert_id == first.alert_id) == (ACCEPTED, False)
    assert links(runtime) == []


def test_two_of_one_page_meet_in_one_transaction(runtime: Runtime, ncmec: Feed) -> None:
    documents = [runtime.intake._read_poster(ncmec, as_bytes(d), None) for d in (doc(), theirs())]
    with runtime.store.begin() as session:
        taken = [runtime.intake.write(session, ncmec, one) for one in documents]
    assert taken[0].alert_id == taken[1].alert_id


def test_what_was_rolled_back_is_not_known(runtime: Runtime, ncmec: Feed, state: Feed) -> None:
    would_be = runtime.intake.would_be_poster(ncmec, as_bytes(doc()))
    assert would_be.outcome is ACCEPTED
    taken = push(runtime, state, theirs())
    assert taken.outcome is ACCEPTED
    assert count_alerts(runtime) == 1


def test_a_dry_run_says_that_it_would_join(runtime: Runtime, ncmec: Feed, state: Feed) -> None:
    push(runtime, ncmec, doc())
    would_be = runtime.intake.would_be_poster(state, as_bytes(theirs()))
    assert would_be.outcome is DUPLICATE
    assert [voice.feed_id for voice in voices(runtime)] == [ncmec.id]


def test_twins_and_siblings_are_cases_of_their_own(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    twin = push(runtime, state, theirs(WREN | {"firstName": "Robin"}))
    sibling = push(runtime, state, theirs(ROBIN | {"firstName": "Lark"}, number="78"))
    assert len({first.alert_id, twin.alert_id, sibling.alert_id}) == 3
    assert {twin.outcome, sibling.outcome} == {ACCEPTED}
    assert links(runtime) == []


def test_another_feed_under_the_same_name_joins_if_it_is_the_child(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    second = push(runtime, state, doc(WREN | {"hairColor": "Brown"}))
    assert (second.outcome, second.alert_id) == (DUPLICATE, first.alert_id)
    stranger = push(
        runtime, add_feed(runtime, "third"), doc(WREN | {"firstName": "Ash", "lastName": "Model"})
    )
    assert (stranger.outcome, "another_feeds_case" in codes(stranger)) == (HELD, True)


# --- who leads


def test_a_higher_tier_leads_by_its_own_trust(runtime: Runtime, ncmec: Feed, state: Feed) -> None:
    first = push(runtime, ncmec, doc())
    second = push(runtime, state, theirs(amberAlert=True))
    assert (second.outcome, second.alert_id) == (ACCEPTED, first.alert_id)
    live = alert(runtime, first.alert_id)
    assert (live.tier, live.live_revision, live.feed_id) == (Tier.AMBER, 2, state.id)
    assert case(runtime, first.alert_id).feed_id == state.id
    quiet = push(runtime, ncmec, doc(lastModified=ago(hours=1), vehicle={"description": "van"}))
    assert (quiet.outcome, "linked_case" in codes(quiet)) == (DUPLICATE, True)


def test_a_higher_tier_under_review_leads_once_the_desk_says_so(
    runtime: Runtime, ncmec: Feed, sheriff: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    second = push(runtime, sheriff, theirs(amberAlert=True))
    assert (second.outcome, second.alert_id) == (HELD, first.alert_id)
    assert case(runtime, first.alert_id).feed_id == ncmec.id
    approve_newest(runtime, first.alert_id)
    assert alert(runtime, first.alert_id).tier is Tier.AMBER
    assert case(runtime, first.alert_id).feed_id == sheriff.id


def test_a_feed_under_review_does_not_keep_back_one_that_is_trusted(
    runtime: Runtime, ncmec: Feed, sheriff: Feed
) -> None:
    first = push(runtime, sheriff, theirs())
    assert first.outcome is HELD
    second = push(runtime, ncmec, doc())
    assert (second.outcome, second.alert_id) == (ACCEPTED, first.alert_id)
    live = alert(runtime, first.alert_id)
    assert (live.status, live.feed_id) == (Status.ACTIVE, ncmec.id)
    waiting = revisions(runtime, first.alert_id)[-1]
    assert waiting.state is RevisionState.HELD  # the desk's work isn't lost


def test_what_is_only_tried_out_is_not_remembered(
    runtime: Runtime, ncmec: Feed, state: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    rehearsal = runtime.intake.would_be_withdrawal(ncmec, CaseKey(organization="NCMC", number="1"))
    assert rehearsal.ends
    runtime.intake.would_be_poster(state, as_bytes(theirs()))
    runtime.intake.would_be_poster(ncmec, as_bytes(doc(ROBIN, number="2")))
    push(runtime, ncmec, doc(ROBIN, number="3"))
    assert push(runtime, state, theirs()).alert_id == first.alert_id


def test_a_lead_that_withdraws_for_a_try_leaves_the_book_as_it_is(
    runtime: Runtime, ncmec: Feed, sheriff: Feed, state: Feed
) -> None:
    first = push(runtime, ncmec, doc())
    push(runtime, sheriff, theirs())
    with runtime.store.begin() as session:  # withdrawn, and the other goes apart: undone
        stage = runtime.intake.for_rehearsal()
        stage._write_withdrawal(session, ncmec, CaseKey(organization="NCMC", number="1"))
        stage.write(session, ncmec, stage._read_poster(ncmec, as_bytes(doc(ROBIN)), None))
        session.rollback()
    push(runtime, ncmec, doc(ROBIN, number="4"))
    again = push(runtime, state, theirs(number="78") | {"organizationCode": "OTHER"})
    assert again.alert_id == first.alert_id

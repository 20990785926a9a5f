"""What becomes of a document, rule by rule, on a real database."""

import base64
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from alerts.alert import EndReason, RevisionState, Status
from alerts.intake.document import TakenIn
from alerts.lifecycle import end_alert
from alerts.photos_shown import photos_shown
from alerts.poster import CaseKey
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.cases import (
    CaseRecord,
    PosterRecord,
    latest_poster,
    open_poster,
    photos_of_case,
)
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.submissions import Submission, SubmissionOutcome
from service.jobs import Jobs
from service.wiring import Runtime
from tests.service.api_partner.documents import as_bytes, found, poster

ACCEPTED, DUPLICATE, HELD = (
    SubmissionOutcome.ACCEPTED,
    SubmissionOutcome.DUPLICATE,
    SubmissionOutcome.HELD,
)


def add_feed(runtime: Runtime, slug: str) -> Feed:
    with runtime.store.begin() as session:
        feed = Feed(slug=slug, kind=FeedKind.POSTER, trust=Trust.AUTO, created_at=runtime.clock())
        session.add(feed)
    return feed


@pytest.fixture
def feed(runtime: Runtime) -> Feed:
    return add_feed(runtime, "police")


def push(runtime: Runtime, feed: Feed, document: dict[str, Any]) -> TakenIn:
    return runtime.intake.poster(feed, as_bytes(document))


def codes(taken: TakenIn) -> set[str]:
    return {p.code for p in taken.problems}


def revisions(runtime: Runtime) -> list[AlertRevision]:
    with runtime.store.read() as session:
        return list(session.scalars(select(AlertRevision).order_by(AlertRevision.number)))


def stored_texts(runtime: Runtime) -> list[bytes]:
    """Open everything that is sealed in the store: posters and raw documents."""
    vault = runtime.vault
    with runtime.store.read() as session:
        keys = {c.id: c.key_id for c in session.scalars(select(CaseRecord))}
        posters = [
            vault.open(keys[p.case_id], "poster", p.sealed_payload)
            for p in session.scalars(select(PosterRecord))
            if p.sealed_payload
        ]
        raws = [
            vault.open(s.key_id, "raw", s.sealed_raw)
            for s in session.scalars(select(Submission))
            if s.sealed_raw
        ]
    return posters + raws


def later(hour: int, **changes: Any) -> dict[str, Any]:
    return poster(lastModified=f"2026-03-01T{hour:02}:00:00Z", **changes)


def test_the_same_bytes_again_are_a_duplicate(runtime: Runtime, feed: Feed) -> None:
    first, second = push(runtime, feed, poster()), push(runtime, feed, poster())
    assert (first.outcome, second.outcome) == (ACCEPTED, DUPLICATE)
    assert second.alert_id == first.alert_id
    assert len(revisions(runtime)) == 1


def test_the_same_poster_with_a_newer_date_only_is_a_duplicate(
    runtime: Runtime, feed: Feed
) -> None:
    push(runtime, feed, poster())
    assert push(runtime, feed, later(11)).outcome is DUPLICATE


def test_a_newer_revision_with_a_vehicle_is_material(runtime: Runtime, feed: Feed) -> None:
    push(runtime, feed, poster())
    changed = later(11, vehicle={"description": "blue van", "licensePlate": "EXA 555"})
    assert push(runtime, feed, changed).outcome is ACCEPTED
    first, second = revisions(runtime)
    assert (first.state, second.state) == (RevisionState.SUPERSEDED, RevisionState.LIVE)
    assert second.material


def test_a_newer_revision_with_other_words_only_is_not_material(
    runtime: Runtime, feed: Feed
) -> None:
    push(runtime, feed, poster())
    words = [{"languageId": "en-US", "description": "Last seen near the example school."}]
    assert push(runtime, feed, later(11, descriptions=words)).outcome is ACCEPTED
    assert [r.material for r in revisions(runtime)] == [True, False]


def test_a_newer_revision_with_another_place_is_material(runtime: Runtime, feed: Feed) -> None:
    push(runtime, feed, poster())
    moved = later(11)
    moved["children"][0] |= {"missingCity": "Ishpeming", "missingZip": "49849"}
    push(runtime, feed, moved)
    assert [r.material for r in revisions(runtime)] == [True, True]


def test_an_older_revision_is_ignored(runtime: Runtime, feed: Feed) -> None:
    push(runtime, feed, later(12))
    taken = push(runtime, feed, later(11, amberAlert=False))
    assert taken.outcome is DUPLICATE
    assert len(revisions(runtime)) == 1


def test_another_letter_case_of_the_number_is_the_same_case(runtime: Runtime, feed: Feed) -> None:
    first = push(runtime, feed, poster("a-1"))
    assert push(runtime, feed, poster(" A-1 ", lastModified=None)).alert_id == first.alert_id


def jpeg(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (300, 300), colour).save(file, "JPEG")
    return file.getvalue()


def with_photo(child: dict[str, Any], colour: str) -> dict[str, Any]:
    raw = jpeg(colour)
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    photo = {"photoData": base64.b64encode(raw).decode(), "md5": md5}
    return {**child, "photos": [photo]}


def siblings(hour: int, *, robin_found: bool) -> dict[str, Any]:
    whole = later(hour)
    (wren,) = whole["children"]
    robin = {**wren, "firstName": "Robin", "clothing": "red example coat"}
    if robin_found:
        robin["dateFound"] = "2026-03-01T09:00:00Z"
    return whole | {"children": [with_photo(wren, "blue"), with_photo(robin, "red")]}


def robin_is_stored(runtime: Runtime) -> bool:
    return any(b"Robin" in text or b"red example coat" in text for text in stored_texts(runtime))


def photos(runtime: Runtime, taken: TakenIn) -> int:
    assert taken.case_id is not None
    with runtime.store.read() as session:
        return len(photos_of_case(session, taken.case_id))


def test_of_a_found_sibling_nothing_is_left(runtime: Runtime, feed: Feed) -> None:
    first = push(runtime, feed, siblings(10, robin_found=False))
    assert robin_is_stored(runtime)
    assert photos(runtime, first) == 2
    taken = push(runtime, feed, siblings(11, robin_found=True))
    assert (taken.outcome, taken.ended) == (ACCEPTED, False)
    assert not robin_is_stored(runtime)
    assert photos(runtime, taken) == 1
    assert [r.material for r in revisions(runtime)] == [True, True]
    assert any(b"Wren" in text for text in stored_texts(runtime))


@pytest.mark.parametrize("hour", [10, 9])
def test_an_earlier_document_brings_a_found_sibling_not_back(
    runtime: Runtime, feed: Feed, hour: int
) -> None:
    push(runtime, feed, siblings(10, robin_found=False))
    push(runtime, feed, siblings(11, robin_found=True))
    assert push(runtime, feed, siblings(hour, robin_found=False)).outcome is DUPLICATE
    assert not robin_is_stored(runtime)


def test_a_sibling_found_from_the_start_is_never_kept(runtime: Runtime, feed: Feed) -> None:
    taken = push(runtime, feed, siblings(11, robin_found=True))
    push(runtime, feed, siblings(11, robin_found=True))
    assert not robin_is_stored(runtime)
    assert photos(runtime, taken) == 1


def test_another_feeds_document_of_a_case_goes_with_its_takedown(
    runtime: Runtime, feed: Feed
) -> None:
    other = add_feed(runtime, "other")
    push(runtime, feed, poster())
    push(runtime, other, later(11, amberAlert=False))
    push(runtime, feed, found())
    Jobs(runtime).run_until_quiet()
    assert stored_texts_or_none(runtime) == []


def stored_texts_or_none(runtime: Runtime) -> list[bytes]:
    with runtime.store.read() as session:
        raws = session.scalars(select(Submission.sealed_raw)).all()
        payloads = session.scalars(select(PosterRecord.sealed_payload)).all()
    return [sealed for sealed in (*raws, *payloads) if sealed is not None]


def test_a_found_poster_ends_the_alert_as_found(runtime: Runtime, feed: Feed) -> None:
    push(runtime, feed, poster())
    taken = push(runtime, feed, found())
    assert (taken.outcome, taken.ended) == (ACCEPTED, True)
    with runtime.store.read() as session:
        alert = session.scalars(select(Alert)).one()
    assert (alert.status, alert.end_reason) == (Status.ENDED, EndReason.FOUND)


def test_a_found_poster_of_an_unknown_case_leaves_no_trace(runtime: Runtime, feed: Feed) -> None:
    taken = push(runtime, feed, found())
    assert (taken.outcome, taken.alert_id) == (ACCEPTED, None)
    assert "nothing_to_end" in codes(taken)
    assert stored_texts(runtime) == []


@pytest.mark.parametrize("is_taken_down", [False, True])
def test_a_case_that_ended_is_held_when_it_comes_anew(
    runtime: Runtime, feed: Feed, *, is_taken_down: bool
) -> None:
    push(runtime, feed, poster())
    push(runtime, feed, found())
    if is_taken_down:
        Jobs(runtime).run_until_quiet()
    anew = poster(lastModified="2026-03-05T10:00:00Z", amberAlert=False)
    taken = push(runtime, feed, anew)
    assert (taken.outcome, taken.alert_id) == (HELD, None)
    assert "case_closed" in codes(taken)


@pytest.mark.parametrize("is_taken_down", [False, True])
def test_a_document_from_before_the_child_was_found_is_held_and_not_kept(
    runtime: Runtime, feed: Feed, *, is_taken_down: bool
) -> None:
    push(runtime, feed, poster())
    push(runtime, feed, found())
    if is_taken_down:
        Jobs(runtime).run_until_quiet()
    again = push(runtime, feed, poster())
    assert (again.outcome, "case_closed" in codes(again)) == (HELD, True)
    assert push(runtime, feed, found()).outcome is DUPLICATE
    if is_taken_down:
        assert stored_texts_or_none(runtime) == []


def test_another_feed_with_the_same_poster_is_a_duplicate(runtime: Runtime, feed: Feed) -> None:
    first = push(runtime, feed, poster())
    taken = push(runtime, add_feed(runtime, "other"), poster())
    assert (taken.outcome, taken.alert_id) == (DUPLICATE, first.alert_id)


def test_another_feed_does_not_change_what_people_see(runtime: Runtime, feed: Feed) -> None:
    push(runtime, feed, poster())
    other = add_feed(runtime, "other")
    withdrawn = runtime.intake.withdrawal(other, CaseKey(organization="NCMC", number="1"))
    assert (withdrawn.outcome, "another_feeds_case" in codes(withdrawn)) == (HELD, True)
    taken = push(runtime, other, later(11, amberAlert=False))
    assert (taken.outcome, "linked_case" in codes(taken)) == (DUPLICATE, True)
    states = [revision.state for revision in revisions(runtime)]
    assert states == [RevisionState.LIVE, RevisionState.SPARE]


def test_another_feeds_photos_are_kept_beside_and_not_shown(runtime: Runtime, feed: Feed) -> None:
    whole = later(10)
    whole["children"] = [with_photo(whole["children"][0], "blue")]
    first = push(runtime, feed, whole)
    theirs = later(11, amberAlert=False)
    theirs["children"] = [with_photo(theirs["children"][0], "green")]
    push(runtime, add_feed(runtime, "other"), theirs)
    push(
        runtime,
        feed,
        whole | {"lastModified": "2026-03-01T12:00:00Z", "vehicle": {"description": "van"}},
    )
    assert photos(runtime, first) == 2
    assert first.case_id is not None
    with runtime.store.read() as session:
        case = session.get_one(CaseRecord, first.case_id)
        record = latest_poster(session, case.id)
        shown = open_poster(runtime.vault, case.key_id, record) if record else None
    assert shown is not None
    assert [p.md5 for p in photos_shown(shown)] == [whole["children"][0]["photos"][0]["md5"]]


@pytest.mark.parametrize("is_taken_down", [False, True])
def test_another_feeds_word_on_a_case_that_ended_is_held(
    runtime: Runtime, feed: Feed, *, is_taken_down: bool
) -> None:
    push(runtime, feed, poster())
    push(runtime, feed, found())
    if is_taken_down:
        Jobs(runtime).run_until_quiet()
    taken = push(runtime, add_feed(runtime, "other"), later(11, amberAlert=False))
    assert taken.outcome in (HELD, DUPLICATE)


def test_a_withdrawal_ends_the_alert_as_cancelled(runtime: Runtime, feed: Feed) -> None:
    push(runtime, feed, poster())
    taken = runtime.intake.withdrawal(feed, CaseKey(organization="ncmc", number="1"))
    assert taken.ended
    with runtime.store.read() as session:
        assert session.scalars(select(Alert)).one().end_reason is EndReason.CANCELLED


def test_a_case_that_expired_is_held_when_it_comes_anew(runtime: Runtime, feed: Feed) -> None:
    push(runtime, feed, poster())
    now = runtime.clock() + timedelta(days=2)
    with runtime.store.begin() as session:
        alert = session.scalars(select(Alert)).one()
        end_alert(session, alert, EndReason.EXPIRED, now, actor="system")
    assert "expired_before" in codes(push(runtime, feed, later(11, amberAlert=False)))


def test_the_newest_poster_can_be_opened_under_the_key_of_its_case(
    runtime: Runtime, feed: Feed
) -> None:
    push(runtime, feed, poster())
    with runtime.store.read() as session:
        (case,) = session.scalars(select(CaseRecord)).all()
        (record,) = session.scalars(select(PosterRecord)).all()
    opened = open_poster(runtime.vault, case.key_id, record)
    assert opened is not None
    assert opened.children[0].full_name == "Wren Example"


def test_a_child_who_was_taken_back_is_known_no_more_in_memory(
    runtime: Runtime, feed: Feed
) -> None:
    push(runtime, feed, poster())
    push(runtime, feed, poster("2"))
    assert len(runtime.intake.known) > 0
    push(runtime, feed, found("2"))
    push(runtime, feed, found())
    Jobs(runtime).run_until_quiet()
    assert len(runtime.intake.known) == 0

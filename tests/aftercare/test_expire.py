"""Does every alert end in time, and is nothing refused kept for ever?"""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from alerts.aftercare.expire import expire, forget_refused
from alerts.alert import EndReason, Status, WaveKind
from alerts.errors import Sealed
from alerts.store.alerts import Alert, out_of_time
from alerts.store.cases import CaseRecord
from alerts.store.staff import AuditEntry
from alerts.store.submissions import Submission, SubmissionOutcome
from tests.audience.post_office import PostOffice
from tests.audience.town import Town

MONTH = timedelta(days=30)


def run_out(town: Town) -> int:
    with town.store.read() as session:
        late = [alert.id for alert in out_of_time(session, town.clock())]
    ended = 0
    for alert_id in late:
        with town.store.begin() as session:
            ended += expire(session, alert_id, town.clock())
    return ended


def forget(town: Town) -> int:
    with town.store.begin() as session:
        return forget_refused(session, town.vault, town.clock(), MONTH)


def test_an_alert_ends_when_its_time_is_over_and_not_before(town: Town) -> None:
    alert_id = town.alert(lives=timedelta(hours=24))
    town.clock.move_on(hours=24, seconds=-1)
    assert run_out(town) == 0
    town.clock.move_on(seconds=1)
    assert [run_out(town), run_out(town)] == [1, 0]
    with town.store.read() as session:
        alert = session.get_one(Alert, alert_id)
        assert (alert.status, alert.end_reason) == (Status.ENDED, EndReason.EXPIRED)
        assert session.get_one(CaseRecord, alert.case_id).ended_at == alert.ended_at == town.clock()
        deeds = session.scalars(select(AuditEntry).where(AuditEntry.deed == "alert.ended")).all()
        assert [(d.actor, d.details) for d in deeds] == [("system", {"reason": "expired"})]


def test_an_alert_that_the_desk_never_saw_ends_too(town: Town) -> None:
    alert_id = town.alert()
    with town.store.begin() as session:
        session.get_one(Alert, alert_id).status = Status.HELD
    town.clock.move_on(days=1)
    assert run_out(town) == 1


def test_an_alert_that_was_found_stays_found(town: Town) -> None:
    alert_id = town.alert()
    town.end(alert_id, EndReason.FOUND)
    town.clock.move_on(days=1)
    assert run_out(town) == 0
    with town.store.read() as session:
        assert session.get_one(Alert, alert_id).end_reason is EndReason.FOUND


def test_expiry_replaces_the_push_without_a_sound(town: Town, post: PostOffice) -> None:
    town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    post.send()
    town.clock.move_on(days=1)
    run_out(town)
    assert post.settle(alert_id) == 1
    post.send()
    last = post.channel.last()
    assert (last.kind, last.silent) == (WaveKind.TAKEDOWN, True)
    assert last.alert_id == post.channel.pushed[0][0].alert_id  # it replaces what is shown


def submit(town: Town, *, case_id: int | None = None) -> tuple[int, UUID]:
    key_id = town.vault.new_key()
    with town.store.begin() as session:
        made = Submission(
            feed_id=1,
            received_at=town.clock(),
            media_type="text/plain",
            size_bytes=4,
            digest=b"d",
            key_id=key_id,
            sealed_raw=town.vault.seal(key_id, "raw", b"Wren Example"),
            outcome=SubmissionOutcome.REFUSED,
            problems=[],
            case_id=case_id,
        )
        session.add(made)
    return made.id, key_id


@pytest.fixture
def feed(town: Town) -> int:
    """A feed, and an alert of it."""
    return town.alert()


def test_a_refused_document_is_kept_for_a_month_and_then_unreadable(town: Town, feed: int) -> None:
    submission_id, key_id = submit(town)
    town.clock.now += MONTH
    assert forget(town) == 0
    town.clock.move_on(seconds=1)
    assert [forget(town), forget(town)] == [1, 0]
    with town.store.read() as session:
        kept = session.get_one(Submission, submission_id)
        assert (kept.sealed_raw, kept.outcome) == (None, SubmissionOutcome.REFUSED)
    with pytest.raises(Sealed):
        town.vault.seal(key_id, "raw", b"")


def test_documents_of_a_case_go_with_the_case_and_younger_ones_stay(town: Town, feed: int) -> None:
    _, of_case = submit(town, case_id=1)
    town.clock.now += MONTH
    _, young = submit(town)
    town.clock.move_on(seconds=1)
    assert forget(town) == 0
    for key_id in (of_case, young):
        town.vault.seal(key_id, "raw", b"still there")

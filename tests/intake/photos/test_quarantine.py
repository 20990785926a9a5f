"""Does nobody see a photo that is on the hash list, and does everything else go on?"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts.aftercare.expire import forget_quarantined
from alerts.alert import Status
from alerts.errors import Conflict, IllegalTransition, NotFound, Sealed
from alerts.intake.photos.review import confirm, let_go, look
from alerts.store.alerts import Alert
from alerts.store.cases import PhotoRecord, TakedownReceipt
from alerts.store.notices import open_notices
from alerts.store.quarantine import (
    PURPOSE,
    QuarantinedPhoto,
    Review,
    blocked_sources,
    count_unreviewed,
    quarantined_by_public_id,
)
from alerts.store.staff import AuditEntry, Staff, first_broken_link
from service.jobs import Jobs
from service.wiring import Runtime
from tests.fakes.clock import StandingClock
from tests.intake.photos.cases import (
    Police,
    child,
    inside,
    police,
    poster,
    reviewer,
    screened,
)
from tests.intake.photos.pictures import list_of, png

LISTED, FINE = png(1), png(2)


@pytest.fixture
def mqpd(house: Runtime, tmp_path: Path) -> Police:
    """A feed in a house whose hash list names one picture."""
    return police(screened(house, list_of(tmp_path / "list.txt", LISTED)))


@pytest.fixture
def hit(mqpd: Police) -> QuarantinedPhoto:
    """A poster came with that picture and another."""
    mqpd.sends(poster(child("Wren", inside(LISTED), inside(FINE))))
    [found] = mqpd.quarantined()
    return found


def everywhere(mqpd: Police) -> list[bytes]:
    """The content of every file of the instance, and of the table of photos."""
    folder = mqpd.runtime.settings.data_dir
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def test_it_is_sealed_under_a_key_of_its_own_and_the_alert_goes_on(
    mqpd: Police, hit: QuarantinedPhoto
) -> None:
    vault, case = mqpd.runtime.vault, mqpd.case()
    [photo] = mqpd.photos()
    assert photo.source != hit.source
    assert len(mqpd.kept_bytes(photo.public_id)) == 2
    assert mqpd.kept_bytes(hit.public_id) == []
    assert hit.key_id != case.key_id
    assert hit.sealed_image is not None
    assert vault.open(hit.key_id, PURPOSE, hit.sealed_image) == LISTED
    with pytest.raises(Sealed):
        vault.open(case.key_id, PURPOSE, hit.sealed_image)
    assert not any(LISTED[-200:] in content for content in everywhere(mqpd))
    assert (hit.distance, hit.list_name) == (0, "list.txt, line 1 (7,example tag)")
    with mqpd.runtime.store.read() as session:
        assert session.scalars(select(Alert)).one().status is Status.ACTIVE
        assert count_unreviewed(session) == 1


def test_the_feed_and_the_desk_are_told_without_a_word_of_what_is_on_it(
    mqpd: Police, hit: QuarantinedPhoto
) -> None:
    assert mqpd.newest_problems() == {"photo_quarantined"}
    with mqpd.runtime.store.read() as session:
        [notice] = open_notices(session)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "photo.quarantined"))
        said = entry.one()
        assert first_broken_link(session) is None
    assert (notice.code, notice.feed_id) == ("photo_quarantined", mqpd.feed.id)
    assert notice.alert_id is not None
    assert said.subject == f"photo:{hit.public_id}"
    assert set(said.details) == {"entry", "distance", "quality", "case"}


def test_a_dry_run_says_so_and_keeps_nothing(mqpd: Police) -> None:
    document = poster(child("Wren", inside(LISTED)))
    would = mqpd.runtime.intake.would_be_poster(mqpd.feed, document)
    assert [problem.code for problem in would.problems] == ["photo_quarantined"]
    assert mqpd.quarantined() == []


def test_the_same_photo_again_is_kept_once(mqpd: Police, hit: QuarantinedPhoto) -> None:
    mqpd.sends(poster(child("Wren", inside(LISTED), inside(FINE)), hour=12))
    assert [one.id for one in mqpd.quarantined()] == [hit.id]
    assert len(mqpd.photos()) == 1


def test_nor_is_it_kept_when_the_list_forgets_it(mqpd: Police, hit: QuarantinedPhoto) -> None:
    unscreened = screened(mqpd.runtime, None)
    replace(mqpd, runtime=unscreened).sends(poster(child("Wren", inside(LISTED)), hour=12))
    assert mqpd.photos() == []
    with mqpd.runtime.store.read() as session:
        assert blocked_sources(session, mqpd.case().id) == {hit.source}


def decide(mqpd: Police, hit: QuarantinedPhoto, verdict: Review, by: Staff) -> PhotoRecord | None:
    r = mqpd.runtime
    with r.store.begin() as session:
        photo = quarantined_by_public_id(session, hit.public_id)
        if verdict is Review.CONFIRMED:
            confirm(session, r.vault, photo, by, r.clock())
            return None
        return let_go(session, r.vault, r.media, photo, by, r.clock(), 40_000_000)


def test_a_look_hands_out_the_photo_as_it_came_and_is_in_the_book(
    mqpd: Police, hit: QuarantinedPhoto
) -> None:
    r, ana = mqpd.runtime, reviewer(mqpd.runtime)
    for _ in range(2):
        with r.store.begin() as session:
            photo = quarantined_by_public_id(session, hit.public_id)
            assert look(session, r.vault, photo, ana, r.clock()) == LISTED
    looks = [("staff:ana", "photo.looked_at")] * 2
    assert mqpd.deeds() == [("system", "photo.quarantined"), *looks]
    with r.store.begin() as session, pytest.raises(NotFound):
        quarantined_by_public_id(session, mqpd.case().public_id)


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_nobody_but_an_admin_may_look_or_decide(
    mqpd: Police, hit: QuarantinedPhoto, role: str
) -> None:
    r, ben = mqpd.runtime, reviewer(mqpd.runtime, "ben", role)
    with r.store.begin() as session, pytest.raises(Conflict, match="admin"):
        look(session, r.vault, quarantined_by_public_id(session, hit.public_id), ben, r.clock())
    for verdict in Review:
        with pytest.raises(Conflict, match="admin"):
            decide(mqpd, hit, verdict, ben)
    assert mqpd.deeds() == [("system", "photo.quarantined")]
    assert mqpd.quarantined()[0].verdict is None


def test_let_go_it_becomes_an_ordinary_photo_of_its_case(
    mqpd: Police, hit: QuarantinedPhoto
) -> None:
    kept = decide(mqpd, hit, Review.MISTAKEN, reviewer(mqpd.runtime))
    assert kept is not None
    assert len(mqpd.photos()) == 2
    [decided] = mqpd.quarantined()
    assert (decided.verdict, decided.reviewed_by) == ("mistaken", "ana")
    assert decided.sealed_image is None
    assert mqpd.deeds()[-1] == ("staff:ana", "photo.mistaken")
    assert len(mqpd.kept_bytes(kept.public_id)) == 2
    with pytest.raises(IllegalTransition, match="destroyed"):
        decide(mqpd, hit, Review.CONFIRMED, reviewer_of(mqpd))


def reviewer_of(mqpd: Police) -> Staff:
    with mqpd.runtime.store.read() as session:
        return session.scalars(select(Staff)).one()


def test_what_was_let_go_by_its_md5_is_not_quarantined_again(
    mqpd: Police, hit: QuarantinedPhoto
) -> None:
    decide(mqpd, hit, Review.MISTAKEN, reviewer(mqpd.runtime))
    mqpd.sends(poster(child("Wren", inside(FINE)), hour=12))  # taken off the poster
    assert len(mqpd.photos()) == 1
    mqpd.sends(poster(child("Wren", inside(FINE), inside(LISTED)), hour=13))
    assert len(mqpd.photos()) == 2
    assert len(mqpd.quarantined()) == 1


def test_let_go_after_the_end_it_is_shown_nowhere(mqpd: Police, hit: QuarantinedPhoto) -> None:
    mqpd.sends(poster(child("Wren", dateFound="2026-11-22T12:00:00Z"), hour=12))
    assert decide(mqpd, hit, Review.MISTAKEN, reviewer(mqpd.runtime)) is None
    assert mqpd.quarantined()[0].sealed_image is None


def test_let_go_when_the_poster_shows_it_no_more_it_is_destroyed(
    mqpd: Police, hit: QuarantinedPhoto
) -> None:
    mqpd.sends(poster(child("Wren", inside(FINE)), hour=12))
    assert mqpd.quarantined()[0].sealed_image is not None
    assert decide(mqpd, hit, Review.MISTAKEN, reviewer(mqpd.runtime)) is None
    assert len(mqpd.photos()) == 1


def test_confirmed_it_stays_sealed_and_is_not_let_go(mqpd: Police, hit: QuarantinedPhoto) -> None:
    ana = reviewer(mqpd.runtime)
    for _ in range(2):
        decide(mqpd, hit, Review.CONFIRMED, ana)
    assert mqpd.deeds()[1:] == [("staff:ana", "photo.confirmed")]
    with pytest.raises(IllegalTransition):
        decide(mqpd, hit, Review.MISTAKEN, ana)
    assert mqpd.quarantined()[0].sealed_image is not None
    with mqpd.runtime.store.read() as session:
        assert count_unreviewed(session) == 0


def ended_and_taken_down(mqpd: Police) -> TakedownReceipt:
    mqpd.sends(poster(child("Wren", dateFound="2026-11-22T12:00:00Z"), hour=12))
    Jobs(mqpd.runtime).run_until_quiet()
    with mqpd.runtime.store.read() as session:
        return session.scalars(select(TakedownReceipt)).one()


def test_what_nobody_confirmed_goes_with_its_case(mqpd: Police, hit: QuarantinedPhoto) -> None:
    receipt = ended_and_taken_down(mqpd)
    assert mqpd.quarantined()[0].sealed_image is None
    with pytest.raises(Sealed):
        mqpd.runtime.vault.open(hit.key_id, PURPOSE, hit.sealed_image or b"")
    whats = {copy["what"]: copy["count"] for copy in receipt.document["copies"]}
    assert whats["photos in quarantine, with their keys"] == 1
    with pytest.raises(IllegalTransition, match="destroyed"):
        decide(mqpd, hit, Review.CONFIRMED, reviewer(mqpd.runtime))


def test_what_was_confirmed_outlives_its_case_until_its_time_is_over(
    mqpd: Police, hit: QuarantinedPhoto, house: Runtime
) -> None:
    decide(mqpd, hit, Review.CONFIRMED, reviewer(mqpd.runtime))
    receipt = ended_and_taken_down(mqpd)
    assert any("confirmed" in kept for kept in receipt.document["kept"])
    r, clock = mqpd.runtime, house.clock
    assert isinstance(clock, StandingClock)
    kept = timedelta(days=90)
    with r.store.begin() as session:
        assert forget_quarantined(session, r.vault, clock(), kept) == 0
    assert mqpd.quarantined()[0].sealed_image is not None
    clock.move_on(days=91)
    Jobs(r).expire()
    assert mqpd.quarantined()[0].sealed_image is None
    assert mqpd.deeds()[-1] == ("system", "photo.destroyed")
    with r.store.begin() as session:
        assert forget_quarantined(session, r.vault, clock(), kept) == 0


def test_a_found_siblings_photo_goes_from_the_quarantine_at_once(mqpd: Police) -> None:
    mqpd.sends(poster(child("Wren", inside(LISTED)), child("Robin", inside(FINE))))
    found = child("Wren", dateFound="2026-11-22T12:00:00Z")
    mqpd.sends(poster(found, child("Robin", inside(FINE)), hour=12))
    assert mqpd.quarantined()[0].sealed_image is None
    assert len(mqpd.photos()) == 1


def test_a_hit_in_a_document_of_no_case_is_quarantined_once_too(mqpd: Police) -> None:
    mqpd.sends(poster(child("Wren", inside(FINE))))
    mqpd.sends(poster(child("Wren", dateFound="2026-11-22T12:00:00Z"), hour=12))
    Jobs(mqpd.runtime).run_until_quiet()
    for hour in (13, 14):
        taken = mqpd.sends(poster(child("Wren", inside(LISTED)), hour=hour))
        assert taken.case_id is None
    [hit] = mqpd.quarantined()
    assert (hit.case_id, hit.feed_id) == (None, mqpd.feed.id)
    assert decide(mqpd, hit, Review.MISTAKEN, reviewer(mqpd.runtime)) is None


def test_while_the_list_cant_be_read_the_alert_goes_without_its_photos(
    house: Runtime, tmp_path: Path
) -> None:
    mqpd = police(screened(house, tmp_path / "gone.txt"))
    taken = mqpd.sends(poster(child("Wren", inside(FINE))))
    assert [problem.code for problem in taken.problems] == ["photo_unscreened"]
    assert taken.alert_id is not None
    assert mqpd.photos() == []
    assert not list(house.settings.data_dir.glob("media/**/*.page"))

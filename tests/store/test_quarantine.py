"""Are photos in quarantine found, counted and destroyed, and those that were confirmed spared?"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.errors import NotFound, Sealed
from alerts.store.cases import CaseRecord
from alerts.store.engine import Store
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.quarantine import (
    PURPOSE,
    QuarantinedPhoto,
    Review,
    blocked_sources,
    count_unreviewed,
    destroy,
    destroy_unconfirmed,
    has_evidence,
    kept_past,
    quarantined_by_public_id,
    quarantined_of_case,
)
from alerts.store.vault import Vault
from tests.fakes.clock import NOON

DAY = timedelta(days=1)


@pytest.fixture
def case_id(store: Store, vault: Vault) -> int:
    with store.begin() as session:
        feed = Feed(slug="police", kind=FeedKind.POSTER, trust=Trust.AUTO, created_at=NOON)
        session.add(feed)
        session.flush()
        case = CaseRecord(feed_id=feed.id, lookup=b"case", key_id=vault.new_key(), opened_at=NOON)
        session.add(case)
        session.flush()
        return case.id


def quarantined(
    session: Session,
    vault: Vault,
    case_id: int,
    source: bytes,
    verdict: Review | None = None,
    found_at: datetime = NOON,
    reviewed_at: datetime | None = None,
) -> QuarantinedPhoto:
    key_id = vault.new_key()
    photo = QuarantinedPhoto(
        feed_id=session.get_one(CaseRecord, case_id).feed_id,
        case_id=case_id,
        source=source,
        key_id=key_id,
        sealed_image=vault.seal(key_id, PURPOSE, b"bytes"),
        list_name="list.txt, line 1",
        distance=3,
        found_at=found_at,
        verdict=verdict,
        reviewed_at=reviewed_at,
    )
    session.add(photo)
    session.flush()
    return photo


def test_one_is_found_by_its_id_only(store: Store, vault: Vault, case_id: int) -> None:
    with store.begin() as session:
        photo = quarantined(session, vault, case_id, b"a")
        assert quarantined_by_public_id(session, photo.public_id) is photo
        other = session.scalars(select(CaseRecord.public_id)).one()
        with pytest.raises(NotFound):
            quarantined_by_public_id(session, other)
        assert [p.source for p in quarantined_of_case(session, case_id)] == [b"a"]
        assert quarantined_of_case(session, case_id + 1) == []


def test_what_was_let_go_is_blocked_no_more(store: Store, vault: Vault, case_id: int) -> None:
    with store.begin() as session:
        for source, verdict in ((b"a", None), (b"b", Review.CONFIRMED), (b"c", Review.MISTAKEN)):
            quarantined(session, vault, case_id, source, verdict)
        assert blocked_sources(session, case_id) == {b"a", b"b"}
        assert count_unreviewed(session) == 1


def test_to_destroy_one_takes_its_key_and_its_bytes(
    store: Store, vault: Vault, case_id: int
) -> None:
    with store.begin() as session:
        photo = quarantined(session, vault, case_id, b"a")
        sealed = photo.sealed_image or b""
        for _ in range(2):
            destroy(vault, photo)
        assert photo.sealed_image is None
        with pytest.raises(Sealed):
            vault.open(photo.key_id, PURPOSE, sealed)
        assert count_unreviewed(session) == 0
        assert blocked_sources(session, case_id) == {b"a"}


def test_with_the_case_goes_what_nobody_confirmed(store: Store, vault: Vault, case_id: int) -> None:
    with store.begin() as session:
        for source, verdict in ((b"a", None), (b"b", Review.CONFIRMED), (b"c", None)):
            quarantined(session, vault, case_id, source, verdict)
        assert destroy_unconfirmed(session, vault, case_id, but={b"c"}) == 1
        assert destroy_unconfirmed(session, vault, case_id) == 1
        assert destroy_unconfirmed(session, vault, case_id) == 0
        left = [p.source for p in quarantined_of_case(session, case_id) if p.sealed_image]
        assert left == [b"b"]
        assert has_evidence(session, case_id)
        assert not has_evidence(session, case_id + 1)


def test_the_time_begins_anew_with_the_review(store: Store, vault: Vault, case_id: int) -> None:
    with store.begin() as session:
        quarantined(session, vault, case_id, b"old", found_at=NOON - 5 * DAY)
        quarantined(
            session,
            vault,
            case_id,
            b"reviewed",
            Review.CONFIRMED,
            found_at=NOON - 5 * DAY,
            reviewed_at=NOON,
        )
        quarantined(session, vault, case_id, b"new")
        assert [p.source for p in kept_past(session, NOON - DAY)] == [b"old"]
        assert len(kept_past(session, NOON + DAY)) == 3

"""Is a case found under each of its names, and its content read only with its key?"""

import pytest
from sqlalchemy import select

from alerts.errors import Sealed
from alerts.store.cases import (
    CaseAlias,
    CaseRecord,
    PhotoRecord,
    PosterRecord,
    case_by_lookup,
    latest_poster,
    open_poster,
    photo_by_public_id,
    photos_of_case,
    receipt_of_case,
    waiting_for_takedown,
)
from tests.audience.town import WREN, Town
from tests.fakes.clock import NOON


def case_of(town: Town) -> CaseRecord:
    town.alert()
    with town.store.read() as session:
        return session.scalars(select(CaseRecord).order_by(CaseRecord.id.desc())).all()[0]


def test_a_case_is_found_by_its_own_name_and_by_each_alias(town: Town) -> None:
    case, other = case_of(town), case_of(town)
    with town.store.begin() as session:
        session.add_all(
            CaseAlias(case_id=case.id, lookup=town.vault.lookup("cap", str(n))) for n in range(2)
        )
    with town.store.read() as session:
        names = [case.lookup, *(town.vault.lookup("cap", str(n)) for n in range(2))]
        found = [case_by_lookup(session, name) for name in names]
        assert {one.id for one in found if one} == {case.id}
        assert None not in found
        assert case_by_lookup(session, b"unknown") is None
        assert case_by_lookup(session, other.lookup) is not None


def test_the_newest_poster_opens_with_the_cases_key_and_is_sealed_in_the_table(
    town: Town,
) -> None:
    case = case_of(town)
    town.revise(1, poster=WREN.model_copy(update={"amber": True}))
    with town.store.read() as session:
        newest = latest_poster(session, case.id)
        assert newest is not None
        poster = open_poster(town.vault, case.key_id, newest)
        payloads = session.scalars(select(PosterRecord.sealed_payload)).all()
    assert poster is not None
    assert poster.amber
    assert len(payloads) == 2
    assert not [p for p in payloads if p is None or b"Wren" in p or b"Example" in p]


def test_after_its_key_is_gone_a_poster_cant_be_opened_and_when_blank_there_is_none(
    town: Town,
) -> None:
    case = case_of(town)
    town.vault.destroy(case.key_id)
    with town.store.begin() as session:
        poster = latest_poster(session, case.id)
        assert poster is not None
        with pytest.raises(Sealed):
            open_poster(town.vault, case.key_id, poster)
        poster.sealed_payload = None
        assert open_poster(town.vault, case.key_id, poster) is None


def test_photos_are_listed_until_they_are_removed(town: Town) -> None:
    case = case_of(town)
    with town.store.begin() as session:
        kept, gone = (
            PhotoRecord(
                case_id=case.id, source=bytes([n]), width=1, height=1, kept_at=NOON, removed_at=None
            )
            for n in range(2)
        )
        session.add_all([kept, gone])
        session.flush()
        gone.removed_at = NOON
    with town.store.read() as session:
        assert [photo.id for photo in photos_of_case(session, case.id)] == [kept.id]
        assert photo_by_public_id(session, kept.public_id) is not None
        assert photo_by_public_id(session, gone.public_id) is None


def test_an_ended_case_waits_until_it_was_taken_down(town: Town) -> None:
    case = case_of(town)
    case_of(town)
    with town.store.begin() as session:
        assert waiting_for_takedown(session) == []
        session.get_one(CaseRecord, case.id).ended_at = NOON
    with town.store.begin() as session:
        assert [c.id for c in waiting_for_takedown(session)] == [case.id]
        session.get_one(CaseRecord, case.id).taken_down_at = NOON
    with town.store.read() as session:
        assert waiting_for_takedown(session) == []
        assert receipt_of_case(session, case.id) is None

"""Is a child who was found gone from everywhere, and can the source prove it?"""

import base64
import json
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import select

from alerts.aftercare.takedown import canonical, take_down
from alerts.alert import EndReason
from alerts.area_of_interest import DRAWN
from alerts.errors import Sealed
from alerts.intake.document import TakenIn
from alerts.store.alerts import Alert
from alerts.store.base import Base
from alerts.store.cases import (
    CaseRecord,
    PhotoRecord,
    PosterRecord,
    TakedownReceipt,
    open_poster,
    photo_by_public_id,
    receipt_of_case,
)
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.media import SIZES, Media
from alerts.store.rehearsal import NoMedia
from alerts.store.staff import AuditEntry, first_broken_link
from alerts.store.submissions import Submission, SubmissionOutcome
from alerts.store.subscribers import Channel
from geo.circle import circle_ground
from geo.geojson import to_geometry
from service.api.public_export import exporter_of
from service.demo.cases import portrait_png
from service.jobs import Jobs
from service.wiring import Runtime
from tests.audience.town import CENTRE, Town
from tests.fakes.clock import NOON
from tests.intake.cap.documents import info
from tests.service.api_partner.documents import message, reference

NAME = b"Wrenlyn"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture(autouse=True)
def neighbour(house: Runtime) -> None:
    """Somebody near by, whose phone is told on the console."""
    town = Town(store=house.store, vault=house.vault, index=house.index)
    town.person(phones=[Channel.CONSOLE])


def add_feed(house: Runtime, slug: str) -> Feed:
    with house.store.begin() as session:
        feed = Feed(slug=slug, kind=FeedKind.POSTER, trust=Trust.AUTO, created_at=NOON)
        session.add(feed)
    return feed


def poster(**changes: object) -> bytes:
    """A poster of a fictional child, with a drawn area and a portrait."""
    child = {
        "firstName": NAME.decode(),
        "lastName": "Example",
        "ageNow": "7",
        "missingSince": "2026-11-22T10:00:00Z",
        "missingCity": "Marquette",
        "missingState": "MI",
        "photos": [{"photoData": base64.b64encode(portrait_png(1)).decode()}],
        **changes,
    }
    properties = {
        "organizationCode": "MQPD",
        "caseNumber": "2026-0001",
        "amberAlert": True,
        "lastModified": "2026-11-22T11:00:00Z",
        "children": [child],
        "contacts": [{"name": "Marquette Police", "phoneNumbers": ["1-906-555-0100"]}],
    }
    geometry = to_geometry(circle_ground(CENTRE, 16_000))
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    return json.dumps(feature).encode()


@pytest.fixture
def taken(house: Runtime) -> TakenIn:
    """The poster is in and everybody is told."""
    taken = house.intake.poster(add_feed(house, "police"), poster())
    assert taken.outcome is SubmissionOutcome.ACCEPTED
    Jobs(house).run_until_quiet()
    return taken


def end(house: Runtime) -> None:
    with house.store.read() as session:
        feed = session.scalars(select(Feed).where(Feed.slug == "police")).one()
    assert house.intake.poster(feed, poster(dateFound="2026-11-22T12:00:00Z")).ended


def photo_id(house: Runtime) -> UUID:
    with house.store.read() as session:
        return session.scalars(select(PhotoRecord.public_id)).one()


def try_take_down(house: Runtime, media: Media | None = None) -> TakedownReceipt | None:
    with house.store.begin() as session:
        case = session.get_one(CaseRecord, 1)
        return take_down(session, house.vault, media or house.media, case, house.clock())


def everything_stored(house: Runtime) -> bytes:
    """Return every value of every table, as text and bytes."""
    said = b""
    with house.store.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                values = [v if isinstance(v, bytes) else str(v).encode() for v in row]
                said += b"|".join([table.name.encode(), *values]) + b"\n"
    return said


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_before_it_the_case_can_be_read_by_us_and_by_nobody_else(
    house: Runtime, taken: TakenIn, tmp_path: Path
) -> None:
    with house.store.read() as session:
        case = session.get_one(CaseRecord, taken.case_id)
        record = session.scalars(select(PosterRecord)).one()
        found = open_poster(house.vault, case.key_id, record)
    assert found is not None
    assert found.children[0].first_name == NAME.decode()
    assert house.media.get(photo_id(house), "page")
    assert NAME not in everything_stored(house)
    assert not [name for name, raw in files(tmp_path).items() if NAME in raw]


def test_after_it_nothing_of_the_case_is_left_anywhere(
    house: Runtime, taken: TakenIn, tmp_path: Path, folder: Path
) -> None:
    photo = photo_id(house)
    sealed_photo = house.media.get(photo, "page") or b""
    with house.store.read() as session:
        key_id = session.get_one(CaseRecord, taken.case_id).key_id
        payload = session.scalars(select(PosterRecord.sealed_payload)).one() or b""
    key = house.keyring.secret(key_id) or b""
    end(house)
    Jobs(house).run_until_quiet()

    assert house.keyring.secret(key_id) is None
    with house.store.read() as session:
        assert set(session.scalars(select(PosterRecord.sealed_payload))) == {None}
        assert set(session.scalars(select(Submission.sealed_raw))) == {None}
        assert photo_by_public_id(session, photo) is None
        assert session.get_one(CaseRecord, taken.case_id).taken_down_at == house.clock()
    assert [house.media.get(photo, size) for size in SIZES] == [None] * len(SIZES)
    assert not list((folder / "media").rglob(f"{photo.hex}*"))
    assert NAME not in everything_stored(house)
    house.close()  # the write-ahead log is emptied
    traces = (NAME, b"Example", key, payload[-64:], sealed_photo[-64:], portrait_png(1)[-64:])
    assert all(len(trace) > 5 for trace in traces)
    for name, raw in files(tmp_path).items():
        assert not [trace for trace in traces if trace in raw], name


def test_what_was_sealed_is_unreadable_from_any_backup(house: Runtime, taken: TakenIn) -> None:
    backup = house.media.get(photo_id(house), "push") or b""
    with house.store.read() as session:
        key_id = session.get_one(CaseRecord, taken.case_id).key_id
    end(house)
    try_take_down(house)
    with pytest.raises(Sealed):
        house.vault.open(key_id, "photo/push", backup)


def test_the_link_of_a_photo_is_dead_though_it_hasnt_expired(
    house: Runtime, taken: TakenIn
) -> None:
    photo = photo_id(house)
    link = house.links.url(photo, "page", house.clock())
    end(house)
    try_take_down(house)
    expires, signature = (part.split("=")[1] for part in link.split("?")[1].split("&"))
    assert house.links.is_good(photo, "page", int(expires), signature, house.clock())
    with house.store.read() as session:
        assert photo_by_public_id(session, photo) is None
    assert house.media.get(photo, "page") is None


def test_the_receipt_says_where_the_data_was_and_is_signed(house: Runtime, taken: TakenIn) -> None:
    end(house)
    receipt = try_take_down(house)
    assert receipt is not None
    counts = {(c["where"], c["what"]): c["count"] for c in receipt.document["copies"]}
    assert counts == {
        ("keyring", "the key of the case"): 1,
        ("database", "posters"): 1,
        ("database", "documents"): 2,
        ("media", "photos"): 1,
    }
    assert {c["gone_at"] for c in receipt.document["copies"]} == {house.clock().isoformat()}
    with house.store.read() as session:
        kept = receipt_of_case(session, receipt.case_id)
    assert kept is not None
    key = load_pem_public_key(kept.document["public_key"].encode())
    assert isinstance(key, Ed25519PublicKey)
    assert kept.document["public_key"] == house.vault.public_key_pem()
    key.verify(kept.signature, canonical(kept.document))
    changed = {**kept.document, "taken_down_at": "2020-01-01T00:00:00+00:00"}
    with pytest.raises(InvalidSignature):
        key.verify(kept.signature, canonical(changed))


def test_running_it_again_does_nothing(house: Runtime, taken: TakenIn) -> None:
    end(house)
    assert try_take_down(house) is not None
    before = everything_stored(house)
    assert try_take_down(house) is None
    Jobs(house).aftercare()
    assert everything_stored(house).count(b"case.taken_down") == before.count(b"case.taken_down")
    with house.store.read() as session:
        assert len(session.scalars(select(TakedownReceipt)).all()) == 1
        assert first_broken_link(session) is None


def test_a_case_that_hasnt_ended_isnt_taken_down(house: Runtime, taken: TakenIn) -> None:
    assert try_take_down(house) is None
    assert house.media.get(photo_id(house), "page")


def test_a_case_that_was_never_told_is_taken_down_the_same(house: Runtime) -> None:
    house.intake.poster(add_feed(house, "police"), poster())
    end(house)
    Jobs(house).run_until_quiet()
    with house.store.read() as session:
        assert receipt_of_case(session, 1) is not None
        assert session.get_one(Alert, 1).end_reason is EndReason.FOUND


class PowerCut(BaseException):
    """The machine is no more."""


class DyingMedia(NoMedia):
    """Dies when the first photo is to be removed; the key is gone by then."""

    def remove(self, photo_id: UUID) -> None:
        raise PowerCut


def test_a_crash_between_the_key_and_the_rows_is_finished_later(
    house: Runtime, taken: TakenIn, folder: Path
) -> None:
    end(house)
    with pytest.raises(PowerCut):
        try_take_down(house, DyingMedia())
    with house.store.read() as session:
        case = session.get_one(CaseRecord, 1)
        assert house.keyring.secret(case.key_id) is None
        assert case.taken_down_at is None
        assert None not in session.scalars(select(PosterRecord.sealed_payload)).all()
    Jobs(house).run_until_quiet()
    with house.store.read() as session:
        assert set(session.scalars(select(PosterRecord.sealed_payload))) == {None}
        assert receipt_of_case(session, 1) is not None
    assert not [path for path in (folder / "media").rglob("*") if path.is_file()]


def test_a_name_in_the_words_for_an_area_goes_with_the_case(house: Runtime) -> None:
    words = f"<areaDesc>Around the home of {NAME.decode()}</areaDesc>"
    inside = info(f"<area>{words}<circle>46.54,-87.4 16</circle></area>")
    with house.store.begin() as session:
        feed = Feed(slug="cap", kind=FeedKind.CAP, trust=Trust.AUTO, created_at=NOON)
        session.add(feed)
    sent = house.clock().isoformat()
    told = house.intake.cap(feed, message(sent=sent, infos=inside))
    assert told.outcome is SubmissionOutcome.ACCEPTED
    lists = exporter_of(house)
    with house.store.read() as session:
        assert [one.place for one in lists.list_active(session, house.clock())] == [DRAWN]
    refs = reference(sent=sent)
    over = message("C", msg_type="Cancel", sent=sent, references=refs, infos="")
    assert house.intake.cap(feed, over).ended
    Jobs(house).run_until_quiet()
    assert NAME not in everything_stored(house)


def test_what_another_feed_said_of_the_child_goes_too(
    house: Runtime, taken: TakenIn, tmp_path: Path
) -> None:
    other = house.intake.poster(add_feed(house, "county"), poster(hairColor="Brown"))
    assert (other.outcome, other.alert_id) == (SubmissionOutcome.DUPLICATE, taken.alert_id)
    end(house)
    Jobs(house).run_until_quiet()
    with house.store.read() as session:
        assert set(session.scalars(select(Submission.sealed_raw))) == {None}


def test_no_deed_in_the_audit_names_the_child(house: Runtime, taken: TakenIn) -> None:
    end(house)
    Jobs(house).run_until_quiet()
    with house.store.read() as session:
        deeds = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [d.deed for d in deeds] == ["alert.live", "alert.ended", "case.taken_down"]
    said = json.dumps([[d.actor, d.subject, d.details] for d in deeds])
    assert not [word for word in ("Wrenlyn", "Example", "2026-0001", "Marquette") if word in said]


def test_the_signed_bytes_dont_depend_on_the_order_of_keys() -> None:
    assert (
        canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()
    )

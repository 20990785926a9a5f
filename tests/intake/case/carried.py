"""One fictional child, carried by several feeds, each under a number and a spelling of its own."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from alerts.alert import RevisionState
from alerts.clock import utc_now
from alerts.intake.document import TakenIn
from alerts.lifecycle import go_live
from alerts.poster import CaseKey
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.cases import CaseRecord
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.notices import DeskNotice
from alerts.store.voices import CaseLink, CaseVoice
from alerts.store.waves import Wave
from service.wiring import Runtime
from tests.intake.cap.documents import info
from tests.service.api_partner.documents import as_bytes, message, square


def ago(**by: float) -> str:
    """Return a moment of the last days, as a source writes it."""
    moment = utc_now().replace(microsecond=0) - timedelta(**by)
    return moment.isoformat().replace("+00:00", "Z")


SINCE = ago(hours=30)

WREN: dict[str, Any] = {
    "firstName": "Wren",
    "lastName": "Example",
    "dateOfBirth": "2018-04-01",
    "sex": "Female",
    "missingSince": SINCE,
    "missingCity": "Marquette",
    "missingState": "MI",
    "missingZip": "49855",
}
ALIKE = WREN | {"firstName": "Wrenna"}  # a slip, or a twin's name
ROBIN: dict[str, Any] = WREN | {"firstName": "Robin", "dateOfBirth": "2016-09-12"}


def doc(
    *children: dict[str, Any], organization: str = "NCMC", number: str = "1", **changes: Any
) -> dict[str, Any]:
    """Return a poster of these children (of Wren, if none is named), with its area drawn."""
    whole = {
        "organizationCode": organization,
        "caseNumber": number,
        "lastModified": ago(hours=2),
        "children": list(children) or [WREN],
        "contacts": [{"name": "Example Police", "phoneNumbers": ["1-906-555-0100"]}],
    }
    return whole | changes


def theirs(*children: dict[str, Any], number: str = "77", **changes: Any) -> dict[str, Any]:
    """Return the poster as another organization has it: in capitals, with a middle initial."""
    default = WREN | {"firstName": "WREN", "middleName": "Q", "lastName": "EXAMPLE"}
    return doc(*(children or (default,)), organization="TXDPS", number=number, **changes)


def drawn(document: dict[str, Any]) -> dict[str, Any]:
    """Return a poster as a Feature, so that it needs no places to have an area."""
    geometry = {"type": "Polygon", "coordinates": [square()]}
    return {"type": "Feature", "geometry": geometry, "properties": document}


def found(document: dict[str, Any]) -> dict[str, Any]:
    """Return a poster once all of its children were found."""
    children = [child | {"dateFound": ago(minutes=5)} for child in document["children"]]
    return document | {"children": children, "lastModified": ago(minutes=4)}


def add_feed(
    runtime: Runtime, slug: str, trust: Trust = Trust.AUTO, kind: FeedKind = FeedKind.POSTER
) -> Feed:
    """Add a feed."""
    with runtime.store.begin() as session:
        feed = Feed(slug=slug, kind=kind, trust=trust, created_at=runtime.clock())
        session.add(feed)
    return feed


def push(runtime: Runtime, feed: Feed, document: dict[str, Any]) -> TakenIn:
    """Take a poster in."""
    return runtime.intake.poster(feed, as_bytes(document))


def codes(taken: TakenIn) -> set[str]:
    """Return what was said of a document."""
    return {problem.code for problem in taken.problems}


def alert(runtime: Runtime, public_id: UUID | None) -> Alert:
    """Return an alert as the database has it."""
    with runtime.store.read() as session:
        return session.scalars(select(Alert).where(Alert.public_id == public_id)).one()


def case(runtime: Runtime, public_id: UUID | None) -> CaseRecord:
    """Return an alert's case."""
    with runtime.store.read() as session:
        return session.get_one(CaseRecord, alert(runtime, public_id).case_id)


def revisions(runtime: Runtime, public_id: UUID | None) -> Sequence[AlertRevision]:
    """Return an alert's revisions, spare ones as well."""
    with runtime.store.read() as session:
        return session.scalars(
            select(AlertRevision)
            .where(AlertRevision.alert_id == alert(runtime, public_id).id)
            .order_by(AlertRevision.number)
        ).all()


def voices(runtime: Runtime) -> Sequence[CaseVoice]:
    """Return every voice."""
    with runtime.store.read() as session:
        return session.scalars(select(CaseVoice).order_by(CaseVoice.id)).all()


def links(runtime: Runtime) -> Sequence[CaseLink]:
    """Return every link."""
    with runtime.store.read() as session:
        return session.scalars(select(CaseLink).order_by(CaseLink.id)).all()


def notices(runtime: Runtime) -> set[str]:
    """Return the codes of what waits at the desk."""
    with runtime.store.read() as session:
        return set(session.scalars(select(DeskNotice.code)))


def approve_newest(runtime: Runtime, public_id: UUID | None) -> None:
    """Let the desk say yes."""
    with runtime.store.begin() as session:
        found_ = session.scalars(select(Alert).where(Alert.public_id == public_id)).one()
        held = [r for r in found_.revisions if r.state == "held"]
        go_live(session, found_, held[-1], runtime.clock(), actor="staff:ana")


def states(runtime: Runtime, taken: TakenIn) -> list[RevisionState]:
    """Return where the revisions of an alert stand."""
    return [revision.state for revision in revisions(runtime, taken.alert_id)]


def waves(runtime: Runtime) -> list[tuple[str, int]]:
    """Return the kind of every wave, and how many devices it has."""
    with runtime.store.read() as session:
        found_ = session.scalars(select(Wave).order_by(Wave.id))
        return [(wave.kind.value, wave.devices) for wave in found_]


def count_alerts(runtime: Runtime) -> int:
    """Return how many alerts there are."""
    with runtime.store.read() as session:
        return session.scalar(select(func.count()).select_from(Alert)) or 0


def withdraw(runtime: Runtime, feed: Feed, organization: str, number: str) -> TakenIn:
    """Let a feed take its poster back."""
    return runtime.intake.withdrawal(feed, CaseKey(organization=organization, number=number))


def cap(words: str, identifier: str = "EX-1", **changes: Any) -> bytes:
    """Return a CAP message that tells of a child in these words."""
    told = f"<description>{words}</description>"
    call = "<contact>Example Police, 906-555-0123</contact>"
    return message(identifier, infos=info(late=told + call), **changes)

"""A CAP feed on a database of its own, on both sizes, and ways to look at what became of it.

The fixtures that make one are in cap_fixtures.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from alerts.alert import EndReason
from alerts.clock import utc_now
from alerts.intake.document import TakenIn
from alerts.lifecycle import end_alert
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.cases import CaseRecord
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.notices import open_notices
from alerts.store.submissions import Submission, SubmissionOutcome
from service.wiring import Runtime
from tests.intake.cap.documents import area, info
from tests.service.api_partner.documents import message, reference

ACCEPTED, DUPLICATE, HELD, REFUSED = (
    SubmissionOutcome.ACCEPTED,
    SubmissionOutcome.DUPLICATE,
    SubmissionOutcome.HELD,
    SubmissionOutcome.REFUSED,
)
START = utc_now().replace(microsecond=0) - timedelta(hours=2)


def at(minute: int) -> str:
    """Return the moment at which a message was sent."""
    return (START + timedelta(minutes=minute)).isoformat()


def story(words: str = "", *, wide_km: int = 0, expires: str = "") -> str:
    """Return an <info> that tells something of the child."""
    told = f"<expires>{expires}</expires>" if expires else ""
    told += f"<description>{words}</description>" if words else ""
    contact = "<contact>Example Police, 906-555-0123</contact>"
    shape = area(f"<circle>46.54,-87.4 {wide_km}</circle>") if wide_km else area()
    return info(shape, late=told + contact)


@dataclass(frozen=True, kw_only=True)
class CapFeed:
    """A feed, and the intake that it speaks to."""

    runtime: Runtime
    feed: Feed

    def send(self, raw: bytes) -> TakenIn:
        """Push a document."""
        return self.runtime.intake.cap(self.feed, raw)

    def alert(self, name: str, minute: int = 0, words: str | None = None, **more: str) -> TakenIn:
        """Push an Alert that tells of a child of its own unless `words` say what it tells."""
        told = f"Story of {name}" if words is None else words
        return self.send(message(name, sent=at(minute), infos=story(told), **more))

    def update(
        self, name: str, minute: int, *about: str, infos: str | None = None, **more: str
    ) -> TakenIn:
        """Push an Update of the messages that `about` refers to."""
        told = story(f"News of {name}") if infos is None else infos
        refs = " ".join(about)
        return self.send(
            message(name, msg_type="Update", sent=at(minute), references=refs, infos=told, **more)
        )

    def cancel(self, name: str, minute: int, *about: str, **more: str) -> TakenIn:
        """Push a Cancel without <info>."""
        refs = " ".join(about)
        return self.send(
            message(name, msg_type="Cancel", sent=at(minute), references=refs, infos="", **more)
        )

    def there(self, taken: TakenIn) -> Alert:
        """Return the alert of a document as it stands."""
        with self.runtime.store.read() as session:
            return session.scalars(select(Alert).where(Alert.public_id == taken.alert_id)).one()

    def alerts(self) -> Sequence[Alert]:
        """Return all alerts, oldest first."""
        with self.runtime.store.read() as session:
            return session.scalars(select(Alert).order_by(Alert.id)).all()

    def revisions(self, taken: TakenIn) -> int:
        """Count an alert's revisions."""
        with self.runtime.store.read() as session:
            of_alert = select(AlertRevision).where(AlertRevision.alert_id == self.there(taken).id)
            return len(session.scalars(of_alert).all())

    def submission(self, public_id: UUID) -> Submission:
        """Return what was kept of a document."""
        with self.runtime.store.read() as session:
            of_id = select(Submission).where(Submission.public_id == public_id)
            return session.scalars(of_id).one()

    def raw(self, public_id: UUID) -> bytes | None:
        """Open what was kept of a document."""
        row = self.submission(public_id)
        if row.sealed_raw is None:
            return None
        return self.runtime.vault.open(row.key_id, "raw", row.sealed_raw)

    def cases(self) -> int:
        """Count the cases, tombstones among them."""
        with self.runtime.store.read() as session:
            return len(session.scalars(select(CaseRecord)).all())

    def notices(self) -> set[str]:
        """Return what the desk is told."""
        with self.runtime.store.read() as session:
            return {notice.code for notice in open_notices(session)}

    def end(self, taken: TakenIn, reason: EndReason) -> None:
        """End an alert."""
        with self.runtime.store.begin() as session:
            alert = session.scalars(select(Alert).where(Alert.public_id == taken.alert_id)).one()
            end_alert(session, alert, reason, self.runtime.clock(), actor="system")

    def beside(self, slug: str, trust: Trust = Trust.AUTO) -> "CapFeed":
        """Return another feed on the same instance."""
        return add_feed(self.runtime, slug, trust)


def ref(name: str, minute: int = 0, sender: str = "alerts@police.example") -> str:
    """Return a reference to a message."""
    return reference(name, sent=at(minute), sender=sender)


def codes(taken: TakenIn) -> set[str]:
    """Return what was said of a document."""
    return {problem.code for problem in taken.problems}


def add_feed(runtime: Runtime, slug: str, trust: Trust = Trust.AUTO) -> CapFeed:
    """Add a feed to an instance."""
    with runtime.store.begin() as session:
        feed = Feed(slug=slug, kind=FeedKind.CAP, trust=trust, created_at=runtime.clock())
        session.add(feed)
    return CapFeed(runtime=runtime, feed=feed)

"""Was this CAP message, or what it says, here before?

By its name (sender, identifier, sent): the same content is a duplicate, other content under the
same name is for the desk. By its content: senders repeat an alert under a fresh identifier.
"""

from sqlalchemy.orm import Session

from alerts.errors import Sealed
from alerts.intake.cap.values import CapAlert
from alerts.intake.case.changes import content_digest
from alerts.intake.document import RAW_PURPOSE, Document, Verdict
from alerts.intake.messages.parts import cap_parts
from alerts.intake.messages.references import case_of_message
from alerts.poster import CaseKey, Poster
from alerts.problem import warning
from alerts.store.alerts import alert_of_case
from alerts.store.cases import CaseRecord, case_by_lookup, latest_poster, open_poster
from alerts.store.feeds import Feed
from alerts.store.submissions import (
    Submission,
    SubmissionOutcome,
    submissions_named,
    was_blanked,
)
from alerts.store.vault import Vault
from alerts.store.voices import voices_of


def said_before(
    session: Session, vault: Vault, feed: Feed, document: Document, alert: CapAlert
) -> Verdict | None:
    """Judge a message whose name this feed has used; None if it is to be judged by what it says.

    What changed no case is judged anew: what it waited for may be here by now. Of a case
    that was taken back the earlier text is gone; then only the same bytes are known to be the same.
    """
    if document.name is None:
        return None
    earlier = submissions_named(session, feed.id, document.name)
    same = [_is_same(vault, one, document, alert) for one in earlier]
    if any(same):
        case = case_of_message(session, vault, feed, document.name)
        if case is not None and speaks_of(session, feed, case):
            return duplicate(session, case)
        return _recorded_before() if alert.msg_type in ("Ack", "Error") else None
    if not earlier or None in same:
        return None
    message = "Another message came under this identifier and time; send changes as an Update."
    said = warning("name_reused", "alert/identifier", message)
    return Verdict(outcome=SubmissionOutcome.HELD, problems=(said,))


def _recorded_before() -> Verdict:
    said = warning("duplicate", "", "The same was said before.")
    return Verdict(outcome=SubmissionOutcome.DUPLICATE, problems=(said,), forget=True)


def _is_same(vault: Vault, earlier: Submission, document: Document, alert: CapAlert) -> bool | None:
    """Compare with what came before; None if that can't be read any more."""
    if earlier.digest == vault.lookup_bytes("raw", document.raw):
        return True
    if earlier.sealed_raw is None:
        return None
    try:
        raw = vault.open(earlier.key_id, RAW_PURPOSE, earlier.sealed_raw)
    except Sealed:
        return None
    return any(part.reading.alert == alert for part in cap_parts(raw).parts)


def duplicate(session: Session, case: CaseRecord) -> Verdict:
    """Say that nothing is new, and keep no more of an ended case."""
    over = case.ended_at is not None
    return Verdict(
        outcome=SubmissionOutcome.DUPLICATE,
        problems=(warning("duplicate", "", "The same was said before."),),
        case=None if over else case,
        alert=alert_of_case(session, case.id),
        forget=over or was_blanked(session, case.id),
    )


def content_name(vault: Vault, feed: Feed, poster: Poster) -> bytes | None:
    """Return the keyed hash by which the same words under another identifier are found.

    Without identifier, times and expiry. None where there is no description: what says nothing of
    the child may be said of two.
    """
    if not any((narrative.description or "").strip() for narrative in poster.narratives):
        return None
    words = _words(poster.model_copy(update={"expires_at": None}))
    return vault.lookup("cap-content", str(feed.id), words.hex())


def case_of_content(session: Session, name: bytes | None) -> CaseRecord | None:
    """Return the case that this feed told in the same words, open or ended."""
    return case_by_lookup(session, name) if name is not None else None


def speaks_of(session: Session, feed: Feed, case: CaseRecord) -> bool:
    """Say whether a feed leads a case or is heard beside the one that does."""
    voices = voices_of(session, case.id)
    return case.feed_id == feed.id or any(voice.feed_id == feed.id for voice in voices)


def is_unchanged(
    session: Session, vault: Vault, feed: Feed, case: CaseRecord, poster: Poster
) -> bool:
    """Say whether the newest poster of an open case that this feed leads says the same.

    Expiry included.
    """
    latest = latest_poster(session, case.id)
    if case.feed_id != feed.id or case.ended_at is not None or latest is None:
        return False
    before = open_poster(vault, case.key_id, latest)
    return before is not None and _words(before) == _words(poster)


def _words(poster: Poster) -> bytes:
    """Return what tells posters apart that only differ in the name and time of their message."""
    nameless = CaseKey(organization=poster.case.organization, number="")
    return content_digest(poster.model_copy(update={"case": nameless, "issued_at": None}))

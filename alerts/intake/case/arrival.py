"""One document on its way in, with all that judging it takes; and what is said of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from alerts.intake.case.changes import content_digest
from alerts.intake.case.siblings import without_the_found
from alerts.intake.document import Verdict
from alerts.intake.judge.consider import Proposal
from alerts.intake.likeness.identity import PosterIdentity, identity_of
from alerts.intake.likeness.known import KnownChildren
from alerts.intake.photos.pdq import PdqHash
from alerts.poster import Poster
from alerts.problem import Problem, warning
from alerts.store.alerts import Alert, alert_of_case
from alerts.store.cases import CaseRecord, PosterRecord, seal_poster
from alerts.store.feeds import Feed
from alerts.store.submissions import SubmissionOutcome, was_blanked
from alerts.store.vault import Vault
from alerts.store.voices import CaseVoice


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A document that was read and considered, in the transaction that writes it down."""

    session: Session
    vault: Vault
    feed: Feed
    proposal: Proposal
    lookup: bytes  # keyed hash of the feed's own name for the case
    known: KnownChildren
    hashes: tuple[PdqHash, ...]  # of the photos that came with it
    now: datetime

    @property
    def poster(self) -> Poster:
        """What the source says."""
        return self.proposal.poster

    @cached_property
    def identity(self) -> PosterIdentity:
        """By what its children are told from others."""
        return identity_of(self.poster, self.now)

    @cached_property
    def digest(self) -> bytes:
        """What tells this revision of the poster from another."""
        return self.vault.lookup_bytes("poster", content_digest(self.poster))

    @property
    def somebody_was_found(self) -> bool:
        """Whether a child on the poster has been found."""
        return any(child.date_found for child in self.poster.children)

    def says_the_same(self, before: PosterRecord) -> bool:
        """Whether nothing changed but dates."""
        return before.digest == self.digest

    def is_older_than(self, before: PosterRecord) -> bool:
        """Whether the source wrote it before what is here."""
        modified_at = self.poster.modified_at
        if modified_at is None or before.modified_at is None:
            return False
        return modified_at < before.modified_at

    def keep(self, case: CaseRecord, voice: CaseVoice) -> PosterRecord:
        """Seal this revision of what a feed says under its case's key, and write it down."""
        kept = self.first_of(case, voice)
        self.session.flush()
        return kept

    def first_of(self, case: CaseRecord, voice: CaseVoice) -> PosterRecord:
        """Do the same for a new case: written down together with all else of it, once."""
        shown = without_the_found(self.poster)
        kept = PosterRecord(
            case=case,
            voice=voice,
            digest=self.digest,
            modified_at=self.poster.modified_at,
            received_at=self.now,
            sealed_payload=seal_poster(self.vault, case, shown),
        )
        self.session.add(kept)
        identity = self.identity if shown is self.poster else identity_of(shown, self.now)
        self.known.note_own(self.session, kept, identity)
        return kept


def judged(case: CaseRecord, alert: Alert, arrival: Arrival, hold: tuple[Problem, ...]) -> Verdict:
    """Say that a document was acted on, now or once the desk has looked (`hold`: why it must)."""
    outcome = SubmissionOutcome.HELD if hold else SubmissionOutcome.ACCEPTED
    return Verdict(
        outcome=outcome,
        problems=hold,
        case=case,
        alert=alert,
        forget=arrival.somebody_was_found,
    )


def duplicate(session: Session, case: CaseRecord, words: str) -> Verdict:
    """Say that a document brings nothing new."""
    over = case.ended_at is not None
    return Verdict(
        outcome=SubmissionOutcome.DUPLICATE,
        problems=(warning("duplicate", "", words),),
        case=None if over else case,
        alert=alert_of_case(session, case.id),
        forget=over or was_blanked(session, case.id),
    )


def another_status(case: CaseRecord, alert: Alert) -> Verdict:
    """Hold a rehearsal of a real alert's case, or the other way round (DOMAIN rule 14)."""
    said = warning(
        "status_mismatch",
        "alert/status",
        "One of the two is an exercise and the other is not: nothing was changed by this.",
    )
    return Verdict(outcome=SubmissionOutcome.HELD, problems=(said,), case=case, alert=alert)


def foreign(session: Session, case: CaseRecord) -> Verdict:
    """Hold a word on a case that this feed doesn't carry."""
    said = warning(
        "another_feeds_case",
        "/caseNumber",
        "Another feed carries this case, and this one never did: the desk must look.",
    )
    alert = alert_of_case(session, case.id)
    return Verdict(
        outcome=SubmissionOutcome.HELD,
        problems=(said,),
        case=None if case.ended_at is not None else case,  # its takedown reaches this text, too
        alert=alert,
        foreign=True,
    )

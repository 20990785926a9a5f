"""Receives what partners push: a poster, a withdrawal, a CAP message; or says what it would do.

Each call is: read (pure), consider (reads places), write down (one transaction). Afterwards the
caller rings the doorbell; nothing here waits for a network.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.clock import Clock
from alerts.intake.cap_message import CapDecision, CapVerdict, decide_cap, note_alias
from alerts.intake.cases import case_in_turn, lay_tombstone, lookup_of
from alerts.intake.consider import Considering, Proposal
from alerts.intake.document import Document, TakenIn, hold_aside, refuse
from alerts.intake.ncmec.reader import read_poster_bytes
from alerts.intake.photos.keep import KeptPhoto, keep_photos, unpack_inline
from alerts.intake.siblings import remove_photos_not_shown, without_the_found
from alerts.intake.take_in import end_case, take_in
from alerts.photos_shown import photos_shown
from alerts.poster import CaseKey, Poster
from alerts.problem import Problem, error
from alerts.store.cases import CaseRecord
from alerts.store.engine import Store
from alerts.store.feeds import Feed
from alerts.store.media import Media
from alerts.store.rehearsal import NoMedia
from alerts.store.submissions import SubmissionOutcome
from alerts.store.vault import Vault

JSON = "application/json"
CAP = "application/cap+xml"


@dataclass(frozen=True, kw_only=True)
class WouldBe:
    """What a document would become: the answer to a dry run."""

    problems: tuple[Problem, ...]
    proposal: Proposal | None
    outcome: SubmissionOutcome
    ends: bool = False  # an alert would end by it


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A document that only has to be written down; without a proposal it is refused."""

    document: Document
    proposal: Proposal | None
    problems: tuple[Problem, ...]
    photos: tuple[KeptPhoto, ...] = ()
    case_id: int | None = None  # where the document names its case by reference


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Takes documents in."""

    store: Store
    vault: Vault
    media: Media
    considering: Considering
    clock: Clock
    max_pixels: int

    def poster(self, feed: Feed, raw: bytes, *, must_be: CaseKey | None = None) -> TakenIn:
        """Take in a poster in NCMEC's schema, or a GeoJSON Feature whose properties are one.

        `must_be`: the case that the address of a PUT names; another one inside is refused.
        """
        prepared = self._read_poster(feed, raw, must_be)
        with self.store.begin() as session:
            return self.write(session, feed, prepared)

    def prepare(
        self,
        feed: Feed,
        document: Document,
        poster: Poster | None,
        problems: tuple[Problem, ...],
        photos: tuple[KeptPhoto, ...] = (),
        case_id: int | None = None,
    ) -> Prepared:
        """Work out what a poster becomes: everything that needs no transaction."""
        if poster is None or _has_error(problems):
            return Prepared(document=document, proposal=None, problems=problems)
        bare, inline, odd = unpack_inline(poster, self.max_pixels)
        proposal = self.considering.propose(bare, feed.trust, document.received_at)
        said = (*problems, *odd)
        if _has_error(proposal.problems):
            said = (*said, *proposal.problems)
            return Prepared(document=document, proposal=None, problems=said)
        return Prepared(
            document=document,
            proposal=proposal,
            problems=said,
            photos=(*photos, *inline),
            case_id=case_id,
        )

    def write(self, session: Session, feed: Feed, prepared: Prepared) -> TakenIn:
        """Write a prepared document down, with its outcome."""
        document = prepared.document
        if prepared.proposal is None:
            return refuse(session, self.vault, feed, document, prepared.problems)
        taken = take_in(
            session,
            self.vault,
            feed,
            document,
            prepared.proposal,
            prepared.problems,
            case_id=prepared.case_id,
        )
        if taken.case_id is not None and not taken.ended:
            self._write_photos(session, taken, prepared, prepared.proposal.poster)
        return taken

    def withdrawal(self, feed: Feed, key: CaseKey) -> TakenIn:
        """End a case because the source deleted its poster."""
        with self.store.begin() as session:
            return self._write_withdrawal(session, feed, key)

    def cap(self, feed: Feed, raw: bytes) -> TakenIn:
        """Take in a CAP message: a new alert, an update, or the end of one."""
        prepared, decision = self._read_cap(feed, raw)
        with self.store.begin() as session:
            return self._write_cap(session, feed, prepared, decision)

    def would_be_poster(self, feed: Feed, raw: bytes, *, must_be: CaseKey | None = None) -> WouldBe:
        """Say what a poster would become; nothing is stored or sent."""
        prepared = self._read_poster(feed, raw, must_be)
        with self._rehearsal() as (stage, session):
            taken = stage.write(session, feed, prepared)
        return _would_be(taken, prepared.proposal)

    def would_be_withdrawal(self, feed: Feed, key: CaseKey) -> WouldBe:
        """Say what a withdrawal would end; nothing is stored or sent."""
        with self._rehearsal() as (stage, session):
            taken = stage._write_withdrawal(session, feed, key)  # noqa: SLF001 - a copy of self
        return _would_be(taken, None)

    def would_be_cap(self, feed: Feed, raw: bytes) -> WouldBe:
        """Say what a CAP message would become; nothing is stored or sent."""
        prepared, decision = self._read_cap(feed, raw)
        with self._rehearsal() as (stage, session):
            taken = stage._write_cap(session, feed, prepared, decision)  # noqa: SLF001 - as above
        return _would_be(taken, prepared.proposal)

    @contextmanager
    def _rehearsal(self) -> Iterator[tuple["Intake", Session]]:
        """Do the real thing in a transaction that is rolled back, so that no rule is told twice."""
        stage = replace(self, vault=self.vault.for_rehearsal(), media=NoMedia())
        with self.store.begin() as session:
            yield stage, session
            session.rollback()

    def _read_poster(self, feed: Feed, raw: bytes, must_be: CaseKey | None) -> Prepared:
        document = Document(raw=raw, media_type=JSON, received_at=self.clock())
        reading = read_poster_bytes(raw)
        problems = (*reading.problems, *_mismatch(reading.poster, must_be))
        return self.prepare(feed, document, reading.poster, problems)

    def _read_cap(self, feed: Feed, raw: bytes) -> tuple[Prepared, CapDecision]:
        document = Document(raw=raw, media_type=CAP, received_at=self.clock())
        with self.store.read() as session:
            decision = decide_cap(session, self.vault, raw, document.received_at)
        case_id = decision.case_id
        prepared = self.prepare(feed, document, decision.poster, decision.problems, case_id=case_id)
        return prepared, decision

    def _write_photos(
        self, session: Session, taken: TakenIn, prepared: Prepared, poster: Poster
    ) -> None:
        case, now = session.get_one(CaseRecord, taken.case_id), prepared.document.received_at
        shown = photos_shown(without_the_found(poster))
        photos = [kept for kept in prepared.photos if kept.photo in shown]
        if photos:
            keep_photos(session, self.vault, self.media, case, photos, now)
        if case.opened_at == now:
            return  # a new case has no photo that it no longer shows
        found = any(child.date_found for child in poster.children)
        is_live = taken.outcome is SubmissionOutcome.ACCEPTED
        if is_live or (found and taken.outcome is not SubmissionOutcome.DUPLICATE):
            remove_photos_not_shown(session, self.vault, self.media, case, poster, now)

    def _write_withdrawal(self, session: Session, feed: Feed, key: CaseKey) -> TakenIn:
        raw = f"DELETE {key.organization}/{key.number}".encode()
        document = Document(raw=raw, media_type="text/plain", received_at=self.clock())
        lookup = lookup_of(self.vault, key)
        return end_case(session, self.vault, feed, document, lookup, EndReason.CANCELLED)

    def _write_cap(
        self, session: Session, feed: Feed, prepared: Prepared, decision: CapDecision
    ) -> TakenIn:
        document, problems = prepared.document, decision.problems
        if decision.verdict is CapVerdict.REFUSE:
            return refuse(session, self.vault, feed, document, problems)
        if decision.verdict is CapVerdict.HOLD:
            for lookup in decision.ended_unseen:
                if case_in_turn(session, lookup) is None:
                    lay_tombstone(session, self.vault, feed, lookup, document.received_at)
            return hold_aside(session, self.vault, feed, document, problems)
        if decision.verdict is CapVerdict.END:
            lookup = session.get_one(CaseRecord, decision.case_id).lookup
            reason = decision.end_reason
            taken = end_case(session, self.vault, feed, document, lookup, reason, problems)
        else:
            taken = self.write(session, feed, prepared)
        note_alias(session, taken.case_id, decision.aliases)
        return taken


def _would_be(taken: TakenIn, proposal: Proposal | None) -> WouldBe:
    return WouldBe(
        problems=taken.problems, proposal=proposal, outcome=taken.outcome, ends=taken.ended
    )


def _has_error(problems: tuple[Problem, ...]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _mismatch(poster: Poster | None, must_be: CaseKey | None) -> tuple[Problem, ...]:
    if poster is None or must_be is None or _folded(poster.case) == _folded(must_be):
        return ()
    message = "The case in the document isn't the one in the address."
    return (error("case_mismatch", "/caseNumber", message),)


def _folded(key: CaseKey) -> tuple[str, str]:
    """Return what makes two keys the same case, as `lookup_of` takes them."""
    return key.organization.strip().upper(), key.number.strip().upper()

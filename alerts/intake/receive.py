"""Receives what partners push: a poster, a withdrawal, a CAP message; or says what it would do.

Each call is: read (pure), consider (reads places), write down (one transaction). Afterwards the
caller rings the doorbell; nothing here waits for a network.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.clock import Clock
from alerts.intake.cap_message import CapDecision, CapVerdict, decide_cap, note_alias
from alerts.intake.consider import Considering, Proposal
from alerts.intake.ncmec.reader import read_poster_bytes
from alerts.intake.photos.keep import KeptPhoto, keep_photos, unpack_inline
from alerts.intake.take_in import (
    Document,
    TakenIn,
    end_case,
    hold_aside,
    lookup_of,
    refuse,
    take_in,
)
from alerts.poster import CaseKey, Poster
from alerts.problem import Problem, error
from alerts.store.cases import CaseRecord, case_by_lookup
from alerts.store.engine import Store
from alerts.store.feeds import Feed
from alerts.store.media import Media
from alerts.store.vault import Vault

JSON = "application/json"
CAP = "application/cap+xml"


@dataclass(frozen=True, kw_only=True)
class WouldBe:
    """What a document would become: the answer to a dry run."""

    problems: tuple[Problem, ...]
    proposal: Proposal | None


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
        document = Document(raw=raw, media_type=JSON, received_at=self.clock())
        reading = read_poster_bytes(raw)
        problems = (*reading.problems, *_mismatch(reading.poster, must_be))
        prepared = self.prepare(feed, document, reading.poster, problems)
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
        if taken.case_id is not None and not taken.ended and prepared.photos:
            case = session.get_one(CaseRecord, taken.case_id)
            now = document.received_at
            keep_photos(session, self.vault, self.media, case, prepared.photos, now)
        return taken

    def withdrawal(self, feed: Feed, key: CaseKey) -> TakenIn:
        """End a case because the source deleted its poster."""
        raw = f"DELETE {key.organization}/{key.number}".encode()
        document = Document(raw=raw, media_type="text/plain", received_at=self.clock())
        with self.store.begin() as session:
            case = case_by_lookup(session, lookup_of(self.vault, key))
            return end_case(session, self.vault, feed, document, case, EndReason.CANCELLED)

    def cap(self, feed: Feed, raw: bytes) -> TakenIn:
        """Take in a CAP message: a new alert, an update, or the end of one."""
        document = Document(raw=raw, media_type=CAP, received_at=self.clock())
        with self.store.read() as session:
            decision = decide_cap(session, self.vault, raw, document.received_at)
        if decision.verdict is CapVerdict.ALERT:
            return self._alert_by_cap(feed, document, decision)
        if decision.verdict is CapVerdict.END:
            return self._end_by_cap(feed, document, decision)
        keep = refuse if decision.verdict is CapVerdict.REFUSE else hold_aside
        with self.store.begin() as session:
            return keep(session, self.vault, feed, document, decision.problems)

    def would_be_poster(self, feed: Feed, raw: bytes) -> WouldBe:
        """Say what a poster would become; nothing is stored or sent."""
        reading = read_poster_bytes(raw)
        if reading.poster is None or _has_error(reading.problems):
            return WouldBe(problems=reading.problems, proposal=None)
        bare, _, odd = unpack_inline(reading.poster, self.max_pixels)
        proposal = self.considering.propose(bare, feed.trust, self.clock())
        said = (*reading.problems, *odd, *proposal.problems, *proposal.hold)
        return WouldBe(problems=said, proposal=None if _has_error(said) else proposal)

    def would_be_cap(self, feed: Feed, raw: bytes) -> WouldBe:
        """Say what a CAP message would become; nothing is stored or sent."""
        now = self.clock()
        with self.store.read() as session:
            decision = decide_cap(session, self.vault, raw, now)
        if decision.poster is None or decision.verdict is not CapVerdict.ALERT:
            return WouldBe(problems=decision.problems, proposal=None)
        proposal = self.considering.propose(decision.poster, feed.trust, now)
        said = (*decision.problems, *proposal.problems, *proposal.hold)
        return WouldBe(problems=said, proposal=None if _has_error(said) else proposal)

    def _alert_by_cap(self, feed: Feed, document: Document, decision: CapDecision) -> TakenIn:
        prepared = self.prepare(
            feed, document, decision.poster, decision.problems, case_id=decision.case_id
        )
        with self.store.begin() as session:
            taken = self.write(session, feed, prepared)
            note_alias(session, taken.case_id, decision.aliases)
            return taken

    def _end_by_cap(self, feed: Feed, document: Document, decision: CapDecision) -> TakenIn:
        with self.store.begin() as session:
            case = session.get_one(CaseRecord, decision.case_id)
            taken = end_case(
                session, self.vault, feed, document, case, decision.end_reason, decision.problems
            )
            note_alias(session, taken.case_id, decision.aliases)
            return taken


def _has_error(problems: tuple[Problem, ...]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _mismatch(poster: Poster | None, must_be: CaseKey | None) -> tuple[Problem, ...]:
    if poster is None or must_be is None or poster.case == must_be:
        return ()
    message = "The case in the document isn't the one in the address."
    return (error("case_mismatch", "/caseNumber", message),)

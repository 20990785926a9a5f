"""Receives what partners push: a poster, a withdrawal, a CAP message; or says what it would do.

Each call is: read (pure), consider (reads places), write down (one transaction). Afterwards the
caller rings the doorbell; nothing here waits for a network.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.clock import Clock
from alerts.intake.case.cases import first_heard, lookup_of, turns_of
from alerts.intake.case.siblings import remove_photos_not_shown, without_the_found
from alerts.intake.case.take_in import end_case, take_in
from alerts.intake.document import Document, TakenIn, refuse
from alerts.intake.drift import DriftBook
from alerts.intake.judge.consider import Considering, Proposal
from alerts.intake.judge.limits import terms_of
from alerts.intake.likeness.known import KnownChildren
from alerts.intake.messages.act import act_on, turn_of_sender
from alerts.intake.messages.receive_cap import WholeCap, keep_whole, read_whole
from alerts.intake.ncmec.reader import read_poster_bytes
from alerts.intake.photos.keep import KeptPhoto, keep_photos, unpack_inline
from alerts.intake.photos.quarantine import quarantine_aside
from alerts.intake.photos.take import PhotoRules
from alerts.intake.prepared import Prepared, PreparedCap, WouldBe
from alerts.photos_shown import photos_shown
from alerts.poster import CaseKey, Poster
from alerts.problem import Problem, error
from alerts.store.cases import CaseRecord, cases_named
from alerts.store.engine import Store
from alerts.store.feeds import Feed
from alerts.store.media import Media
from alerts.store.rehearsal import NoMedia
from alerts.store.submissions import SubmissionOutcome
from alerts.store.turns import take_turns, turn_of_case
from alerts.store.vault import Vault

__all__ = ["CAP", "JSON", "Intake", "Prepared", "PreparedCap", "WouldBe"]

log = structlog.get_logger()

JSON = "application/json"
CAP = "application/cap+xml"


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Takes documents in."""

    store: Store
    vault: Vault
    media: Media
    considering: Considering
    clock: Clock
    photos: PhotoRules
    drift: DriftBook = field(default_factory=DriftBook)
    known: KnownChildren = field(default_factory=KnownChildren)

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
        if self.known.is_due(document.received_at):  # here: what is written may be undone
            with self.store.read() as session:
                self.known.refresh(session, self.vault, document.received_at)
        bare, inline, odd = unpack_inline(poster, self.photos)
        proposal = self.considering.propose(
            bare,
            terms_of(feed),
            document.received_at,
            partial(self._first_heard, bare.case, case_id),
        )
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

    def in_turn(self, session: Session, several: Sequence[Prepared | PreparedCap]) -> None:
        """Wait for whoever is at a child of these documents, before the first of them is written.

        A transaction that writes several takes all turns at once, in the order that all keep
        (senders, children and names, cases): no two ever wait for each other.
        """
        caps = [one.ask.alert for one in several if isinstance(one, PreparedCap)]
        senders = {turn_of_sender(self.vault, alert) for alert in caps if alert is not None}
        posters = [one.proposal.poster for one in several if one.proposal is not None]
        children = {turn for poster in posters for turn in turns_of(self.vault, poster)}
        names = {lookup_of(self.vault, poster.case) for poster in posters}
        for turn in (*sorted(senders), *sorted(children | names)):
            take_turns(session, turn)
        for case_id in cases_named(session, names):
            take_turns(session, turn_of_case(case_id))

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
            known=self.known,
            hashes=tuple(kept.clean.pdq for kept in prepared.photos if kept.hit is None),
            case_id=prepared.case_id,
        )
        poster = prepared.proposal.poster
        self.drift.note(session, feed, poster.unknown_fields, document.received_at)
        if taken.case_id is not None and not taken.ended:
            self._write_photos(session, feed, taken, prepared, poster)
        elif taken.case_id is None:
            now = document.received_at
            quarantine_aside(session, self.vault, prepared.photos, now, feed_id=feed.id)
        return taken

    def withdrawal(self, feed: Feed, key: CaseKey) -> TakenIn:
        """End a case because the source deleted its poster."""
        with self.store.begin() as session:
            return self._write_withdrawal(session, feed, key)

    def cap(self, feed: Feed, raw: bytes) -> TakenIn:
        """Take in a CAP document: alerts, updates, ends; each alert of several by itself."""
        whole = self._read_cap(feed, raw)
        with self.store.begin() as session:
            return self._write_whole(session, feed, whole)

    def prepare_cap(self, feed: Feed, raw: bytes) -> list[PreparedCap]:
        """Read a CAP document and work out what its alerts become; writes nothing.

        Returns: one for each alert, the one sent first first, never none; a document that can't be
        read is one that will be refused. `document.raw` is what is kept of it: where the document
        holds several alerts or is a list of them, the alert's own XML. Never raises.
        """
        return list(self._read_cap(feed, raw).parts)

    def write_cap(self, session: Session, feed: Feed, prepared: PreparedCap) -> TakenIn:
        """Do what a prepared CAP alert asks, and write it down with its outcome."""
        return act_on(session, self.vault, feed, prepared, self.write)

    def write_cap_apart(self, session: Session, feed: Feed, prepared: PreparedCap) -> TakenIn:
        """Do the same in a savepoint: what goes wrong by an error of ours leaves the rest alone.

        Such an alert is kept as refused with `internal`, so that it may be sent again.
        """
        try:
            with session.begin_nested():
                return self.write_cap(session, feed, prepared)
        except Exception as problem:
            log.error("cap_failed", feed=feed.slug, error=type(problem).__name__)  # noqa: TRY400
            said = "Something is wrong on our side. It is kept; please send it again later."
            whats_wrong = (error("internal", "", said),)
            return refuse(session, self.vault, feed, prepared.document, whats_wrong)

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
        """Say what a CAP document would become; nothing is stored or sent."""
        whole = self._read_cap(feed, raw)
        with self._rehearsal() as (stage, session):
            taken = stage._write_whole(session, feed, whole)  # noqa: SLF001 - as above
        proposals = [part.proposal for part in whole.in_order]
        if not taken.items:
            return _would_be(taken, proposals[0])
        each = (_would_be(one, p) for one, p in zip(taken.items, proposals, strict=True))
        return replace(_would_be(taken, None), items=tuple(each))

    def for_rehearsal(self) -> "Intake":
        """Return one that leaves nothing outside of the transaction it writes in."""
        vault = self.vault.for_rehearsal()
        return replace(self, vault=vault, media=NoMedia(), drift=DriftBook())

    @contextmanager
    def _rehearsal(self) -> Iterator[tuple["Intake", Session]]:
        """Do the real thing in a transaction that is rolled back, so that no rule is told twice."""
        with self.store.begin() as session:
            yield self.for_rehearsal(), session
            session.rollback()

    def _read_poster(self, feed: Feed, raw: bytes, must_be: CaseKey | None) -> Prepared:
        document = Document(raw=raw, media_type=JSON, received_at=self.clock())
        reading = read_poster_bytes(raw)
        problems = (*reading.problems, *_mismatch(reading.poster, must_be))
        return self.prepare(feed, document, reading.poster, problems)

    def _first_heard(self, key: CaseKey, case_id: int | None) -> datetime | None:
        """Return when the case was heard of first: its ground has grown until then (ADR 0029)."""
        with self.store.read() as session:
            return first_heard(session, lookup_of(self.vault, key), case_id)

    def _read_cap(self, feed: Feed, raw: bytes) -> WholeCap:
        return read_whole(
            self.vault,
            feed,
            Document(raw=raw, media_type=CAP, received_at=self.clock()),
            self.prepare,
        )

    def _write_whole(self, session: Session, feed: Feed, whole: WholeCap) -> TakenIn:
        if len(whole.parts) == 1:
            return self.write_cap(session, feed, whole.parts[0])
        self.in_turn(session, whole.parts)
        items = [self.write_cap_apart(session, feed, part) for part in whole.parts]
        return keep_whole(session, self.vault, feed, whole, items)

    def _write_photos(
        self, session: Session, feed: Feed, taken: TakenIn, prepared: Prepared, poster: Poster
    ) -> None:
        case, now = session.get_one(CaseRecord, taken.case_id), prepared.document.received_at
        shown = photos_shown(without_the_found(poster))
        photos = [kept for kept in prepared.photos if kept.photo in shown]
        if photos:
            keep_photos(session, self.vault, self.media, case, photos, now, feed_id=feed.id)
        if case.opened_at == now or taken.apart:
            return  # a new case has no photo that it no longer shows; another feed's are its own
        found = any(child.date_found for child in poster.children)
        is_live = taken.outcome is SubmissionOutcome.ACCEPTED
        if is_live or (found and taken.outcome is not SubmissionOutcome.DUPLICATE):
            remove_photos_not_shown(session, self.vault, self.media, case, poster, now)

    def _write_withdrawal(self, session: Session, feed: Feed, key: CaseKey) -> TakenIn:
        raw = f"DELETE {key.organization}/{key.number}".encode()
        document = Document(raw=raw, media_type="text/plain", received_at=self.clock())
        lookup = lookup_of(self.vault, key)
        return end_case(session, self.vault, feed, document, lookup, EndReason.CANCELLED)


def _would_be(taken: TakenIn, proposal: Proposal | None) -> WouldBe:
    return WouldBe(
        problems=taken.problems,
        proposal=proposal,
        outcome=taken.outcome,
        ends=taken.ended,
        alert_id=taken.alert_id,
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

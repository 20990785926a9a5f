"""Which children are looked for now? Their posters, opened in memory, never written anywhere.

Loaded at the first look, then kept fresh by every transaction that asks: what others committed
since is read, what the transaction itself has written is looked at beside (it may be rolled back),
and what ended, or was blanked because a sibling was found, is forgotten.
"""

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, inspect, select
from sqlalchemy.orm import Session

from alerts.errors import Sealed
from alerts.intake.likeness.book import Book, Known, Match, best_matches, in_order
from alerts.intake.likeness.identity import PosterIdentity, identity_of
from alerts.intake.likeness.photos import KnownPhotos
from alerts.intake.likeness.policy import DEFAULT, LikenessPolicy
from alerts.poster import Poster
from alerts.store.cases import CaseRecord, PosterRecord, open_poster
from alerts.store.many import among
from alerts.store.vault import Vault

# PostgreSQL hands out ids before the commit: a poster may come into sight after one with a higher
# id. Rows this far back are looked for again; a page of a feed is a hundred.
LOOKS_BACK = 1_000
FORGETS_EVERY = timedelta(minutes=1)  # what ended is never matched; so long its words may linger
_OWN = "likeness.own"  # in session.info


@dataclass(frozen=True, kw_only=True)
class _Own:
    """A poster that this very transaction wrote."""

    record: PosterRecord
    identity: PosterIdentity


class KnownChildren:
    """The posters of open cases; safe to use from several threads."""

    def __init__(self, policy: LikenessPolicy = DEFAULT) -> None:
        self.policy = policy
        self.photos = KnownPhotos(policy)
        self._lock = threading.Lock()
        self._book = Book(policy)
        self._newest: int | None = None  # None: never loaded
        self._forgot_at: datetime | None = None

    def __len__(self) -> int:
        """How many posters are known."""
        return len(self._book)

    @property
    def is_loaded(self) -> bool:
        """Whether it was read once; the first time takes a second for 5,000 cases."""
        return self._newest is not None

    def refresh(self, session: Session, vault: Vault, now: datetime) -> None:
        """Read what was committed since, and forget what ended."""
        with self._lock:
            self._read(session, vault)
            if self._forgot_at is None or now - self._forgot_at >= FORGETS_EVERY:
                self._forget_ended(session)
                self._forgot_at = now

    def matches(
        self,
        session: Session,
        vault: Vault,
        identity: PosterIdentity,
        now: datetime,
        but: Collection[int] = (),
    ) -> list[Match]:
        """Return the open cases that a poster is surely or perhaps of, the surest first.

        Parameters
        ----------
        but: row ids of cases that are left out.
        """
        self.refresh(session, vault, now)
        own = list(_own(session))
        with self._lock:
            found = self._book.matches(identity, but)
        spoken = {known.case_id for known in own}
        if spoken:  # what this transaction says anew of a case counts, not what was said before
            found = [match for match in found if match.case_id not in spoken]
            found = in_order([*found, *best_matches(identity, own, but, self.policy)])
        return [match for match in found if self._is_open(session, match.case_id)]

    def _is_open(self, session: Session, case_id: int) -> bool:
        case = session.get(CaseRecord, case_id)
        if case is not None and case.ended_at is None:
            return True
        with self._lock:
            self._book.drop_case(case_id)
        return False

    def _read(self, session: Session, vault: Vault) -> None:
        own = {one.record.id for one in _noted(session)}
        for row in session.execute(self._unread(session, own)):
            self._newest = max(self._newest or 0, row.PosterRecord.id)
            known = _opened(vault, row.PosterRecord, row.key_id)
            if known is not None:
                self._book.add(known)
        self._newest = self._newest or 0

    def _unread(self, session: Session, own: Collection[int]) -> Select[PosterRecord, UUID]:
        rows = (
            select(PosterRecord, CaseRecord.key_id)
            .join(CaseRecord, CaseRecord.id == PosterRecord.case_id)
            .where(CaseRecord.ended_at.is_(None), PosterRecord.sealed_payload.is_not(None))
            .order_by(PosterRecord.id)
        )
        if self._newest is None:
            newest = select(func.max(PosterRecord.id)).group_by(
                PosterRecord.case_id, PosterRecord.voice_id
            )
            return rows.where(PosterRecord.id.in_(newest), ~among(session, PosterRecord.id, own))
        back = LOOKS_BACK if session.get_bind().dialect.name == "postgresql" else 0
        recent = select(PosterRecord.id).where(PosterRecord.id > self._newest - back)
        fresh = set(session.scalars(recent)) - self._book.poster_ids() - set(own)
        return rows.where(among(session, PosterRecord.id, fresh))

    def _forget_ended(self, session: Session) -> None:
        known = self._book.poster_ids()
        if not known:
            return
        going_on = (
            select(PosterRecord.id)
            .join(CaseRecord, CaseRecord.id == PosterRecord.case_id)
            .where(CaseRecord.ended_at.is_(None), PosterRecord.sealed_payload.is_not(None))
            .where(among(session, PosterRecord.id, known))
        )
        for gone in known - set(session.scalars(going_on)):
            self._book.drop(gone)


def note_own(session: Session, record: PosterRecord, poster: Poster) -> None:
    """Remember what a transaction writes, for its own next documents."""
    session.flush()
    own = _Own(record=record, identity=identity_of(poster, record.received_at))
    session.info.setdefault(_OWN, []).append(own)


def _noted(session: Session) -> Iterable[_Own]:
    """Return what the transaction wrote and didn't take back in a savepoint."""
    found: list[_Own] = session.info.get(_OWN, [])
    return [one for one in found if inspect(one.record).persistent]


def _own(session: Session) -> Iterable[Known]:
    newest = {(one.record.case_id, one.record.voice_id): one for one in _noted(session)}
    for (case_id, voice_id), one in newest.items():
        yield Known(
            case_id=case_id,
            poster_id=one.record.id,
            identity=one.identity,
            voice_id=voice_id or 0,
        )


def _opened(vault: Vault, record: PosterRecord, key_id: UUID) -> Known | None:
    try:
        poster = open_poster(vault, key_id, record)
    except Sealed:  # it was taken down this moment
        return None
    if poster is None:
        return None
    return Known(
        case_id=record.case_id,
        poster_id=record.id,
        identity=identity_of(poster, record.received_at),
        voice_id=record.voice_id or 0,
    )

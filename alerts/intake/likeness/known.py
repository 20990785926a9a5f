"""Which children are looked for now? Their posters, opened in memory, never written anywhere.

Loaded at the first look, then kept fresh by every transaction that asks: what others committed
since is read, what the transaction itself has written is looked at beside (it may be rolled back),
and what ended, or was blanked because a sibling was found, is forgotten.
"""

import threading
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, Row, bindparam, event, func, select
from sqlalchemy.orm import Session, object_session

from alerts.errors import Sealed
from alerts.intake.likeness.book import Book, Known, Match, in_order
from alerts.intake.likeness.identity import PosterIdentity, identity_of
from alerts.intake.likeness.own import OwnPosters
from alerts.intake.likeness.photos import KnownPhotos
from alerts.intake.likeness.policy import DEFAULT, LikenessPolicy
from alerts.store.cases import CaseRecord, PosterRecord, open_poster
from alerts.store.many import among
from alerts.store.vault import Vault

# PostgreSQL hands out ids before the commit: a poster may come into sight after one with a higher
# id. Rows this far back are looked for again; a page of a feed is a hundred.
LOOKS_BACK = 1_000
FORGETS_EVERY = timedelta(minutes=1)  # what ended is never matched; so long its words may linger
MOST_MATCHES = 20  # that a poster may be of more open cases than these doesn't help the desk
_OWN = "likeness.own"  # in session.info
_WROTE = "likeness.wrote"  # in session.info: ids of all posters that the transaction wrote


# Row and key of every poster that wasn't blanked.
_WHOLE = (
    select(PosterRecord, CaseRecord.key_id)
    .join(CaseRecord, CaseRecord.id == PosterRecord.case_id)
    .where(PosterRecord.sealed_payload.is_not(None))
    .order_by(PosterRecord.id)
)
_OPEN = _WHOLE.where(CaseRecord.ended_at.is_(None))
_NEWEST = select(func.max(PosterRecord.id)).group_by(PosterRecord.case_id, PosterRecord.voice_id)
_SINCE = select(PosterRecord.id).where(PosterRecord.id > bindparam("since", type_=BigInteger()))


class KnownChildren:
    """The posters of open cases; safe to use from several threads."""

    def __init__(self, policy: LikenessPolicy = DEFAULT) -> None:
        self.policy = policy
        self.photos = KnownPhotos(policy)
        self._lock = threading.Lock()
        self._book = Book(policy)
        self._newest: int | None = None  # None: never loaded
        self._looked_at = set[int]()  # of those that are looked for again
        self._forgot_at: datetime | None = None

    def __len__(self) -> int:
        """How many posters are known."""
        return len(self._book)

    @property
    def is_loaded(self) -> bool:
        """Whether it was read once; the first time takes a second for 5,000 cases."""
        return self._newest is not None

    def is_due(self, now: datetime) -> bool:
        """Say whether it should be read, or what ended be forgotten, before anything is written."""
        return self._forgot_at is None or now - self._forgot_at >= FORGETS_EVERY

    def refresh(self, session: Session, vault: Vault, now: datetime) -> None:
        """Read what was committed since, and forget what ended.

        session: one that writes nothing; what it sees may be forgotten for good.
        """
        with self._lock:
            self._read(session, vault)
            if self._forgot_at is None or now - self._forgot_at >= FORGETS_EVERY:
                self._forget_ended(session)
                self._forgot_at = now

    def forget(self, case_id: int) -> None:
        """Forget a case that was taken down."""
        with self._lock:
            self._book.drop_case(case_id)

    def matches(
        self,
        session: Session,
        vault: Vault,
        identity: PosterIdentity,
        but: Collection[int] = (),
    ) -> list[Match]:
        """Return the open cases that a poster is surely or perhaps of, the surest first.

        Parameters
        ----------
        but: row ids of cases that are left out.
        """
        own = _own(session)
        with self._lock:
            self._read(session, vault)
            found = self._book.matches(identity, but)
        if own:  # what this transaction says anew of a case counts, not what was said before
            found = [match for match in found if not own.book().has_case(match.case_id)]
            found = in_order([*found, *own.book().matches(identity, but)])
        return self._still_open(session, found)

    def note_own(self, session: Session, record: PosterRecord, identity: PosterIdentity) -> None:
        """Remember what a transaction writes: for its own next documents, and once it commits."""
        own = _own(session)
        if own is None:
            own = session.info[_OWN] = OwnPosters(session, self.policy)
            event.listen(session, "after_commit", self._learn)
        own.add(record, identity)

    def _learn(self, session: Session) -> None:
        """Take over what a transaction of ours committed: nobody need open it again."""
        own = _own(session)
        if own is None or session.in_nested_transaction():
            return
        del session.info[_OWN]
        with self._lock:
            for known in own.known() if self.is_loaded else ():
                self._book.add(known)
                self._looked_at.add(known.poster_id)

    def _still_open(self, session: Session, found: Sequence[Match]) -> list[Match]:
        """Leave out the cases that ended since; they aren't forgotten: that may be undone yet."""
        if not found:
            return []
        named = among(session, CaseRecord.id, [match.case_id for match in found])
        still = select(CaseRecord.id).where(named, CaseRecord.ended_at.is_(None))
        going_on = set(session.scalars(still))
        return [match for match in found if match.case_id in going_on][:MOST_MATCHES]

    def _read(self, session: Session, vault: Vault) -> None:
        own = _own(session)
        mine = (own.book().poster_ids() if own else set()) | session.info.get(_WROTE, set())
        if self._newest is None:
            rows = session.execute(_OPEN.where(PosterRecord.id.in_(_NEWEST))).all()
            looked_at = {row.PosterRecord.id for row in rows} - mine
        else:
            back = LOOKS_BACK if session.get_bind().dialect.name == "postgresql" else 0
            since = {"since": self._newest - back}
            looked_at = set(session.scalars(_SINCE, since)) - mine - self._looked_at
            rows = self._fresh(session, looked_at) if looked_at else []
        self._add(vault, (row for row in rows if row.PosterRecord.id not in mine))
        self._newest = max((self._newest or 0, *looked_at))
        self._looked_at = {n for n in self._looked_at | looked_at if n > self._newest - LOOKS_BACK}

    def _fresh(
        self, session: Session, looked_at: Collection[int]
    ) -> Sequence[Row[PosterRecord, UUID]]:
        # also of what ended: that may be this transaction's own word, and be undone
        return session.execute(_WHOLE.where(among(session, PosterRecord.id, looked_at))).all()

    def _add(self, vault: Vault, rows: Iterable[Row[PosterRecord, UUID]]) -> None:
        for record, key_id in rows:
            known = _opened(vault, record, key_id)
            if known is not None:
                self._book.add(known)

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


@event.listens_for(PosterRecord, "after_insert")
def _wrote(_mapper: object, _connection: object, record: PosterRecord) -> None:
    """Note what a transaction writes: it isn't committed, and never read into the book."""
    session = object_session(record)
    if session is not None:
        session.info.setdefault(_WROTE, set()).add(record.id)


def _own(session: Session) -> OwnPosters | None:
    own: OwnPosters | None = session.info.get(_OWN)
    return own


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

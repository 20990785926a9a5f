"""What did this very transaction write? Looked at by its own next documents; it may be undone."""

from dataclasses import dataclass

from sqlalchemy import inspect
from sqlalchemy.orm import InstanceState, Session

from alerts.intake.likeness.book import Book, Known
from alerts.intake.likeness.identity import PosterIdentity
from alerts.intake.likeness.policy import LikenessPolicy
from alerts.store.cases import PosterRecord


@dataclass(frozen=True, kw_only=True)
class _Written:
    record: PosterRecord
    state: InstanceState[PosterRecord]
    identity: PosterIdentity

    def known(self) -> Known:
        """Return it as books have it."""
        return Known(
            case_id=self.record.case_id,
            poster_id=self.record.id,
            identity=self.identity,
            voice_id=self.record.voice_id or 0,
        )


class OwnPosters:
    """The posters that a transaction wrote and didn't take back in a savepoint."""

    def __init__(self, session: Session, policy: LikenessPolicy) -> None:
        self._session = session
        self._policy = policy
        self._written: list[_Written] = []
        self._book = Book(policy)
        self._in_book = 0

    def add(self, record: PosterRecord, identity: PosterIdentity) -> None:
        """Remember a poster; it is written down with the next flush."""
        self._written.append(_Written(record=record, state=inspect(record), identity=identity))

    def known(self) -> list[Known]:
        """Return what is written down, in the order in which it was."""
        return [one.known() for one in self._written if one.state.persistent]

    def book(self) -> Book:
        """Return what is written down, to be looked up."""
        self._session.flush()
        lasting = [one for one in self._written if one.state.persistent]
        if len(lasting) < len(self._written):  # a savepoint was rolled back
            self._written, self._book, self._in_book = lasting, Book(self._policy), 0
        for one in lasting[self._in_book :]:
            self._book.add(one.known())
        self._in_book = len(lasting)
        return self._book

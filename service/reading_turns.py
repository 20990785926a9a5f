"""Whose turn is it to read a feed? One process at a time, for as long as it says that it lives."""

import threading
from datetime import datetime, timedelta
from types import TracebackType

import structlog
from sqlalchemy import ColumnElement, or_, true, update

from alerts.clock import Clock
from alerts.store.engine import Store
from alerts.store.feeds import Feed, is_due

log = structlog.get_logger()

# A turn lasts so long unless it is prolonged: after a crash somebody else reads the feed then.
LASTS = timedelta(seconds=60)
PROLONGED_EVERY_S = 20.0  # twice may fail


class ReadingTurn:
    """A feed that is ours while the block lasts; taken and prolonged by conditional UPDATEs."""

    def __init__(self, store: Store, clock: Clock, feed_id: int) -> None:
        self._store, self._clock, self._feed_id = store, clock, feed_id
        self._until: datetime | None = None
        self._over = threading.Event()
        self._pulse = threading.Thread(target=self._keep, name=f"turn-{feed_id}", daemon=True)

    def take(self, *, only_if_due: bool, puts_off: timedelta) -> bool:
        """Take the turn unless somebody has it; False if it isn't ours.

        Parameters
        ----------
        only_if_due: not before the feed's time has come either.
        puts_off: until when nobody thinks that the feed is due, whatever becomes of us.
        """
        now = self._clock()
        is_free = or_(
            Feed.reading_until.is_(None),
            Feed.reading_until <= now,
            Feed.reading_until > now + 2 * LASTS,  # the clock went back since
        )
        values = {"reading_until": now + LASTS}
        if only_if_due:
            values["next_poll_at"] = now + puts_off
        if not self._update(is_free & (is_due(now) if only_if_due else true()), **values):
            return False
        self._until = now + LASTS
        return True

    def __enter__(self) -> None:
        """Keep the turn from now on."""
        self._pulse.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the turn back."""
        self._over.set()
        self._pulse.join()
        self._update(Feed.reading_until == self._until, reading_until=None)

    def _keep(self) -> None:
        while not self._over.wait(PROLONGED_EVERY_S):
            until = self._clock() + LASTS
            if not self._update(Feed.reading_until == self._until, reading_until=until):
                log.warning("reading_turn_lost", feed_id=self._feed_id)
                return
            self._until = until

    def _update(self, still: ColumnElement[bool], **values: datetime | None) -> bool:
        with self._store.begin() as session:
            done = session.execute(
                update(Feed).where(Feed.id == self._feed_id, still).values(**values)
            )
            return getattr(done, "rowcount", 0) == 1

"""What do we know of a feed from earlier polls, and what is to be known at the next?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.errors import FeedUnavailable
from alerts.intake.pull.ask_feed import FeedAnswer, Validators
from alerts.intake.pull.items import Contents
from alerts.store.engine import Store
from alerts.store.feeds import Feed, checkpoint, forget_checkpoints, set_checkpoint
from alerts.store.listings import ListedItem, listed_items

ETAG, LAST_MODIFIED, UPDATED = "etag", "last-modified", "updated"  # checkpoints
# How much older than the last a document may be: servers of one feed don't agree on the second.
OLDER_BY = timedelta(minutes=10)
# Polls in which an older document is refused: a stale cache is soon over. Then it is what the
# feed says, for some date themselves by their newest entry, and that may go.
OLDER_REFUSED = 3


@dataclass(frozen=True, kw_only=True)
class Known:
    """A feed, and how far it was read."""

    feed: Feed  # as it is now
    validators: Validators
    updated_at: datetime | None  # of the document that was read last
    rows: Mapping[bytes, ListedItem]


def what_is_known(store: Store, feed_id: int) -> Known:
    """Return what earlier polls left."""
    with store.read() as session:
        feed = session.get_one(Feed, feed_id)
        updated = checkpoint(session, feed, UPDATED)
        validators = Validators(
            etag=checkpoint(session, feed, ETAG),
            last_modified=checkpoint(session, feed, LAST_MODIFIED),
        )
        return Known(
            feed=feed,
            validators=validators,
            updated_at=datetime.fromisoformat(updated) if updated else None,
            rows=listed_items(session, feed.id),
        )


def read_anew(session: Session, feed: Feed) -> None:
    """Let the next poll read all of a feed, whether it has changed or not."""
    forget_checkpoints(session, feed, ETAG, LAST_MODIFIED, UPDATED)


def refuse_older(known: Known, answer: FeedAnswer, contents: Contents) -> None:
    """Refuse a document from before the one that we have, as a stale cache gives it out.

    Raises
    ------
    FeedUnavailable
    """
    dated_at = _dated_at(answer, contents)
    if dated_at is None or known.updated_at is None or known.feed.failures >= OLDER_REFUSED:
        return
    if dated_at < known.updated_at - OLDER_BY:
        raise FeedUnavailable(
            f"The feed answers with a document of {dated_at.isoformat()}, older than the last one "
            f"of {known.updated_at.isoformat()}."
        )


def note_read(
    session: Session,
    feed: Feed,
    answer: FeedAnswer,
    contents: Contents,
    now: datetime,
    *,
    is_all_here: bool,
) -> None:
    """Write down how far a feed was read; until all of a document is here it is asked for whole.

    A document that is dated in the future counts as of now: clocks may be ahead.
    """
    validators = answer.validators if is_all_here else Validators()
    dated_at = _dated_at(answer, contents)
    values = {
        ETAG: validators.etag,
        LAST_MODIFIED: validators.last_modified,
        UPDATED: min(dated_at, now).isoformat() if dated_at else None,
    }
    for name, value in values.items():
        if value is None:
            forget_checkpoints(session, feed, name)
        else:
            set_checkpoint(session, feed, name, value, now)


def _dated_at(answer: FeedAnswer, contents: Contents) -> datetime | None:
    return contents.updated_at or answer.modified_at

"""What is gone from a feed's listing? It is reported, never cancelled (DOMAIN rule 14).

A source that flickers has found no child: what vanished goes on until the desk ends it. If too
much is gone at once the feed is held: its documents are kept, and wait for the desk.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from alerts.intake.pull.known import read_anew
from alerts.store.feeds import Feed, FeedKind, checkpoint, forget_checkpoints, set_checkpoint
from alerts.store.listings import ListedCase, forget_gone, listed_cases, listed_items
from alerts.store.notices import notify_desk, withdraw_notice
from alerts.store.staff import record

log = structlog.get_logger()

VANISHED, LISTED_AGAIN, AT_ONCE = "vanished", "listed_again", "vanished_at_once"
ACCEPTED = "listing_accepted"  # checkpoint: somebody looked, the listing may be as short as it is
# Days after which an entry that is gone is forgotten: it may come back, and is new then.
_FORGOTTEN_AFTER = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class VanishPolicy:
    """How much of a listing may vanish at once before the feed is held."""

    hold_share: float = 0.3  # of its active alerts (DOMAIN rule 14)
    hold_at_least: int = 3  # alerts: a feed of two may lose one

    def is_too_much(self, gone: int, listed: int) -> bool:
        """Say whether so many of so many are more than a source takes away by itself."""
        return gone >= self.hold_at_least and gone > self.hold_share * listed


@dataclass(frozen=True, kw_only=True)
class Present:
    """What a document lists, by the keyed hashes of the names."""

    names: frozenset[bytes]
    posters: frozenset[bytes]  # of them: of posters, which say of all their children


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Which of the cases that the last listing had are gone from this one."""

    gone: Sequence[ListedCase]
    listed: int  # how many the last one had


def missing(session: Session, feed: Feed, present: Present, now: datetime) -> Missing:
    """Return the cases that were listed last time and aren't now; whose time is over don't count.

    A case that is listed under another name now is there: its alert has an entry.
    """
    cases = [c for c in listed_cases(session, feed.id, now) if c.gone != c.names]
    gone = [case for case in cases if not case.names & present.names]
    return Missing(gone=gone, listed=len(cases))


def would_hold(session: Session, feed: Feed, found: Missing, policy: VanishPolicy) -> bool:
    """Say whether so much is gone that the feed is to be held, unless somebody accepted it."""
    if feed.suspended_why or checkpoint(session, feed, ACCEPTED):
        return False
    return policy.is_too_much(len(found.gone), found.listed)


def suspend(session: Session, feed: Feed, found: Missing, now: datetime) -> None:
    """Hold a feed whose listing lost too much at once, and tell the desk."""
    gone, listed = len(found.gone), found.listed
    row = session.get_one(Feed, feed.id)
    row.suspended_why = f"{gone:,} of its {listed:,} active alerts are gone from it at once"
    message = (
        f"Feed {row.slug}: {row.suspended_why}. Nothing was ended, and what it sends is held. "
        f"Look at the source; then: porchlight feed resume {row.slug}"
    )
    notify_desk(session, AT_ONCE, message, now, feed_id=row.id)
    record(
        session,
        now,
        actor="system",
        deed="feed.suspended",
        subject=f"feed:{row.slug}",
        gone=gone,
        listed=listed,
    )
    log.warning("feed_suspended", feed=row.slug, gone=gone, listed=listed)


def lift(session: Session, feed: Feed, now: datetime) -> bool:
    """Take documents of a held feed again; False if it wasn't held.

    The next poll reads all of the feed, and takes it as it is, however short.
    """
    if not feed.suspended_why:
        return False
    feed.suspended_why = None
    feed.next_poll_at = None
    read_anew(session, feed)
    if feed.kind is not FeedKind.NCMEC:  # its listing is compared by `reconcile`
        set_checkpoint(session, feed, ACCEPTED, now.isoformat(), now)
    withdraw_notice(session, AT_ONCE, "system: resumed", now, feed_id=feed.id, alert_id=None)
    return True


def note_listing(session: Session, feed: Feed, present: Present, now: datetime) -> int:
    """Write down what a full listing has, and report what is gone from it; return how much.

    Each alert is reported once, and no longer when its entry is back. While the feed is held its
    listing isn't believed: nothing is taken as gone.
    """
    rows = listed_items(session, feed.id)
    if feed.suspended_why:
        gone: list[ListedCase] = []
    else:
        cases = listed_cases(session, feed.id, now)
        gone = [case for case in cases if _is_newly_gone(case, present)]
        for case in cases:
            _tell(session, feed, case, present, now)
        for name in rows.keys() - present.names:
            rows[name].gone_at = rows[name].gone_at or now
        forget_checkpoints(session, feed, ACCEPTED)
    for name in rows.keys() & present.names:
        rows[name].last_seen_at, rows[name].gone_at = now, None
    session.flush()
    forget_gone(session, feed.id, now - _FORGOTTEN_AFTER)
    return len(gone)


def children_gone(names: Collection[bytes], case: ListedCase, present: Present) -> bool:
    """Say whether a poster no longer lists children that it had: an item a child was there."""
    return bool(case.names.intersection(names)) and not case.names <= present.names


def _lacks(case: ListedCase, present: Present) -> frozenset[bytes]:
    """Return what is missed of a case: all of it, or children of a poster.

    A CAP message that takes an earlier one's place is no loss.
    """
    is_there = bool(case.names & present.names)
    if is_there and not case.names & present.posters:
        return frozenset()
    return case.names - present.names


def _is_newly_gone(case: ListedCase, present: Present) -> bool:
    return bool(_lacks(case, present) - case.gone)


def _tell(session: Session, feed: Feed, case: ListedCase, present: Present, now: datetime) -> None:
    if _is_newly_gone(case, present):
        what = "A child of the alert" if case.names & present.names else "The alert"
        message = (
            f"{what} {case.alert} is no longer in the feed {feed.slug}. It goes on: ask the "
            "source, and recall it if the child was found."
        )
        notify_desk(session, VANISHED, message, now, feed_id=feed.id, alert_id=case.alert_id)
        log.info("alert_vanished", feed=feed.slug, alert=str(case.alert))
    elif case.gone and not _lacks(case, present):
        was_reported = case.gone == case.names or bool(case.gone & present.posters)
        _tell_of_return(session, feed, case, now, was_reported=was_reported)


def _tell_of_return(
    session: Session, feed: Feed, case: ListedCase, now: datetime, *, was_reported: bool
) -> None:
    """Take the report back; if somebody saw to it already, say that it is no longer true."""
    by, alert_id = "system: listed again", case.alert_id
    waited = withdraw_notice(session, VANISHED, by, now, feed_id=feed.id, alert_id=alert_id)
    if waited or was_reported:
        log.info("alert_listed_again", feed=feed.slug, alert=str(case.alert))
    if waited or not was_reported:
        return
    message = f"The alert {case.alert} is in the feed {feed.slug} again."
    notify_desk(session, LISTED_AGAIN, message, now, feed_id=feed.id, alert_id=alert_id)

"""How is each feed? Last success, lag, error rate, schema drift, staleness, suspension."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from alerts.store.cases import CaseRecord, PosterRecord
from alerts.store.drift import UnknownField
from alerts.store.feeds import Feed, FeedKind, all_feeds, is_pulled
from alerts.store.notices import notify_desk
from alerts.store.submissions import Submission, SubmissionOutcome

RATED_OVER = timedelta(hours=24)
LAG_OVER_POSTERS = 50


@dataclass(frozen=True, kw_only=True)
class FeedHealth:
    """How a feed is now."""

    feed_id: int
    feed: str
    kind: FeedKind
    paused: bool
    suspended_why: str | None
    last_success: datetime | None  # a poll that worked, or a document that wasn't refused
    last_document: datetime | None
    lag_s: float | None  # of its newest poster, from the source's word to ours
    documents: int  # of the last day
    error_rate: float | None  # refused among them, 0 to 1; None without any
    failures: int  # polls that failed in a row
    last_error: str | None
    unknown_fields: int  # that nobody has seen to
    silent_s: float  # since the last success, or since the feed was added
    is_stale: bool

    @property
    def is_well(self) -> bool:
        """Nobody need look."""
        return not (self.is_stale or self.suspended_why) or self.paused


def feeds_health(session: Session, now: datetime, stale_after: timedelta) -> Sequence[FeedHealth]:
    """Return how every feed is, by name.

    stale_after: for feeds that we pull and that have no time of their own. A feed that pushes is
    only stale if the operator gave it a time: partners are quiet while no child is missing.
    """
    counts = _Counts(
        rated=_rated(session, now - RATED_OVER),
        drift=_drift(session),
    )
    return [_health(session, feed, counts, now, stale_after) for feed in all_feeds(session)]


@dataclass(frozen=True, kw_only=True)
class _Counts:
    """What was counted for all feeds at once, by feed."""

    rated: dict[int, tuple[int, int]]
    drift: dict[int, int]


def _health(
    session: Session, feed: Feed, counts: _Counts, now: datetime, stale_after: timedelta
) -> FeedHealth:
    documents, refused = counts.rated.get(feed.id, (0, 0))
    success = feed.read_at if is_pulled(feed) else _newest(session, feed, well=True)
    silent = now - (success or feed.created_at)
    most = _stale_after(feed, stale_after)
    return FeedHealth(
        feed_id=feed.id,
        feed=feed.slug,
        kind=feed.kind,
        paused=feed.paused,
        suspended_why=feed.suspended_why,
        last_success=success,
        last_document=_newest(session, feed, well=False),
        lag_s=_lag_s(session, feed),
        documents=documents,
        error_rate=refused / documents if documents else None,
        failures=feed.failures,
        last_error=feed.last_error,
        unknown_fields=counts.drift.get(feed.id, 0),
        silent_s=max(silent.total_seconds(), 0),
        is_stale=most is not None and silent > most and not feed.paused,
    )


def _stale_after(feed: Feed, default: timedelta) -> timedelta | None:
    if feed.stale_after_s:
        return timedelta(seconds=feed.stale_after_s)
    return default if is_pulled(feed) else None


def report_quiet_feeds(session: Session, healths: Sequence[FeedHealth], now: datetime) -> list[str]:
    """Tell the desk of feeds that went quiet, once each; return the names of the newly quiet."""
    told = []
    for health in healths:
        message = f"The feed {health.feed} has gone quiet: {health.last_error or 'no document'}"
        if health.is_stale and notify_desk(
            session, "feed_quiet", message, now, feed_id=health.feed_id
        ):
            told.append(health.feed)
    return told


def _newest(session: Session, feed: Feed, *, well: bool) -> datetime | None:
    """Return when the feed's newest document came; `well`: that wasn't refused."""
    newest = select(Submission.received_at).where(Submission.feed_id == feed.id)
    if well:
        newest = newest.where(Submission.outcome != SubmissionOutcome.REFUSED)
    return session.scalar(newest.order_by(Submission.received_at.desc()).limit(1))


def _rated(session: Session, since: datetime) -> dict[int, tuple[int, int]]:
    refused = func.sum(case((Submission.outcome == SubmissionOutcome.REFUSED, 1), else_=0))
    rows = session.execute(
        select(Submission.feed_id, func.count(), refused)
        .where(Submission.received_at >= since)
        .group_by(Submission.feed_id)
    )
    return {feed_id: (int(count), int(wrong or 0)) for feed_id, count, wrong in rows}


def _lag_s(session: Session, feed: Feed) -> float | None:
    """Return how long the newest of the feed's last posters took to reach us, in seconds.

    The newest by the source's own word: what is read for the first time is old, and no lag.
    """
    last = session.execute(
        select(PosterRecord.modified_at, PosterRecord.received_at)
        .join(CaseRecord, CaseRecord.id == PosterRecord.case_id)
        .where(CaseRecord.feed_id == feed.id, PosterRecord.modified_at.is_not(None))
        .order_by(PosterRecord.id.desc())
        .limit(LAG_OVER_POSTERS)
    )
    dated = [(modified, received) for modified, received in last if modified is not None]
    if not dated:
        return None
    newest = max(modified for modified, _ in dated)
    received = min(came for modified, came in dated if modified == newest)
    return max((received - newest).total_seconds(), 0.0)


def _drift(session: Session) -> dict[int, int]:
    rows = session.execute(
        select(UnknownField.feed_id, func.count())
        .where(UnknownField.seen_to_at.is_(None))
        .group_by(UnknownField.feed_id)
    )
    return {feed_id: int(count) for feed_id, count in rows}

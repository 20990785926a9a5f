"""Is everything that we tell of still at the source? The daily comparison with a Poster API.

The whole listing is walked; what we missed is taken in. A case that is open here and not listed
is asked for by name: 404 means that the source took it away, and its alert is ended; dateFound
means found; anything else that the listing flickered. If too many are gone at once, nobody is
told that children are safe: nothing is ended and the feed is suspended until a person has looked
(DOMAIN rules 14 and 15). A reading that broke off never counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from alerts.clock import Clock
from alerts.intake.document import TakenIn
from alerts.intake.ncmec.api import PosterApi
from alerts.intake.poll.fate import Fate, ask_for, end_gone
from alerts.intake.poll.listed import OpenCase, listed_names, open_cases
from alerts.intake.poll.poll import CHECKPOINT, Pull, poll_poster_api
from alerts.intake.poll.walk import Walk, walk_listing
from alerts.intake.receive import Intake
from alerts.store.engine import Store
from alerts.store.feeds import Feed, checkpoint, set_checkpoint
from alerts.store.notices import notify_desk
from alerts.store.staff import record

log = structlog.get_logger()

RECONCILED_AT = "reconciled_at"
TRIED_AT = "reconcile_tried_at"
TRIES_AGAIN_AFTER = timedelta(hours=1)  # after one that broke off: a listing is many requests


@dataclass(frozen=True, kw_only=True)
class ReconcilePolicy:
    """When to compare, and what is too much to be true; each is a setting, or in ADR 0020."""

    every: timedelta
    hold_share: float  # of a feed's open cases: more of them gone at once end nothing
    hold_at_least: int = 3  # cases: a feed of two may lose one
    ask_at_most: int = 200  # cases, beyond that share: a source that lost all isn't asked on


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What a comparison found; the numbers are cases."""

    complete: bool  # the whole listing was read: only then anything counts as gone
    suspended: bool = False  # too many are gone at once; nothing was ended
    why: str | None = None  # it isn't complete, or the feed is suspended
    listed: int = 0
    open: int = 0  # here, before
    missing: int = 0  # of them: not listed
    found: int = 0  # of those missing, each is one of these four
    still_there: int = 0
    unknown: int = 0
    gone: int = 0
    ended: int = 0  # alerts, of those that are gone
    taken: tuple[TakenIn, ...] = ()  # every document that was taken in, every end


def read_poster_api(
    store: Store,
    intake: Intake,
    api: PosterApi,
    feed: Feed,
    clock: Clock,
    policy: ReconcilePolicy,
) -> Iterator[TakenIn]:
    """Poll a feed, and compare if it is time; yields what became of each document.

    Raises
    ------
    FeedUnavailable: what was yielded before is stored.
    """
    pull = Pull(store=store, intake=intake, api=api, feed=feed, clock=clock)
    is_new = _said(pull, CHECKPOINT) is None and not _comparable(pull)
    yield from poll_poster_api(store, intake, api, feed, clock)
    if is_new:  # all of the listing was read just now, and nothing of it was here before
        _note(pull, RECONCILED_AT)
    elif is_due(pull, policy):
        yield from reconcile(pull, policy).taken


def is_due(pull: Pull, policy: ReconcilePolicy) -> bool:
    """Say whether it is time to compare; never while the feed is suspended."""
    with pull.store.read() as session:
        if session.get_one(Feed, pull.feed.id).suspended_why:
            return False
    now, done, tried = pull.clock(), _said(pull, RECONCILED_AT), _said(pull, TRIED_AT)
    is_time = done is None or now >= done + policy.every
    return is_time and (tried is None or now >= tried + min(TRIES_AGAIN_AFTER, policy.every))


def reconcile(pull: Pull, policy: ReconcilePolicy, *, accepted_by: str | None = None) -> Reconciled:
    """Compare now.

    Parameters
    ----------
    accepted_by: who has looked and says that those gone are gone, however many: "staff:ana".

    Raises
    ------
    FeedUnavailable: the source can't be read now; nothing was ended.
    """
    seen = _reconcile(pull, policy, accepted_by)
    numbers = {"listed": seen.listed, "open": seen.open, "gone": seen.gone, "ended": seen.ended}
    log.info(
        "feed_reconciled",
        feed=pull.feed.slug,
        complete=seen.complete,
        suspended=seen.suspended,
        **numbers,
    )
    return seen


def _reconcile(pull: Pull, policy: ReconcilePolicy, accepted_by: str | None) -> Reconciled:
    _note(pull, TRIED_AT)
    cases = _comparable(pull)
    walk = walk_listing(pull)
    missing = [case for case in cases if case.name not in walk.names]
    seen = Reconciled(
        complete=True,
        listed=len(walk.names),
        open=len(cases),
        missing=len(missing),
        taken=walk.taken,
    )
    if walk.doubt is not None:
        return _incomplete(pull, seen, walk)
    is_accepted = accepted_by is not None
    if len(missing) > policy.ask_at_most and not is_accepted and _is_too_many(seen, policy):
        return _suspend(pull, replace(seen, gone=len(missing)))
    seen = _judge(pull, policy, seen, missing, is_accepted=is_accepted)
    if not seen.suspended:
        _finish(pull, seen, accepted_by)
    return seen


def _comparable(pull: Pull) -> Sequence[OpenCase]:
    """Return the open cases that were listed once; of the rest nobody expects that.

    A partner may have pushed them under this feed's key. In the first comparison all count: what
    came before listings were written down was listed, too.
    """
    with pull.store.read() as session:
        cases, known = open_cases(session, pull.feed), listed_names(session, pull.feed)
    if _said(pull, RECONCILED_AT) is None:
        return cases
    return [case for case in cases if case.name in known]


def _judge(
    pull: Pull,
    policy: ReconcilePolicy,
    seen: Reconciled,
    missing: Sequence[OpenCase],
    *,
    is_accepted: bool,
) -> Reconciled:
    """Ask for each that is missing; only when all have been asked for, end those that are gone."""
    asked = [ask_for(pull, case) for case in missing]
    fates = [one.fate for one in asked]
    seen = replace(
        seen,
        found=fates.count(Fate.FOUND),
        still_there=fates.count(Fate.STILL_THERE),
        unknown=fates.count(Fate.UNKNOWN),
        gone=fates.count(Fate.GONE),
        taken=(*seen.taken, *(taken for one in asked for taken in one.taken)),
    )
    if not is_accepted and _is_too_many(replace(seen, missing=seen.gone), policy):
        return _suspend(pull, seen)
    ends = [end_gone(pull, one) for one in asked if one.fate is Fate.GONE]
    return replace(seen, ended=sum(end.ended for end in ends), taken=(*seen.taken, *ends))


def _is_too_many(seen: Reconciled, policy: ReconcilePolicy) -> bool:
    is_many = seen.missing >= policy.hold_at_least
    return is_many and seen.missing > policy.hold_share * seen.open


def _incomplete(pull: Pull, seen: Reconciled, walk: Walk) -> Reconciled:
    message = f"The comparison with the source counts for nothing: {walk.doubt}."
    with pull.store.begin() as session:
        now = pull.clock()
        notify_desk(session, "reconcile_incomplete", message, now, feed_id=pull.feed.id)
    return replace(seen, complete=False, why=walk.doubt)


def _suspend(pull: Pull, seen: Reconciled) -> Reconciled:
    """End nothing and hold the feed: a source that lost its posters has found no child."""
    why = f"{seen.gone:,} of its {seen.open:,} open cases are gone from the source at once"
    slug, now = pull.feed.slug, pull.clock()
    message = (
        f"Feed {slug}: {why}. Nothing was ended, and what it sends is held. If they are really "
        f"gone: porchlight feed reconcile {slug} --accept-vanished; then, in both cases: "
        f"porchlight feed resume {slug}"
    )
    with pull.store.begin() as session:
        session.get_one(Feed, pull.feed.id).suspended_why = why
        notify_desk(session, "vanished_at_once", message, now, feed_id=pull.feed.id)
        record(
            session,
            now,
            actor="system",
            deed="feed.suspended",
            subject=f"feed:{slug}",
            gone=seen.gone,
            open=seen.open,
        )
    return replace(seen, suspended=True, why=why)


def _finish(pull: Pull, seen: Reconciled, accepted_by: str | None) -> None:
    _note(pull, RECONCILED_AT)
    if accepted_by is None:
        return
    with pull.store.begin() as session:
        record(
            session,
            pull.clock(),
            actor=accepted_by,
            deed="feed.vanished_accepted",
            subject=f"feed:{pull.feed.slug}",
            ended=seen.ended,
        )


def _said(pull: Pull, name: str) -> datetime | None:
    with pull.store.read() as session:
        value = checkpoint(session, pull.feed, name)
    return datetime.fromisoformat(value) if value else None


def _note(pull: Pull, name: str) -> None:
    now = pull.clock()
    with pull.store.begin() as session:
        set_checkpoint(session, pull.feed, name, now.isoformat(), now)

"""Compares a feed with its source now, in its turn: nobody else reads it meanwhile."""

from datetime import timedelta

from alerts.errors import Conflict
from alerts.intake.poll.poll import Pull
from alerts.intake.poll.reconcile import Reconciled, reconcile
from alerts.store.feeds import Feed, FeedKind
from service.poster_apis import PosterApis, reconcile_policy
from service.reading_turns import ReadingTurn
from service.wiring import Runtime


def reconcile_now(runtime: Runtime, feed: Feed, *, accepted_by: str | None = None) -> Reconciled:
    """Compare a feed's open cases with the whole listing of its Poster API.

    Parameters
    ----------
    accepted_by: who says that what is gone is gone, however much: "staff:ana".

    Raises
    ------
    Conflict: it is no Poster API, paused, held, or being read just now.
    FeedUnavailable: it can't be read now; nothing was ended.
    """
    _check(feed, is_accepted=accepted_by is not None)
    pull = Pull(
        store=runtime.store,
        intake=runtime.intake,
        api=PosterApis(runtime).of(feed),
        feed=feed,
        clock=runtime.clock,
    )
    turn = ReadingTurn(runtime.store, runtime.clock, feed.id)
    if not turn.take(only_if_due=False, puts_off=timedelta()):
        raise Conflict(f"{feed.slug} is being read just now: try again in a moment")
    with turn:
        return reconcile(pull, reconcile_policy(runtime.settings), accepted_by=accepted_by)


def _check(feed: Feed, *, is_accepted: bool) -> None:
    if feed.kind is not FeedKind.NCMEC:
        raise Conflict(f"{feed.slug} is a feed of kind {feed.kind}; only a Poster API is compared")
    if feed.paused:
        raise Conflict(f"{feed.slug} is paused: porchlight feed resume {feed.slug}")
    if feed.suspended_why and not is_accepted:
        raise Conflict(
            f"{feed.slug} is held, since {feed.suspended_why}. Look at the source; if they are "
            f"really gone: porchlight feed reconcile {feed.slug} --accept-vanished"
        )

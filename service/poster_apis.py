"""The clients of the Poster APIs that we pull: one a feed, their token shared by all processes."""

import threading
from datetime import timedelta

from alerts.errors import FeedUnavailable
from alerts.intake.ncmec.api import PosterApi
from alerts.intake.poll.reconcile import ReconcilePolicy
from alerts.intake.poll.stored_tokens import StoredTokens
from alerts.store.feeds import Feed
from config.settings import Settings
from service.wiring import Runtime


class PosterApis:
    """Makes clients, and keeps them while their address is the same, for their connections.

    Secret and token are read from the feed's row each time: `porchlight feed rotate-secret` needs
    no restart.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        self._known: dict[int, tuple[str, PosterApi]] = {}

    def of(self, feed: Feed) -> PosterApi:
        """Return the feed's client; FeedUnavailable if it has no address or no credentials."""
        if feed.sealed_credentials is None or feed.url is None:
            raise FeedUnavailable("The feed has no URL or credentials: porchlight feed add")
        with self._lock:
            url, api = self._known.get(feed.id, (None, None))
            if api is None or url != feed.url:
                api = self._make(feed.id, feed.url)
                self._known[feed.id] = (feed.url, api)
            return api

    def _make(self, feed_id: int, url: str) -> PosterApi:
        r = self._runtime
        tokens = StoredTokens(r.store, r.vault, feed_id)
        return PosterApi(url, tokens=tokens, clock=r.clock)


def reconcile_policy(settings: Settings) -> ReconcilePolicy:
    """Return when all open cases are compared with the source, and what is too much to be true."""
    return ReconcilePolicy(
        every=timedelta(hours=settings.reconcile_every_h),
        hold_share=settings.vanish_hold_share,
    )

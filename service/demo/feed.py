"""The demo's feed: the stand-in Poster API, polled like the real one."""

import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.intake.poll.stored_tokens import forget_token
from alerts.store.alerts import Alert
from alerts.store.feeds import Feed, FeedKind, Trust, all_feeds
from alerts.store.subscribers import Subscriber
from service.demo.poster_api import RunningPosterApi
from service.polling import CREDENTIALS_PURPOSE
from service.wiring import Runtime

SLUG = "demo"
LOOPBACK = "http://127.0.0.1:"


def is_somebody_elses(session: Session) -> bool:
    """Say whether the instance has feeds or people but no demo: fiction must not be mixed in."""
    if _demo_feed(session) is not None:
        return False
    anybody = session.scalar(select(Subscriber.id).limit(1))
    return anybody is not None or bool(all_feeds(session))


def put_feed(runtime: Runtime, api: RunningPosterApi) -> Feed:
    """Add the demo's feed, or point it to where the stand-in listens this time.

    The first poll is the caller's; the scheduler's come after the usual wait.
    """
    stand_in = api.stand_in
    said = {"client_id": stand_in.client_id, "client_secret": stand_in.client_secret}
    sealed = runtime.vault.seal_own(CREDENTIALS_PURPOSE, json.dumps(said).encode())
    with runtime.store.begin() as session:
        feed = _demo_feed(session)
        if feed is None:
            feed = Feed(
                slug=SLUG, kind=FeedKind.NCMEC, trust=Trust.AUTO, created_at=runtime.clock()
            )
            session.add(feed)
        feed.url, feed.sealed_credentials = api.url, sealed
        forget_token(feed)  # another stand-in gave it out
        feed.next_poll_at = runtime.clock() + timedelta(seconds=runtime.settings.poll_every_s)
        feed.failures, feed.last_error = 0, None
        session.flush()
        return feed


def active_alert(runtime: Runtime, feed: Feed) -> Alert | None:
    """Return the demo's newest alert that people may see now."""
    with runtime.store.read() as session:
        return session.scalar(
            select(Alert)
            .where(Alert.feed_id == feed.id, Alert.status == Status.ACTIVE)
            .where(Alert.expires_at > runtime.clock())
            .order_by(Alert.id.desc())
            .limit(1)
        )


def _demo_feed(session: Session) -> Feed | None:
    found = session.scalar(select(Feed).where(Feed.slug == SLUG, Feed.kind == FeedKind.NCMEC))
    return found if found is not None and (found.url or "").startswith(LOOPBACK) else None

"""Who asks? A subscriber by token, a feed by API key; everything else is listed as public.

A guard test walks all routes: each is behind one of these decorators or in `PUBLIC`.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request
from sqlalchemy import update

from alerts.store.feeds import Feed, FeedKey, feed_of_key
from alerts.store.subscribers import Subscriber, subscriber_of_token
from service.http import runtime
from service.problem import ApiProblem

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

# `last_used_at` is written at most so often: a key is recognised, not tracked.
LAST_USED_EVERY = timedelta(minutes=5)


def for_subscribers(endpoint: Endpoint) -> Endpoint:
    """Let only the bearer of a subscriber's token in; `subscriber_id()` says who it is."""

    @wraps(endpoint)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        with runtime().store.read() as session:
            found = subscriber_of_token(session, _bearer())
        if found is None:
            raise _unauthorized("This token belongs to nobody, or was erased.")
        g.subscriber = found
        return endpoint(*args, **kwargs)

    guarded.porchlight_auth = "subscriber"  # type: ignore[attr-defined]
    return cast("Endpoint", guarded)


def for_feeds(endpoint: Endpoint) -> Endpoint:
    """Let only the feed that the address names in; `this_feed()` is it."""

    @wraps(endpoint)
    def guarded(feed: str, *args: Any, **kwargs: Any) -> Any:
        g.feed = _feed_of(_bearer(), feed)
        return endpoint(feed, *args, **kwargs)

    guarded.porchlight_auth = "feed"  # type: ignore[attr-defined]
    return cast("Endpoint", guarded)


def public(endpoint: Endpoint) -> Endpoint:
    """Let everybody in, on purpose."""
    endpoint.porchlight_auth = "public"  # type: ignore[attr-defined]
    return endpoint


def subscriber_id() -> int:
    """Return the row id of who asks."""
    return cast("Subscriber", g.subscriber).id


def this_feed() -> Feed:
    """Return the feed that asks."""
    return cast("Feed", g.feed)


def _bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise _unauthorized("Send the header Authorization: Bearer, with your token or API key.")
    return token.strip()


def _feed_of(key: str, slug: str) -> Feed:
    r = runtime()
    with r.store.read() as session:
        found = feed_of_key(session, key)
    if found is None:
        raise _unauthorized("This API key is not known, or was revoked.")
    feed, used = found
    if feed.slug != slug:
        raise ApiProblem(403, "another_feed", "Not your feed", "This key is for another feed.")
    if feed.paused:
        raise ApiProblem(403, "feed_paused", "Paused", "The desk has paused this feed.")
    now = r.clock()
    if used.last_used_at is None or now - used.last_used_at > LAST_USED_EVERY:
        _note_use(used.id)
    return feed


def _note_use(key_id: int) -> None:
    r = runtime()
    with r.store.begin() as session:
        session.execute(update(FeedKey).where(FeedKey.id == key_id).values(last_used_at=r.clock()))


def _unauthorized(detail: str) -> ApiProblem:
    return ApiProblem(
        401, "unauthorized", "Who are you?", detail, headers={"WWW-Authenticate": "Bearer"}
    )

"""How much may a feed or one of the desk ask in a minute, and how often may somebody err in a key?

A feed has three buckets, each of as many requests in any sixty seconds: documents, ends and
questions. So neither a flood of new posters nor a script that asks for outcomes ever stands before
the news that a child was found: a withdrawal has a bucket of its own, and a document that ends a
case goes by that bucket when the one of documents is empty.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import cast

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from alerts.store.engine import Store
from alerts.store.feed_keys import Scope
from alerts.store.feeds import Feed
from service.http import query_flag, runtime
from service.problem import ApiProblem
from service.signup_limit import household
from service.sliding_window import WINDOW_S, Windows, WindowsHere, WindowsTogether

WRITES = frozenset({Scope.POSTERS_WRITE, Scope.CAP_WRITE})
# A poster with a child that was found, a CAP Cancel: looked for only where the bucket is empty.
ENDS = re.compile(rb'"dateFound"\s*:\s*"|<(?:\w+:)?msgType>\s*Cancel\b')


class Bucket(StrEnum):
    """What a request is counted as."""

    DOCUMENTS = "documents"
    ENDS = "ends"
    QUESTIONS = "questions"


class RateLimits:
    """Counts requests: in the database where web processes share one, else in memory.

    Errors in keys are counted in memory always: nobody's errors are worth a write.
    """

    def __init__(self, store: Store) -> None:
        self._strangers = WindowsHere()
        self._feeds: Windows = self._strangers if store.is_sqlite else WindowsTogether(store)

    def feed_waits_s(self, feed_id: int, bucket: Bucket, per_minute: int, now: datetime) -> int:
        """Count a request and return 0; or don't, and return the seconds until one is allowed."""
        return self._feeds.wait_s(f"feed/{feed_id}/{bucket}", per_minute, now)

    def staff_waits_s(self, staff_id: int, per_minute: int, now: datetime) -> int:
        """Count a request of a person of the desk, as above."""
        return self._feeds.wait_s(f"staff/{staff_id}", per_minute, now)

    def stranger_waits_s(self, address: str, per_minute: int, now: datetime) -> int:
        """Count an error in a key, as above; an IPv6 household is one address."""
        return self._strangers.wait_s(f"stranger/{household(address)}", per_minute, now)


def hold_to_limit(feed: Feed, scope: Scope) -> None:
    """Count this request of a feed; raise 429 if it is one too many."""
    r, bucket = runtime(), _bucket(scope)
    most = feed.requests_per_minute or r.settings.feed_requests_per_minute
    wait_s = _limits().feed_waits_s(feed.id, bucket, most, r.clock())
    if wait_s and bucket is Bucket.DOCUMENTS and _looks_like_an_end():
        wait_s = _limits().feed_waits_s(feed.id, Bucket.ENDS, most, r.clock())
    if wait_s:
        said = f"This feed may send {most} {bucket} a minute; again in {wait_s} s."
        raise _too_many("rate_limited", said, bucket, most, wait_s)


def hold_staff_to_limit(staff_id: int) -> None:
    """Count this request of a person of the desk; raise 429 if it is one too many."""
    r = runtime()
    most = r.settings.desk_requests_per_minute
    wait_s = _limits().staff_waits_s(staff_id, most, r.clock())
    if wait_s:
        said = f"You may ask {most} times a minute; again in {wait_s} s."
        raise _too_many("rate_limited", said, "questions", most, wait_s)


def note_bad_credentials() -> None:
    """Count an error of whoever asks; raise 429 if there were too many from this address."""
    r, address = runtime(), request.remote_addr or "unknown"
    most = r.settings.bad_keys_per_minute
    wait_s = _limits().stranger_waits_s(address, most, r.clock())
    if wait_s:
        said = f"Too many wrong keys came from this address; again in {wait_s} s."
        raise _too_many("too_many_bad_keys", said, "errors", most, wait_s)


def _bucket(scope: Scope) -> Bucket:
    if scope not in WRITES or query_flag("dry_run"):
        return Bucket.QUESTIONS
    return Bucket.ENDS if request.method == "DELETE" else Bucket.DOCUMENTS


def _looks_like_an_end() -> bool:
    try:
        return ENDS.search(request.get_data()) is not None
    except RequestEntityTooLarge:
        return False


def _too_many(code: str, said: str, bucket: str, most: int, wait_s: int) -> ApiProblem:
    """Return the problem; RateLimit fields as in draft-ietf-httpapi-ratelimit-headers-10."""
    headers = {
        "Retry-After": str(wait_s),
        "RateLimit-Policy": f'"{bucket}";q={most};w={WINDOW_S}',
        "RateLimit": f'"{bucket}";r=0;t={wait_s}',
    }
    return ApiProblem(429, code, "Too many requests", said, headers=headers)


def _limits() -> RateLimits:
    kept = current_app.extensions.get("porchlight.rate_limits")
    if kept is None:
        made = RateLimits(runtime().store)
        kept = current_app.extensions.setdefault("porchlight.rate_limits", made)
    return cast("RateLimits", kept)

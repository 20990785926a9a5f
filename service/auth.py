"""Who asks? A subscriber or staff by token, a feed by API key; all else is listed as public.

A guard test walks all routes: each is behind one of these decorators or in `PUBLIC`.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from alerts.store.feed_keys import FeedKey, Scope, note_use
from alerts.store.feeds import Feed
from alerts.store.staff import Role, Staff
from alerts.store.staff_tokens import staff_of_token
from alerts.store.subscribers import Subscriber, subscriber_of_token
from service.http import query_flag, runtime
from service.known_keys import KnownKeys
from service.message_signatures import BadSignature, check_signature, is_signed
from service.problem import ApiProblem
from service.rate_limit import (
    WRITES,
    hold_staff_to_limit,
    hold_to_limit,
    note_bad_credentials,
)

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

LONGEST_TOKEN = 255  # ours have 60 characters; nothing is made of a megabyte
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


def for_feeds(scope: Scope) -> Callable[[Endpoint], Endpoint]:
    """Let only the feed that the address names in, with a key that may do `scope`.

    `this_feed()` is it. Who it is comes first, then what it may do, then whether the request is
    signed as it must be, and last how much it asked already: nobody uses up another's limit.
    """

    def decorate(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        def guarded(feed: str, *args: Any, **kwargs: Any) -> Any:
            g.feed, g.feed_key = _feed_of(_bearer(), feed)
            _check_scope(g.feed_key, scope)
            _check_signed(g.feed)
            hold_to_limit(g.feed, scope)
            _note_use(g.feed_key)
            return endpoint(feed, *args, **kwargs)

        guarded.porchlight_auth = "feed"  # type: ignore[attr-defined]
        guarded.porchlight_scope = scope  # type: ignore[attr-defined]
        return cast("Endpoint", guarded)

    return decorate


def for_staff(least: Role) -> Callable[[Endpoint], Endpoint]:
    """Let only people of the desk in whose role is `least` or more; `this_person()` is who asks."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.staff = _staff_of(_bearer())
            _check_role(g.staff, least)
            hold_staff_to_limit(g.staff.id)
            return endpoint(*args, **kwargs)

        guarded.porchlight_auth = "staff"  # type: ignore[attr-defined]
        guarded.porchlight_role = least  # type: ignore[attr-defined]
        return cast("Endpoint", guarded)

    return decorate


def may_still_ask(least: Role) -> Callable[[], bool]:
    """Return what says later, outside of the request, whether who asks now still may."""
    r, token = runtime(), _bearer()

    def may_still_ask() -> bool:
        with r.store.read() as session:
            found = staff_of_token(session, token)
        if found is None:
            return False
        person, used = found
        return not used.is_over(r.clock()) and Role(person.role).is_at_least(least)

    return may_still_ask


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


def this_person() -> Staff:
    """Return the person of the desk who asks."""
    return cast("Staff", g.staff)


def this_key() -> FeedKey:
    """Return the key that the feed asks with; it is only to be read."""
    return cast("FeedKey", g.feed_key)


def _bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise _unauthorized("Send the header Authorization: Bearer, with your token or API key.")
    return token.strip()[:LONGEST_TOKEN]


def _feed_of(key: str, slug: str) -> tuple[Feed, FeedKey]:
    """Return whose key it is; what isn't said to a stranger is whether there is such a feed."""
    found = _known_keys().look_up(key)
    if found is None:
        note_bad_credentials()
        raise _unauthorized("This API key is not known, or was revoked.")
    feed, used = found
    if used.is_over(runtime().clock()):
        raise _unauthorized("This API key has expired; ask the desk for a new one.", "key_expired")
    if feed.slug != slug:
        raise ApiProblem(403, "another_feed", "Not your feed", "This key is for another feed.")
    if feed.paused:
        raise ApiProblem(403, "feed_paused", "Paused", "The desk has paused this feed.")
    return feed, used


def _staff_of(token: str) -> Staff:
    """Return whose token it is; looked up each time, so that a revoked one is over at once."""
    r = runtime()
    with r.store.read() as session:
        found = staff_of_token(session, token)
    if found is None:
        note_bad_credentials()
        raise _unauthorized("This token is not known, or was revoked.")
    person, used = found
    if used.is_over(r.clock()):
        said = "This token has expired; have a new one cut: porchlight staff token."
        raise _unauthorized(said, "token_expired")
    return person


def _check_role(person: Staff, least: Role) -> None:
    if not Role(person.role).is_at_least(least):
        said = f"You are {person.role} at the desk; this is for {least} and above."
        more = {"role": least.value}
        raise ApiProblem(403, "missing_role", "Not in your role", said, more=more)


def _check_scope(used: FeedKey, scope: Scope) -> None:
    """Raise 403 unless the key has the scope; what is only rehearsed needs `dry-run` at most."""
    rehearses = scope in WRITES and used.allows(Scope.DRY_RUN) and query_flag("dry_run")
    if not (used.allows(scope) or rehearses):
        said = f"This API key lacks the scope {scope}."
        more = {"scope": scope.value}
        raise ApiProblem(403, "missing_scope", "Not with this key", said, more=more)


def _check_signed(feed: Feed) -> None:
    if not is_signed():
        if feed.signs_requests:
            said = "This feed signs its requests (RFC 9421): Signature and Signature-Input lack."
            raise _unauthorized(said, "signature_required")
        return
    try:
        check_signature(feed)
    except BadSignature as bad:
        note_bad_credentials()
        raise _unauthorized(str(bad), "bad_signature") from None
    except RequestEntityTooLarge:
        most = runtime().settings.max_body_bytes
        said = f"A document may have {most:,} bytes at most; send photos by address (photoUri)."
        raise ApiProblem(413, "too_large", "Too large", said) from None


def _note_use(used: FeedKey) -> None:
    r = runtime()
    now = r.clock()
    if used.last_used_at is None or now - used.last_used_at > LAST_USED_EVERY:
        used.last_used_at = now  # so that it isn't noted again for as long as the key is known
        with r.store.begin() as session:
            note_use(session, used.id, now)


def _known_keys() -> KnownKeys:
    kept = current_app.extensions.get("porchlight.known_keys")
    if kept is None:
        made = KnownKeys(runtime().store)
        kept = current_app.extensions.setdefault("porchlight.known_keys", made)
    return cast("KnownKeys", kept)


def _unauthorized(detail: str, code: str = "unauthorized") -> ApiProblem:
    return ApiProblem(401, code, "Who are you?", detail, headers={"WWW-Authenticate": "Bearer"})

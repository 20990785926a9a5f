"""Can this request's document be read at all? Size, media type, emptiness, kind of feed.

What can't be read has nothing in it to keep, but it is recorded as a refused submission all the
same, so that "it never arrived" and "it was refused" are told apart.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from alerts.intake.document import Document, refuse
from alerts.problem import Problem, error
from alerts.store.feeds import FeedKind
from alerts.store.submissions import SubmissionOutcome
from service.auth import this_feed
from service.http import query_flag, runtime
from service.problem import ApiProblem

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

# Feeds err in their content types, and the document says itself what it is; these can't be one.
NO_DOCUMENTS = ("image/", "audio/", "video/", "font/", "multipart/")
UNKNOWN_TYPE = "application/octet-stream"
# So much of an oversized body is read and dropped: a client still sending wouldn't see the answer.
DRAINED_BODIES = 4
DRAINED_AT_ONCE = 65_536

SENDS_POSTERS = frozenset({FeedKind.POSTER, FeedKind.NCMEC})
SENDS_CAP = frozenset({FeedKind.CAP, FeedKind.ATOM, FeedKind.RSS})


def for_kinds(kinds: frozenset[FeedKind], what: str) -> Callable[[Endpoint], Endpoint]:
    """Let only feeds in that send such documents; `what` names them for people."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            kind = this_feed().kind
            if kind not in kinds:
                detail = f"This feed is of kind {kind}; it doesn't send {what}."
                raise ApiProblem(403, "wrong_kind", "Not for this feed", detail)
            return endpoint(*args, **kwargs)

        return cast("Endpoint", guarded)

    return decorate


def with_document(endpoint: Endpoint) -> Endpoint:
    """Read the body before anything else; answer 400, 413 or 415 if there is none to read."""

    @wraps(endpoint)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        is_rehearsal = query_flag("dry_run")
        refusal = _refusal()
        if refusal is not None:
            raise refusal if is_rehearsal else _recorded(refusal)
        return endpoint(*args, **kwargs)

    return cast("Endpoint", guarded)


def _refusal() -> ApiProblem | None:
    """Return why the body isn't even looked at."""
    media_type = request.mimetype or UNKNOWN_TYPE
    if media_type.startswith(NO_DOCUMENTS):
        _drain()
        said = f"A document of type {media_type[:40]} can't be a poster or CAP; send JSON or XML."
        return _problem(415, "unsupported_media_type", "Wrong type", said)
    try:
        raw = request.get_data()
    except RequestEntityTooLarge:
        _drain()
        limit = runtime().settings.max_body_bytes
        said = f"A document may have {limit:,} bytes at most; send photos by address (photoUri)."
        return _problem(413, "too_large", "Too large", said)
    if not raw.strip():
        return _problem(400, "empty_body", "Empty", "The body is empty; send the document in it.")
    return None


def _problem(status: int, code: str, title: str, said: str) -> ApiProblem:
    return ApiProblem(status, code, title, said, problems=(error(code, "", said),))


def _drain() -> None:
    """Read what is still being sent, within bounds, so that the client gets to read the answer."""
    stream = request.environ["wsgi.input"]
    left = DRAINED_BODIES * runtime().settings.max_body_bytes
    left = min(left, request.content_length if request.content_length is not None else left)
    while left > 0 and (chunk := stream.read(min(left, DRAINED_AT_ONCE))):
        left -= len(chunk)


def _recorded(refusal: ApiProblem) -> ApiProblem:
    """Record what couldn't be read, without its bytes, and name the record in the answer."""
    media_type = request.mimetype or UNKNOWN_TYPE
    refusal.more = {"submission_id": keep_refused(b"", media_type, refusal.problems)}
    return refusal


def keep_refused(raw: bytes, media_type: str, problems: tuple[Problem, ...]) -> str:
    """Keep a document as refused in a transaction of its own; return the submission's id."""
    r, feed = runtime(), this_feed()
    document = Document(raw=raw, media_type=media_type, received_at=r.clock())
    with r.store.begin() as session:
        taken = refuse(session, r.vault, feed, document, problems)
    r.metrics.submissions.labels(feed.slug, SubmissionOutcome.REFUSED).inc()
    return str(taken.submission_id)

"""The same `Idempotency-Key` gets the same answer: a partner may retry without fear.

What the key was first used for is compared by a keyed hash of the body; another body under the
same key is refused (draft-ietf-httpapi-idempotency-key-header). A refusal is an answer like any
other and is repeated; what may be otherwise a moment later (who asks, how much, an error of ours)
is not. Who signs up has no token yet, and a whole town may share one address: there the key itself
must be one that nobody else has.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, make_response, request
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from alerts.errors import AlertsError
from alerts.store.idempotency import RememberedAnswer, in_hand, remembered
from geo.errors import GeoError
from service.http import runtime
from service.problem import ApiProblem

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
# Without a token: as many as a UUID has without hyphens; a key so long was drawn, not thought up.
SHORTEST_KEY_OF_STRANGERS = 32
PURPOSE = "idempotency"
REFUSALS = (ApiProblem, AlertsError, GeoError, HTTPException)
PASSING = frozenset({401, 409, 429})  # and 5xx: the same request may be answered otherwise later
AGAIN_AFTER_S = 1  # requests take milliseconds


def idempotent(endpoint: Endpoint) -> Endpoint:
    """Remember what an endpoint answered to a key, and answer it again."""

    @wraps(endpoint)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return endpoint(*args, **kwargs)
        lookup, digest = _names(key)
        with in_hand(runtime().store, lookup) as is_free:
            if not is_free:
                raise _still_in_hand()
            return _before(lookup, digest) or _now(
                lookup, digest, lambda: endpoint(*args, **kwargs)
            )

    return cast("Endpoint", guarded)


def _now(lookup: bytes, digest: bytes, answer: Callable[[], Any]) -> Response:
    """Answer for the first time, and remember it unless it may be another one the next time."""
    try:
        response = make_response(answer())
    except REFUSALS as refusal:
        response = make_response(current_app.handle_user_exception(refusal))
    if response.status_code < 500 and response.status_code not in PASSING:
        _remember(lookup, digest, response)
    return response


def _still_in_hand() -> ApiProblem:
    detail = f"A request with this {HEADER} is being answered; ask again in a moment."
    headers = {"Retry-After": str(AGAIN_AFTER_S)}
    return ApiProblem(409, "request_in_hand", "Not yet answered", detail, headers=headers)


def _names(key: str) -> tuple[bytes, bytes]:
    if not key.strip() or len(key) > LONGEST_KEY:
        detail = f"{HEADER} must have 1 to {LONGEST_KEY} characters."
        raise ApiProblem(400, "bad_idempotency_key", "A header can't be read", detail)
    if _is_stranger() and len(key.strip()) < SHORTEST_KEY_OF_STRANGERS:
        detail = (
            f"Before there is a token, {HEADER} must be a UUID or a random text of at least "
            f"{SHORTEST_KEY_OF_STRANGERS} characters, so that nobody else uses the same."
        )
        raise ApiProblem(400, "weak_idempotency_key", "This key could be anybody's", detail)
    vault = runtime().vault
    lookup = vault.lookup("idempotency", _asker(), request.method, request.full_path, key)
    return lookup, vault.lookup_bytes("idempotency-body", request.get_data())


def who_asks() -> bytes:
    """Return the keyed hash of whoever asks; erasing a person forgets their answers by it."""
    return runtime().vault.lookup("asker", _asker())


def _asker() -> str:
    if "feed" in g:
        return f"feed {g.feed.id}"  # whichever of its keys it asks with: they are rotated
    if _is_stranger():
        return f"from {request.remote_addr}"
    return _credentials(*request.headers.get("Authorization", "").split(maxsplit=1))


def _credentials(kind: str = "", token: str = "") -> str:
    """Return a header as `auth` reads it: "bearer  x" is the same asker as "Bearer x"."""
    return f"{kind.capitalize()} {token.strip()}"


def _is_stranger() -> bool:
    """Say whether whoever asks is nobody yet; at public endpoints no header is looked at."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_public = getattr(view, "porchlight_auth", None) == "public"
    return is_public or not request.headers.get("Authorization")


def _whose(response: Response) -> bytes:
    """Return whose answer it is: theirs who asked, or who are somebody from now on."""
    given = response.get_json(silent=True) if _is_stranger() else None
    token = given.get("token") if isinstance(given, dict) else None
    if not isinstance(token, str):
        return who_asks()
    return runtime().vault.lookup("asker", _credentials("Bearer", token))


def _before(lookup: bytes, digest: bytes) -> Response | None:
    with runtime().store.read() as session:
        found = remembered(session, lookup)
    if found is None:
        return None
    if found.request_digest != digest:
        detail = f"This {HEADER} was used with another body; use a fresh one."
        raise ApiProblem(422, "idempotency_key_reused", "The key was used before", detail)
    kind, _, text = runtime().vault.open_own(PURPOSE, found.sealed_body).partition(b"\n")
    response = Response(text, found.status, content_type=kind.decode())
    response.headers["Idempotent-Replayed"] = "true"
    response.headers["Cache-Control"] = "no-store"
    return response


def _remember(lookup: bytes, digest: bytes, response: Response) -> None:
    r = runtime()
    kept = (response.content_type or "").encode() + b"\n" + response.get_data()
    row = RememberedAnswer(
        lookup=lookup,
        who=_whose(response),
        request_digest=digest,
        status=response.status_code,
        sealed_body=r.vault.seal_own(PURPOSE, kept),
        answered_at=r.clock(),
    )
    try:
        with r.store.begin() as session:
            session.add(row)
    except IntegrityError:
        return  # a repeat that ran beside was remembered first

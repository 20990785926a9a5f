"""The same `Idempotency-Key` gets the same answer: a partner may retry without fear.

What the key was first used for is compared by a keyed hash of the body; another body under the
same key is refused (draft-ietf-httpapi-idempotency-key-header).
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, make_response, request
from sqlalchemy.exc import IntegrityError

from alerts.store.idempotency import RememberedAnswer, remembered
from service.http import runtime
from service.problem import ApiProblem

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
PURPOSE = "idempotency"
TURNS = tuple(threading.Lock() for _ in range(256))  # by the first byte of the keyed hash


def idempotent(endpoint: Endpoint) -> Endpoint:
    """Remember what an endpoint answered to a key, and answer it again."""

    @wraps(endpoint)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return endpoint(*args, **kwargs)
        lookup, digest = _names(key)
        with TURNS[lookup[0]]:  # a repeat that comes at the same time waits for the answer
            before = _before(lookup, digest)
            if before is not None:
                return before
            response = make_response(endpoint(*args, **kwargs))
            if response.status_code < 500:
                _remember(lookup, digest, response)
            return response

    return cast("Endpoint", guarded)


def _names(key: str) -> tuple[bytes, bytes]:
    if not key.strip() or len(key) > LONGEST_KEY:
        detail = f"{HEADER} must have 1 to {LONGEST_KEY} characters."
        raise ApiProblem(400, "bad_idempotency_key", "A header can't be read", detail)
    vault = runtime().vault
    lookup = vault.lookup("idempotency", _asker(), request.method, request.full_path, key)
    return lookup, vault.lookup_bytes("idempotency-body", request.get_data())


def who_asks() -> bytes:
    """Return the keyed hash of whoever asks; erasing a person forgets their answers by it."""
    return runtime().vault.lookup("asker", _asker())


def _asker() -> str:
    # who has no token yet is told apart by address: somebody's key may be as plain as "1"
    return request.headers.get("Authorization") or f"from {request.remote_addr}"


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
    return response


def _remember(lookup: bytes, digest: bytes, response: Response) -> None:
    r = runtime()
    kept = (response.content_type or "").encode() + b"\n" + response.get_data()
    row = RememberedAnswer(
        lookup=lookup,
        who=who_asks(),
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

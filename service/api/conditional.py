"""Answers that readers ask for again and again: told apart by ETag, kept for seconds only.

RFC 9110, 8.8 and 13; RFC 9111. A change in this very second couldn't be told by Last-Modified,
which counts whole seconds, so that one is left out then.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Response, request

SETTLED_AFTER = timedelta(seconds=2)


def conditional(
    make_body: Callable[[], bytes],
    *,
    etag: str,
    changed_at: datetime | None,
    now: datetime,
    content_type: str,
    max_age_s: int,
) -> Response:
    """Answer with a body, or with 304 and none if the reader has it already.

    `make_body`: not called for a reader that names `etag`.
    """
    is_known = request.if_none_match.contains_weak(etag)
    response = Response(b"" if is_known else make_body(), content_type=content_type)
    response.set_etag(etag)
    if changed_at is not None and now - changed_at >= SETTLED_AFTER:
        response.last_modified = changed_at
    response.headers["Cache-Control"] = f"public, max-age={max_age_s}, must-revalidate"
    response.make_conditional(request)  # in place
    return response

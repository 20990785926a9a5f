"""How does a photo's URL become bytes? As `alerts.outbound` asks, and only if it is an image."""

from http import HTTPStatus

from alerts.intake.photos.errors import PhotoRefused
from alerts.outbound.ask import Asked, AskLimits, Headers, ask
from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Resolver, system_resolver

_ASKS = {"Accept": "image/*", "User-Agent": "Porchlight photo fetcher"}


def fetch_photo(
    url: str,
    *,
    limits: AskLimits | None = None,
    resolver: Resolver = system_resolver,
    allow_loopback: bool = False,
) -> bytes:
    """Fetch one photo, unaltered; `clean.clean_photo` is the next step.

    Parameters
    ----------
    url: http or https, as the feed sent it.
    limits: bytes, seconds and redirects; the defaults if None.
    allow_loopback: for the demo and tests only.

    Raises
    ------
    PhotoRefused: the codes of `alerts.outbound.ask`, or `http_status`, `not_an_image`.
        `temporary` if the same URL may work later.
    """
    try:
        answer = ask(
            Asked(url=url, headers=_ASKS),
            limits=limits,
            resolver=resolver,
            allow_loopback=allow_loopback,
            check_head=_check_head,
        )
    except OutboundRefused as e:
        raise PhotoRefused(e.code, f"Of the photo: {e}", temporary=e.temporary) from e
    return answer.body


def _check_head(status: int, headers: Headers) -> None:
    if status != HTTPStatus.OK:
        is_busy = status == HTTPStatus.TOO_MANY_REQUESTS
        is_busy = is_busy or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        message = f"The photo's server answers with status {status}."
        raise PhotoRefused("http_status", message, temporary=is_busy)
    if not headers.get("Content-Type", "").strip().lower().startswith("image/"):
        raise PhotoRefused("not_an_image", "The photo's server sends no image.")

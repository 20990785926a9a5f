"""What does NCMEC's Poster API hold since we last looked? The pull client.

The API's rules as far as public clients show them: DOMAIN, "NCMEC Poster API". The caller keeps
the checkpoint: the `newest_modified_at` of the last page whose posters were stored.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

import requests

from alerts.clock import Clock
from alerts.errors import FeedUnavailable, NotFound
from alerts.intake.ncmec.listing import Listing, RawPoster, read_listing
from alerts.intake.ncmec.paging import PosterPage, Progress
from alerts.intake.ncmec.token import TokenKeeper
from alerts.intake.ncmec.token_store import TokenStore
from alerts.intake.ncmec.transport import Answer, ApiLimits, BadAnswer, Method, Transport
from alerts.intake.photos.errors import PhotoRefused

__all__ = ["PosterApi", "PosterPage", "RawPoster"]

PAGE_SIZE = 100  # the largest that public clients use
# Items of the page before that are asked for again: when a poster is modified while we read, it
# moves to the end and everything behind it one place forward.
PAGE_OVERLAP = 10
MAX_PAGES = 1_000  # 90,000 posters: twenty times what NCMEC shows

_UNAUTHORIZED = 401
_NOT_FOUND = 404


class PosterApi:
    """Reads posters and photos; one object a feed, shared by all threads."""

    def __init__(
        self,
        base_url: str,
        *,
        tokens: TokenStore,
        clock: Clock,
        session: requests.Session | None = None,
        limits: ApiLimits | None = None,
    ) -> None:
        """Make a client; nothing is asked yet.

        Parameters
        ----------
        base_url: "https://posterapi.ncmec.org", or http on this machine (the stand-in).
        tokens: the secret and the token, shared with every other client of the feed.

        Raises
        ------
        ValueError: `base_url` would carry the secret in the clear.
        """
        session = session or requests.Session()
        limits = limits or ApiLimits()
        self._clock = clock
        self._transport = Transport(base_url, clock=clock, session=session, limits=limits)
        self._tokens = tokens
        self._keeper = TokenKeeper(self._transport, tokens, clock)

    def posters(self, last_modified_from: datetime | None) -> Iterator[PosterPage]:
        """Read all posters modified at or after that moment, oldest first.

        Parameters
        ----------
        last_modified_from: aware; None reads the full listing (a reconcile pass).

        Yields
        ------
        PosterPage: an item twice in overlapping pages is yielded once, a poster that changed in
        between twice. Pages come as they are read: store each with its checkpoint. Where the
        source doesn't sort as asked, only the last page, which is empty, has one.

        Raises
        ------
        FeedUnavailable: what was yielded before is good; go on from its checkpoint.
        """
        progress = Progress(self._clock)
        skip, stalled = 0, False
        for _ in range(MAX_PAGES):
            listing = self._page(skip, last_modified_from)
            page = progress.page(listing, skip)
            if page.items:
                yield page
            elif stalled or len(listing.items) <= PAGE_OVERLAP:
                break
            stalled = not page.items
            skip += max(1, len(listing.items) - PAGE_OVERLAP)
        else:
            raise FeedUnavailable("The Poster API's listing has no end.")
        if closing := progress.closing_page(skip):
            yield closing

    def poster(self, organization_code: str, case_number: str) -> RawPoster:
        """Read one poster.

        Raises
        ------
        NotFound: it is gone at the source.
        BadAnswer: this one can't be had; others can.
        FeedUnavailable
        """
        answer = self._call("GET", _path("Poster", organization_code, case_number))
        try:
            # as it stands in a listing, so that the same poster is known to be the same
            return RawPoster(raw=answer.content.strip(), payload=json.loads(answer.content))
        except (ValueError, RecursionError) as e:
            raise BadAnswer("The Poster API's poster isn't JSON.") from e

    def photo(self, organization_code: str, case_number: str, md5: str) -> bytes:
        """Read the bytes of one photo, unaltered; the API answers with bytes or a JSON Photo.

        Raises
        ------
        NotFound: there is no such photo.
        PhotoRefused: `photo_unavailable`, this photo can't be had; others can.
        FeedUnavailable: 429, no token, no connection: nothing can be had now.
        """
        path = _path("Poster", organization_code, case_number, "Photo", md5)
        try:
            answer = self._call("GET", path)
        except BadAnswer as e:
            raise _unavailable("the source doesn't give it out.") from e
        if "json" in answer.content_type or answer.content.lstrip()[:1] in (b"{", b'"'):
            return _photo_data(answer.content)
        return answer.content

    def logo(self, organization_code: str) -> bytes:
        """Read the logo of the organization, which is shown unaltered (DOMAIN rule 3).

        Raises
        ------
        NotFound, FeedUnavailable
        """
        return self._call("GET", _path("Poster", organization_code, "Logo")).content

    def rotate_secret(self, keep_first: Callable[[str], None] = lambda secret: None) -> None:
        """Have the secret replaced and keep the new one; the old one is void.

        The API says the new secret once. So nobody asks for a token meanwhile, the token store has
        been written to a moment before, and nothing comes between the answer and `keep_first`.

        Parameters
        ----------
        keep_first: puts the secret where a failing token store can't lose it.

        Raises
        ------
        FeedUnavailable: nothing was changed.
        BadAnswer: nobody knows whether it was; `prove_secret` tells.
        """
        token = self._token()
        self._keeper.take_turn()
        try:
            secret = _secret(self._send_with(token, "POST", "Auth/RotateSecret"))
        except NotFound as e:
            self._tokens.put_off(None)
            raise FeedUnavailable("This Poster API doesn't rotate secrets.") from e
        except FeedUnavailable:
            self._tokens.put_off(None)
            raise
        try:
            keep_first(secret)
        finally:
            self._tokens.use_secret(secret)

    def prove_secret(self) -> None:
        """Ask for a token with the secret that we have, whether or not one is there.

        Raises
        ------
        FeedUnavailable: the secret isn't taken, or nobody can tell now.
        """
        known = self._tokens.read().token
        self._keeper.renew(known.text if known else "")

    def _page(self, skip: int, last_modified_from: datetime | None) -> Listing:
        params = {
            "skip": str(skip),
            "limit": str(PAGE_SIZE),
            "sortType": "lastModified",
            "sortOrder": "asc",
            "enableIpGeolocationSearch": "false",
        }
        if last_modified_from is not None:
            moment = last_modified_from.astimezone(UTC)
            params["lastModifiedFrom"] = moment.isoformat().replace("+00:00", "Z")
        try:
            return read_listing(self._call("GET", "Posters", params).content)
        except ValueError as e:
            raise FeedUnavailable("The Poster API's listing can't be read.") from e

    def _call(self, method: Method, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Ask with the token; once more with a fresh one if it has been revoked."""
        token = self._token()
        answer = self._transport.send(method, path, token=token, params=params)
        if answer.status == _UNAUTHORIZED:
            token = self._token(stale=token)
            return self._send_with(token, method, path, params)
        return _granted(answer)

    def _send_with(
        self, token: str, method: Method, path: str, params: Mapping[str, str] | None = None
    ) -> Answer:
        return _granted(self._transport.send(method, path, token=token, params=params))

    def _token(self, stale: str | None = None) -> str:
        """Return a token; without one nothing can be had, whatever was wrong with the answer."""
        try:
            return self._keeper.renew(stale) if stale else self._keeper.token()
        except BadAnswer as e:
            raise FeedUnavailable(str(e), retry_after_s=e.retry_after_s) from e


def _granted(answer: Answer) -> Answer:
    if answer.status == _NOT_FOUND:
        raise NotFound("The Poster API has no such poster, photo or logo.")
    if not answer.ok:
        raise BadAnswer(f"The Poster API answers with status {answer.status}.")
    return answer


def _secret(answer: Answer) -> str:
    try:
        secret = json.loads(answer.content)["clientSecret"]
    except (ValueError, RecursionError, LookupError, TypeError) as e:
        raise BadAnswer("The Poster API's answer holds no secret.") from e
    if not isinstance(secret, str) or not secret:
        raise BadAnswer("The Poster API's answer holds no secret.")
    return secret


def _path(*parts: str) -> str:
    if any(part in ("", ".", "..") for part in parts):
        raise NotFound("No organization, case or photo has such a name.")
    return "/".join(quote(part, safe="") for part in parts)


def _photo_data(content: bytes) -> bytes:
    """Read base64 out of a JSON Photo, or a JSON text."""
    try:
        value = json.loads(content)
        data = value.get("photoData") if isinstance(value, dict) else value
        return base64.b64decode("".join(str(data or "").split()), validate=True)
    except (ValueError, RecursionError, binascii.Error) as e:
        raise _unavailable("the source's answer holds no picture.") from e


def _unavailable(why: str) -> PhotoRefused:
    return PhotoRefused("photo_unavailable", why, temporary=True)

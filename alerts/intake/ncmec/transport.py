"""How is the Poster API asked? One bounded request: time, bytes, and no stranger's host.

Answers other than 2xx, 401, 404 and 415 become FeedUnavailable here, with the time to wait; the
rest is for the caller to judge. BadAnswer is the kind that may be about this one request only.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import MaxRetryError

from alerts.clock import Clock
from alerts.errors import FeedUnavailable

_FOR_THE_CALLER = frozenset({401, 404, 415})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOO_MANY_REQUESTS = 429
_MAX_REDIRECTS = 3
_CHUNK_BYTES = 65_536
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

# As in "Too many requests. Try again after 2 hour(s)".
_AFTER = re.compile(r"after\s+(\d{1,4})\s*(second|minute|hour)", re.ASCII | re.IGNORECASE)
_UNIT_S = {"second": 1, "minute": 60, "hour": 3600}
_MAX_WAIT_S = 86_400.0  # a day: whatever the source says, look again tomorrow

Method = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, kw_only=True)
class ApiLimits:
    """How long and how much is waited for."""

    connect_s: float = 10.0
    read_s: float = 30.0  # between two packets
    total_s: float = 120.0  # of one answer
    max_bytes: int = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer, read to its end."""

    status: int
    content_type: str
    content: bytes

    @property
    def ok(self) -> bool:
        """The request was granted."""
        return 200 <= self.status < 300


class BadAnswer(FeedUnavailable):
    """The host is there and answers, and this answer of it can't be used."""


class _Bearer(AuthBase):
    """Sets the header itself, so that a .netrc of the machine never replaces it."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Transport:
    """Requests to one base URL."""

    def __init__(
        self, base_url: str, *, clock: Clock, session: requests.Session, limits: ApiLimits
    ) -> None:
        """Raise ValueError unless `base_url` is https, or http on this machine."""
        parts = urlsplit(base_url)
        on_this_machine = parts.hostname in _LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or on_this_machine):
            raise ValueError("the Poster API's address must begin with https://")
        if on_this_machine:
            session.trust_env = False  # no proxy stands between a machine and itself
        self._base_url = base_url.rstrip("/") + "/"
        self._clock = clock
        self._session = session
        self._limits = limits

    def send(
        self,
        method: Method,
        path: str,
        *,
        token: str | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """Send one request and read its answer.

        Parameters
        ----------
        path: below the base URL, quoted, without a leading slash.

        Raises
        ------
        FeedUnavailable: no connection, 429.
        BadAnswer: 403, 5xx and the like, connections that break or fall silent, answers that are
            too large, and redirects that leave the host or would repeat a body.
        """
        url = urljoin(self._base_url, path)
        headers = {"Accept": "application/json, image/*;q=0.9, */*;q=0.5"}
        headers |= {"Content-Type": content_type} if body is not None else {}
        request = requests.Request(
            method, url, params=params, data=body, headers=headers, auth=_Bearer(token)
        )
        try:
            return self._follow(request)
        except (requests.RequestException, OSError, ValueError) as e:
            kind = type(e).__name__
            error = FeedUnavailable if _is_unreachable(e) else BadAnswer
            raise error(f"The Poster API can't be reached ({kind}).") from e

    def _follow(self, request: requests.Request) -> Answer:
        for _ in range(_MAX_REDIRECTS + 1):
            with self._open(request) as response:
                if response.status_code not in _REDIRECTS:
                    return self._answer(response)
                request = _redirected(request, response)
        raise BadAnswer("The Poster API redirects on and on.")

    def _open(self, request: requests.Request) -> requests.Response:
        prepared = self._session.prepare_request(request)
        settings = self._session.merge_environment_settings(prepared.url, {}, True, None, None)
        return self._session.send(
            prepared,
            timeout=(self._limits.connect_s, self._limits.read_s),
            allow_redirects=False,
            **settings,
        )

    def _answer(self, response: requests.Response) -> Answer:
        content = self._read(response)
        answer = Answer(
            status=response.status_code,
            content_type=response.headers.get("Content-Type", "").lower(),
            content=content,
        )
        if answer.ok or answer.status in _FOR_THE_CALLER:
            return answer
        wait_s = retry_after_s(response.headers.get("Retry-After"), content, self._clock)
        error = FeedUnavailable if answer.status == _TOO_MANY_REQUESTS else BadAnswer
        raise error(f"The Poster API answers with status {answer.status}.", retry_after_s=wait_s)

    def _read(self, response: requests.Response) -> bytes:
        deadline = time.monotonic() + self._limits.total_s
        content = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            content += chunk
            if len(content) > self._limits.max_bytes:
                raise BadAnswer("The Poster API's answer is too large.")
            if time.monotonic() > deadline:
                raise BadAnswer("The Poster API's answer takes too long.")
        return bytes(content)


def _is_unreachable(e: Exception) -> bool:
    """Say whether no connection came about; one that broke or fell silent had somebody there."""
    no_connection = bool(e.args) and isinstance(e.args[0], MaxRetryError)  # requests wraps urllib3
    return no_connection or isinstance(e, requests.exceptions.SSLError)


def retry_after_s(header: str | None, content: bytes, clock: Clock) -> float | None:
    """Return how many seconds to wait: from Retry-After (RFC 9110, 10.2.3), else from the text.

    Public clients of the Poster API show 429 answers that say "... after N hour(s)" in the body
    only. None if neither says anything; a day at most.
    """
    wait_s = _from_header(header, clock)
    if wait_s is None and (found := _AFTER.search(content[:2000].decode("utf-8", "replace"))):
        wait_s = float(int(found[1]) * _UNIT_S[found[2].lower()])
    return None if wait_s is None else min(max(wait_s, 0.0), _MAX_WAIT_S)


def _from_header(header: str | None, clock: Clock) -> float | None:
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header.strip()[:9])
    try:
        moment = parsedate_to_datetime(header)
        return (moment - clock()).total_seconds()
    except (TypeError, ValueError):
        return None


def _redirected(request: requests.Request, response: requests.Response) -> requests.Request:
    """Follow a GET to another path of the same origin; credentials go nowhere else."""
    location = response.headers.get("Location")
    if not location:
        raise BadAnswer("The Poster API redirects to nowhere.")
    following = urljoin(response.url, location)
    if request.method != "GET" or _origin(urlsplit(following)) != _origin(urlsplit(response.url)):
        raise BadAnswer("The Poster API redirects to another host; check its address.")
    return requests.Request("GET", following, headers=request.headers, auth=request.auth)


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port

"""What does the feed's address answer, if anything changed? One conditional GET (RFC 9110, 13)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from alerts.clock import Clock
from alerts.errors import FeedUnavailable
from alerts.outbound.ask import Answered, Asked, AskLimits, CheckHead, Headers, ask
from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Resolver, system_resolver

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/cap+xml, application/json, "
    "application/geo+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_LONGEST_VALIDATOR = 1024  # characters; what a checkpoint holds easily
# What can't be text, whatever stands in it: somebody put a file where the feed was.
_NO_TEXT = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip")


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How strangers' servers are asked when a feed is polled."""

    timeout_s: float = 60.0  # of the whole poll: the document and the links in it
    max_bytes: int = 10_000_000  # of one answer
    allow_loopback: bool = False  # for rehearsals and tests
    resolver: Resolver = field(default=system_resolver)

    def limits(self, total_s: float) -> AskLimits:
        """Return the limits of one request that may take `total_s` seconds."""
        return AskLimits(max_bytes=self.max_bytes, total_s=total_s, read_s=min(10.0, total_s))


@dataclass(frozen=True, kw_only=True)
class Validators:
    """What says whether the document is still the one that we have."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> Headers:
        """Return the header fields that make a request conditional."""
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, kw_only=True)
class FeedAnswer:
    """What came back."""

    body: bytes | None  # None: it hasn't changed
    validators: Validators
    content_type: str  # "" if it says none
    url: str  # where it came from, after redirects

    @property
    def modified_at(self) -> datetime | None:
        """When the server says that the document changed last."""
        return _moment(self.validators.last_modified or "")


def ask_feed(url: str, known: Validators, asking: Asking, clock: Clock) -> FeedAnswer:
    """Ask for the feed's document, unless it is still the one of `known`.

    Raises
    ------
    FeedUnavailable: no answer, another status than 200, 204 and 304, too large, too slow, an
        address that we don't ask, a file that is no text. With the seconds that the server asks
        us to wait.
    """
    headers = {"Accept": ACCEPT, **known.headers()}
    limits = asking.limits(asking.timeout_s / 2)  # the rest is for what the document points to
    try:
        answer = ask(
            Asked(url=url, headers=headers),
            limits=limits,
            resolver=asking.resolver,
            allow_loopback=asking.allow_loopback,
            check_head=_checked(clock, may_be_unchanged=len(headers) > 1),
        )
    except OutboundRefused as e:
        raise FeedUnavailable(f"The feed can't be read: {e}") from e
    return _read(answer)


def ask_link(url: str, total_s: float, asking: Asking, clock: Clock) -> bytes:
    """Ask for a document that an index points to.

    Raises
    ------
    OutboundRefused: the guard's codes and those of `ask`; `gone` (404, 410), `http_status`,
        `not_text`. With `status` and `retry_after_s` where the server answered.
    """
    answer = ask(
        Asked(url=url, headers={"Accept": ACCEPT}),
        limits=asking.limits(total_s),
        resolver=asking.resolver,
        allow_loopback=asking.allow_loopback,
        check_head=_check_link(clock),
    )
    return answer.body


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Return how many seconds a server asks us to wait (RFC 9110, 10.2.3), None if it doesn't."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header.strip()[:9])
    moment = _moment(header)
    return max((moment - now).total_seconds(), 0.0) if moment else None


def _checked(clock: Clock, *, may_be_unchanged: bool) -> CheckHead:
    usable = {HTTPStatus.OK, HTTPStatus.NO_CONTENT}
    if may_be_unchanged:
        usable.add(HTTPStatus.NOT_MODIFIED)

    def check_head(status: int, headers: Headers) -> None:
        if status not in usable:
            wait_s = retry_after_s(headers.get("Retry-After"), clock())
            raise FeedUnavailable(f"The feed answers with status {status}.", retry_after_s=wait_s)
        kind = _content_type(headers)
        if status == HTTPStatus.OK and kind.startswith(_NO_TEXT):
            raise FeedUnavailable(f"The feed answers with {kind.partition(';')[0]}: no feed.")

    return check_head


def _check_link(clock: Clock) -> CheckHead:
    def check_head(status: int, headers: Headers) -> None:
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise OutboundRefused("gone", "There is nothing at the address.", status=status)
        if status != HTTPStatus.OK:
            busy = status == HTTPStatus.TOO_MANY_REQUESTS
            raise OutboundRefused(
                "http_status",
                f"The server answers with status {status}.",
                temporary=busy or status >= HTTPStatus.INTERNAL_SERVER_ERROR,
                status=status,
                retry_after_s=retry_after_s(headers.get("Retry-After"), clock()),
            )
        if _content_type(headers).startswith(_NO_TEXT):
            raise OutboundRefused("not_text", "The address leads to no text.", status=status)

    return check_head


def _read(answer: Answered) -> FeedAnswer:
    return FeedAnswer(
        body=None if answer.status == HTTPStatus.NOT_MODIFIED else answer.body,
        validators=Validators(
            etag=_validator(answer.headers, "ETag"),
            last_modified=_validator(answer.headers, "Last-Modified"),
        ),
        content_type=_content_type(answer.headers),
        url=answer.url,
    )


def _validator(headers: Headers, name: str) -> str | None:
    """Return what can be sent back as it came; else the next request asks for everything."""
    value = headers.get(name, "").strip()
    return value if 0 < len(value) <= _LONGEST_VALIDATOR and value.isprintable() else None


def _content_type(headers: Headers) -> str:
    return headers.get("Content-Type", "").strip().lower()


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)

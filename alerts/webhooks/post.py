"""What does the receiver say to one event? The only step that is on the network.

Signed as Standard Webhooks 1.0.0 wants it. Redirects aren't followed, and of the answer only the
head is read: its status says everything.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from standardwebhooks import Webhook

from alerts.outbound.ask import Asked, AskLimits, Headers, ask
from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Resolver, system_resolver
from alerts.webhooks.address import check_address

GONE = 410  # Standard Webhooks: the receiver wants no more of them
BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, kw_only=True)
class Post:
    """How post is sent."""

    limits: AskLimits
    allow_loopback: bool = False
    resolver: Resolver = field(default=system_resolver)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One event, ready to be signed and sent."""

    webhook_id: str
    url: str
    payload: Mapping[str, Any]
    secrets: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of one try."""

    status: int | None = None  # of HTTP; None if nobody answered
    error: str | None = None  # a code of ours, where nobody answered
    retry_after_s: float | None = None

    @property
    def is_taken(self) -> bool:
        """The receiver has it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The receiver wants no more of them."""
        return self.status == GONE

    @property
    def words(self) -> str | None:
        """What went wrong, in a word; None if nothing did."""
        if self.is_taken:
            return None
        return self.error or f"HTTP {self.status}"


class _HeadSeen(Exception):
    """The head of the answer is here; nothing more is wanted."""

    def __init__(self, status: int, headers: Headers) -> None:
        super().__init__(status)
        self.status, self.headers = status, headers


def send(letter: Letter, post: Post, now: datetime) -> Answer:
    """Send one event; never raises for what the other side does."""
    try:
        check_address(letter.url, allow_loopback=post.allow_loopback, resolver=post.resolver)
        ask(
            _request(letter, now),
            limits=post.limits,
            resolver=post.resolver,
            allow_loopback=post.allow_loopback,
            check_head=_look,
        )
    except _HeadSeen as seen:
        return _answer(seen.status, seen.headers, now)
    except OutboundRefused as refused:
        code = "redirects" if refused.code in _REDIRECTED else refused.code
        return Answer(status=refused.status, error=code, retry_after_s=refused.retry_after_s)
    raise AssertionError("the head of an answer is always looked at")


_REDIRECTED = frozenset({"too_many_redirects", "insecure_redirect", "bad_redirect"})


def signed_headers(letter: Letter, body: str, now: datetime) -> dict[str, str]:
    """Return the three headers of a signed event, with a signature by each secret."""
    signatures = (
        Webhook(secret).sign(letter.webhook_id, now.astimezone(UTC), body)
        for secret in letter.secrets
    )
    return {
        "webhook-id": letter.webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _request(letter: Letter, now: datetime) -> Asked:
    body = json.dumps(letter.payload, separators=(",", ":"))
    headers = {"Content-Type": "application/json", **signed_headers(letter, body, now)}
    return Asked(url=letter.url, method="POST", headers=headers, body=body.encode())


def _look(status: int, headers: Headers) -> None:
    raise _HeadSeen(status, headers)


def _answer(status: int, headers: Headers, now: datetime) -> Answer:
    asked_for = headers.get("Retry-After") if status in BUSY else None
    return Answer(status=status, retry_after_s=_seconds(asked_for, now) if asked_for else None)


def _seconds(text: str, now: datetime) -> float | None:
    """Read Retry-After: seconds or an HTTP date (RFC 9110, 10.2.3); None for anything else."""
    if text.strip().isdecimal():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)

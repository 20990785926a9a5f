"""What can go wrong between a feed's document and a phone.

AlertsError
├── FeedUnavailable      the feed can't be read now: try again later
├── PosterRefused        the document can't be acted on: keep the raw text, say why
├── PlaceNotFound        no ground can be named: hold for the desk
├── IllegalTransition    the alert can't go from where it is to where it was told to go
├── NotFound             no such alert, feed, subscriber
├── Conflict             the request contradicts what is stored
├── Sealed               the key of the case is gone: the content can't be read any more
└── PushError
    ├── RetryLater       the channel is busy: again after `retry_after_s`
    ├── TargetGone       the device is no more: end it
    ├── Refused          our message is wrong: our bug, park it
    └── Misconfigured    credentials or settings are wrong: stop and page somebody
"""

from collections.abc import Sequence

from alerts.problem import Problem


class AlertsError(Exception):
    """Anything the flow refuses to do, with a sentence a person can act on."""


class FeedUnavailable(AlertsError):
    """The feed can't be read now."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class PosterRefused(AlertsError):
    """The document can't be acted on; the raw text is kept and `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(p.message for p in problems) or "the document was refused")
        self.problems = tuple(problems)


class PlaceNotFound(AlertsError):
    """No ground can be named for the poster."""


class IllegalTransition(AlertsError):
    """The alert can't change its status that way."""


class NotFound(AlertsError):
    """There is no such thing."""


class Conflict(AlertsError):
    """The request contradicts what is stored."""


class Sealed(AlertsError):
    """The key of the case was destroyed; what it sealed can't be read any more."""


class PushError(AlertsError):
    """A push didn't go out."""


class RetryLater(PushError):
    """The channel asks to come back after `retry_after_s` seconds."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TargetGone(PushError):
    """The device is no longer registered."""


class Refused(PushError):
    """The channel refuses the message itself: our bug."""


class Misconfigured(PushError):
    """Credentials or settings of the channel are wrong: nothing goes out until they are mended."""

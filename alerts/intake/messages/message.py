"""What does a CAP message ask of us: a new alert, another revision, an end, or a look by the desk?

Only the message is looked at here, not what we know already. DOMAIN rule 14: only Actual and
Public may reach people, Exercise and Test go to testers; Ack and Error are recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.intake.cap.poster import EXERCISE_STATUSES, poster_from_cap
from alerts.intake.cap.topic import is_about_a_child
from alerts.intake.cap.values import CapAlert, CapReading
from alerts.poster import Poster
from alerts.problem import Problem, error, warning

PUSHABLE = frozenset({"Actual"}) | EXERCISE_STATUSES


class Ask(StrEnum):
    """What a message asks."""

    ALERT = "alert"
    UPDATE = "update"  # of what it refers to
    END = "end"  # of what it refers to
    NOTE = "note"  # an Ack or Error: nothing is done
    HOLD = "hold"  # for the desk: nothing is done
    REFUSE = "refuse"  # it can't be acted on


@dataclass(frozen=True, kw_only=True)
class CapAsk:
    """What a message asks, and with which words."""

    ask: Ask
    problems: tuple[Problem, ...]
    alert: CapAlert | None = None  # None: too little of it could be read
    poster: Poster | None = None  # of an ALERT or UPDATE

    @property
    def is_exercise(self) -> bool:
        """It is for testers only."""
        return self.alert is not None and self.alert.status != "Actual"


def what_it_asks(
    reading: CapReading, problems: Sequence[Problem], now: datetime, doubts: Sequence[Problem] = ()
) -> CapAsk:
    """Say what a message asks; never raises.

    Parameters
    ----------
    problems: of the document that it stands in.
    doubts: why it may not be its sender's at all; any of them keeps it from being acted on.
    """
    said, alert = (*problems, *reading.problems), reading.alert
    if alert is None or not reading.can_be_acted_on:
        return CapAsk(ask=Ask.REFUSE, problems=_as_errors(said), alert=alert)
    if doubts:
        return CapAsk(ask=Ask.HOLD, problems=(*said, *doubts), alert=alert)
    return _of_a_sender(alert, said, now)


def _of_a_sender(alert: CapAlert, said: tuple[Problem, ...], now: datetime) -> CapAsk:
    if alert.msg_type in ("Ack", "Error"):
        return CapAsk(ask=Ask.NOTE, problems=(*said, _recorded(alert)), alert=alert)
    why = _not_for_people(alert)
    if why is not None:
        return CapAsk(ask=Ask.HOLD, problems=(*said, why), alert=alert)
    if alert.msg_type == "Cancel" or is_all_clear(alert):
        return CapAsk(ask=Ask.END, problems=said, alert=alert)
    poster = poster_from_cap(alert)
    if poster.expires_at is not None and poster.expires_at <= now:
        message = f"It expired at {poster.expires_at.isoformat()}; nobody is told any more."
        over = warning("expired", "alert/info/expires", message)
        return CapAsk(ask=Ask.HOLD, problems=(*said, over), alert=alert)
    ask = Ask.UPDATE if alert.msg_type == "Update" else Ask.ALERT
    return CapAsk(ask=ask, problems=said, alert=alert, poster=poster)


def is_all_clear(alert: CapAlert) -> bool:
    """Say whether every info block says that the danger is over (CAP 1.2, responseType)."""
    return bool(alert.infos) and all("AllClear" in info.response_types for info in alert.infos)


def _recorded(alert: CapAlert) -> Problem:
    """Say in a word of its own that an answer to a message was kept (CAP 1.2, msgType)."""
    if alert.msg_type == "Ack":
        message = "The acknowledgement was recorded; nothing changes by it."
        return warning("ack_recorded", "alert/msgType", message)
    message = "That somebody couldn't use a message was recorded; nothing changes by it."
    return warning("error_recorded", "alert/msgType", message)


def _not_for_people(alert: CapAlert) -> Problem | None:
    """Say why a message may never reach people; None if it may."""
    if alert.status not in PUSHABLE:
        message = f"status {alert.status} is not for people: only Actual goes to the public."
        return warning("not_actual", "alert/status", message)
    if alert.scope != "Public":  # CAP 1.0 may leave it out: then nobody said that it is public
        message = f"scope {alert.scope or '(none)'} is not for the public."
        return warning("not_public", "alert/scope", message)
    if is_all_clear(alert) and not alert.references:
        message = "It says that all is clear and refers to nothing: nobody is told of that."
        return warning("all_clear_of_nothing", "alert/references", message)
    is_end = alert.msg_type == "Cancel" or is_all_clear(alert)
    if not is_end and not is_about_a_child(alert):
        message = "This isn't about a missing child; the desk may look at it."
        return warning("not_a_child_alert", "alert/info/event", message)
    return None


def _as_errors(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    if any(problem.severity == "error" for problem in problems):
        return tuple(problems)
    return (*problems, error("no_alert", "", "The document holds no CAP alert."))

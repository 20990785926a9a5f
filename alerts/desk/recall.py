"""Takes an alert back: one person is enough (DOMAIN rule 6); those who were told hear the end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.alert import EndReason, Status
from alerts.errors import Conflict
from alerts.lifecycle import end_alert
from alerts.store.alerts import Alert
from alerts.store.staff import Staff, record

MAY_RECALL = ("editor", "approver", "admin")
LONGEST_REASON = 200  # characters


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """What became of an alert."""

    status: Status
    was_live: bool  # people had been told, or were about to be: an all-clear follows
    had_ended: bool  # before; nothing was changed


def recall(
    session: Session, alert: Alert, person: Staff, now: datetime, *, reason: str = ""
) -> Recalled:
    """End an alert at the desk, whether it is held or live.

    Parameters
    ----------
    reason: for the book of deeds; it is kept for ever, so it must not name the child.

    Raises
    ------
    Conflict: the person may not recall, or the reason is too long.
    """
    if person.role not in MAY_RECALL:
        raise Conflict(f"{person.name} is {person.role}; a {person.role} can't recall alerts")
    if len(reason) > LONGEST_REASON:
        raise Conflict(f"a reason has at most {LONGEST_REASON} characters")
    session.refresh(alert, with_for_update=True)
    was_live = alert.status is Status.ACTIVE
    actor = f"staff:{person.name}"
    ended = end_alert(session, alert, EndReason.RECALLED, now, actor=actor)
    if ended:
        subject = f"alert:{alert.public_id}"
        record(session, now, actor=actor, deed="alert.recalled", subject=subject, reason=reason)
    return Recalled(status=alert.status, was_live=was_live, had_ended=not ended)

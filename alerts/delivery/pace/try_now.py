"""Tries a channel at once, at the word of a person: the cause is mended, nobody need wait."""

from datetime import datetime

from sqlalchemy.orm import Session

from alerts.delivery.pace.breaker import CLOSED
from alerts.delivery.pace.bucket import ramping_anew
from alerts.delivery.pace.row import breaker_of, keep
from alerts.errors import Conflict
from alerts.store.channel_states import locked_channel_state, try_at_once
from alerts.store.staff import Role, Staff, record


def try_now(session: Session, channel: str, person: Staff, now: datetime) -> bool:
    """Close the breaker of a channel, and let what it didn't take be tried again now.

    If it fails still, it is left alone again as before. True if anything changed; that is audited.

    Raises
    ------
    Conflict: the person may only look.
    """
    if not Role(person.role).is_at_least(Role.EDITOR):
        raise Conflict(f"{person.name} is {person.role}; a {person.role} can't retry channels")
    before = breaker_of(locked_channel_state(session, channel))
    if not before.is_closed:
        keep(session, channel, CLOSED, ramping_anew(now))
    batches = try_at_once(session, channel, now)
    if before.is_closed and not batches:
        return False
    record(
        session,
        now,
        actor=f"staff:{person.name}",
        deed="channel.retried",
        subject=f"channel:{channel}",
        was=str(before.breaker),
        batches=batches,
    )
    return True

"""Does anything wait that no bell will wake? What batches say of time is held against the clock.

A lease that ran out, or a time that has come, needs nothing: whoever looks next takes the batch.
What nobody would take for an hour is what a clock wrote that was wrong: too far ahead, then set
right, or right, then set back. Each finding has its function here; the sweep calls them every
second, so they ask an index and change nothing when nothing is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, case, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from alerts.clock import CLOCKS_APART
from alerts.store.batches import IS_READY
from alerts.store.waves import Batch, Wave

Moment = datetime | BindParameter[datetime]

# No retry waits so long: 600 s if the channel asks for it, and 150 s of jitter (alerts.delivery.
# retry). What is tried again later than that was put off by a clock that has gone back since.
LONGEST_RETRY = timedelta(minutes=15)
MANY_TRIES = 20  # with the pauses between them an hour: whatever it is, it doesn't mend itself


@dataclass(frozen=True, kw_only=True)
class Mended:
    """How many batches may be taken sooner than what they said."""

    leases: int = 0  # that ran too long
    new: int = 0  # of waves that were made in the future
    retries: int = 0  # that were too far off

    def __bool__(self) -> bool:
        """Whether anything was wrong."""
        return bool(self.leases or self.new or self.retries)


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """Batches of a channel that don't get on."""

    channel: str
    overdue: int  # could be sent, and nobody takes any of this channel
    tried: int  # MANY_TRIES times and more, and still not done
    since: datetime  # of the one that waits longest

    @property
    def batches(self) -> int:
        """All of them; one may be both."""
        return max(self.overdue, self.tried)


def is_amiss(session: Session, now: datetime, lease: timedelta) -> bool:
    """Say whether there is anything to mend; reads only, from indexes."""
    times = {"lease_ends": now + 2 * lease, "tried": now + LONGEST_RETRY, "now": now}
    if session.scalar(_AMISS, times) is not None:
        return True
    new = _new_ahead(session, now)
    if new is None:
        return False
    return session.scalar(select(Batch.id).where(IS_READY, new).limit(1)) is not None


def mend(session: Session, now: datetime, lease: timedelta) -> Mended:
    """Set right what a wrong clock wrote.

    Parameters
    ----------
    lease: how long a sender holds a batch without a word.
    """
    return Mended(
        leases=shorten_leases(session, now, lease),
        new=bring_forward_new(session, now),
        retries=bring_forward_retries(session, now),
    )


def shorten_leases(session: Session, now: datetime, lease: timedelta) -> int:
    """Let leases that end later than any sender asks for end one lease from now.

    They aren't taken away: a sender that lives goes on and tells nobody twice, and a batch whose
    sender is gone is free when the time of a lease is over.
    """
    return _set(session, _leased_beyond(now + 2 * lease), lease_until=now + lease)


def bring_forward_new(session: Session, now: datetime) -> int:
    """Let batches go out that were due when they were made, at a moment that is still to come.

    What quiet hours hold has another time than its wave and stays held.
    """
    new = _new_ahead(session, now)
    return 0 if new is None else _set(session, new, not_before=now)


def bring_forward_retries(session: Session, now: datetime) -> int:
    """Let batches be tried again whose next try is further off than any retry waits."""
    return _set(session, _put_off_beyond(now + LONGEST_RETRY, now), not_before=now)


def find_stuck(session: Session, now: datetime, stale: timedelta) -> Sequence[Stuck]:
    """Return the channels on which batches don't get on, by name.

    Either nobody takes any batch of the channel although one is due for longer than `stale`, or
    batches were tried MANY_TRIES times. One that waits while others of its channel are sent isn't
    stuck: it stands in a queue.
    """
    is_held = Batch.lease_until > now
    is_overdue = (Batch.not_before <= now - stale) & or_(Batch.lease_until.is_(None), ~is_held)
    is_tried = Batch.attempts >= MANY_TRIES
    rows = session.execute(
        select(
            Batch.channel,
            _count(is_held),
            _count(is_overdue),
            _count(is_tried),
            func.min(case((is_overdue | is_tried, Batch.not_before))),
        )
        .where(IS_READY)
        .group_by(Batch.channel)
        .order_by(Batch.channel)
    )
    return [
        Stuck(channel=str(channel), overdue=0 if held else overdue, tried=tried, since=since)
        for channel, held, overdue, tried, since in rows
        if tried or (overdue and not held)
    ]


def _leased_beyond(moment: Moment) -> ColumnElement[bool]:
    return Batch.lease_until > moment


def _put_off_beyond(moment: Moment, now: Moment) -> ColumnElement[bool]:
    is_put_off = (Batch.attempts > 0) & (Batch.not_before > moment)
    return is_put_off & or_(Batch.lease_until.is_(None), Batch.lease_until <= now)


# Made once: they are asked every second, and nearly always for nothing.
_AMISS = (
    select(Batch.id)
    .where(IS_READY)
    .where(
        or_(
            _leased_beyond(bindparam("lease_ends")),
            _put_off_beyond(bindparam("tried"), bindparam("now")),
        )
    )
    .limit(1)
)
_WAVES_AHEAD = select(Wave.id).where(Wave.made_at > bindparam("soon"))


def _new_ahead(session: Session, now: datetime) -> ColumnElement[bool] | None:
    """Return which batches were due as they were made, in the future; None if there is no wave."""
    soon = now + CLOCKS_APART
    waves = session.scalars(_WAVES_AHEAD, {"soon": soon}).all()
    if not waves:
        return None
    made_at = select(Wave.made_at).where(Wave.id == Batch.wave_id).scalar_subquery()
    is_new = (Batch.attempts == 0) & (Batch.not_before > soon)
    return is_new & Batch.wave_id.in_(waves) & (Batch.not_before == made_at)


def _count(what: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((what, 1), else_=0)), 0)


def _set(session: Session, which: ColumnElement[bool], **values: Any) -> int:
    result = session.execute(
        update(Batch)
        .where(IS_READY, which)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0

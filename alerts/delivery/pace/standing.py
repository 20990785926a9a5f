"""How does each channel stand: does it flow, how fast, and what waits for it?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.delivery.pace.breaker import BreakerState
from alerts.delivery.pace.bucket import Bucket, rate_now
from alerts.delivery.pace.row import breaker_of, bucket_of
from alerts.delivery.pace.shared import SharedGate
from alerts.errors import NotFound
from alerts.store.channel_states import (
    Breaker,
    KeptChannel,
    Waiting,
    channel_states,
    waiting_by_channel,
)


@dataclass(frozen=True, kw_only=True)
class ChannelStanding:
    """How one channel is now."""

    channel: str
    is_set_up: bool
    breaker: Breaker
    why: str | None  # it isn't closed: the channel's code, or what must be mended
    opened_at: datetime | None  # since when it is left alone
    retry_at: datetime | None  # when it is tried next
    per_s: float | None  # pushes that may go out in a second now; None: no limit
    waiting: Waiting

    @property
    def is_open(self) -> bool:
        """Pushes wait for it."""
        return self.breaker is not Breaker.CLOSED


def standings(
    session: Session,
    gate: SharedGate,
    set_up: Collection[str],
    now: datetime,
    *,
    open_only: bool = False,
) -> Sequence[ChannelStanding]:
    """Return how each channel is that is set up, was sent over, or is waited for; by name.

    open_only: those that are left alone, which costs little while there are none.
    """
    rows = {state.name: state for state in channel_states(session)}
    if open_only:
        rows = {name: row for name, row in rows.items() if not breaker_of(row).is_closed}
        waiting = waiting_by_channel(session, now, list(rows)) if rows else {}
        names = set(rows)
    else:
        waiting = waiting_by_channel(session, now)
        names = {*set_up, *rows, *waiting}
    return [
        _standing(
            rows.get(name) or KeptChannel(name=name),
            gate,
            is_set_up=name in set_up,
            waiting=waiting.get(name, Waiting()),
            now=now,
        )
        for name in sorted(names)
    ]


def standing_of(all_of_them: Sequence[ChannelStanding], name: str) -> ChannelStanding:
    """Return one of them; NotFound if there is no such channel."""
    for standing in all_of_them:
        if standing.channel == name:
            return standing
    names = ", ".join(standing.channel for standing in all_of_them) or "none"
    raise NotFound(f"there is no channel {name!r}; there are: {names}")


def _standing(
    state: KeptChannel,
    gate: SharedGate,
    *,
    is_set_up: bool,
    waiting: Waiting,
    now: datetime,
) -> ChannelStanding:
    breaker = breaker_of(state)
    return ChannelStanding(
        channel=state.name,
        is_set_up=is_set_up,
        breaker=breaker.breaker,
        why=breaker.why,
        opened_at=breaker.opened_at,
        retry_at=breaker.retry_at,
        per_s=_per_s(state.name, breaker, bucket_of(state), gate, now),
        waiting=waiting,
    )


def _per_s(
    name: str, breaker: BreakerState, bucket: Bucket, gate: SharedGate, now: datetime
) -> float | None:
    pace = gate.policy(name).pace
    if not breaker.is_closed:
        return 0.0
    return rate_now(bucket, pace, now) if pace.per_s else None

"""What is written of a batch in hand: each chunk before it leaves, and the end of it.

Every write asks whether the lease is still ours. Where the disk is full or the database away, what
was heard is kept in hand and written when it works again: forgetting it would push twice.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy import update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from alerts.audience.wholly_sent import note_if_sent
from alerts.clock import Clock
from alerts.delivery.claim import Claimed
from alerts.delivery.gate import Gate, Slot
from alerts.delivery.retry import next_try_after_s
from alerts.delivery.said import WAITS, Said
from alerts.push import Outcome, PushTarget
from alerts.store.batches import mark, write_if_owner
from alerts.store.engine import Store
from alerts.store.subscribers import Device
from alerts.store.waves import BatchState, Outcomes

log = structlog.get_logger()

T = TypeVar("T")

# A batch whose channel isn't set up, or must be mended. Longer than the breaker's pause:
# the next probe is of another batch, should this one's devices be what is wrong.
CHANNEL_DOWN_RETRY_S = 90.0
WRITES_AGAIN_AFTER_S = 0.5  # what couldn't be written, until the lease would have run out


class Lost(Exception):
    """The lease of the batch in hand went to somebody else: what we hold is out of date."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some devices of a batch, marked as in flight."""

    slot: Slot
    targets: tuple[PushTarget, ...]
    places: NDArray[np.intp]  # in the batch
    before: Outcomes  # what is written of them if nothing of the chunk leaves
    repeats: int  # of these, how many may have been told before


@dataclass(frozen=True, kw_only=True)
class Book:
    """Writes down what becomes of batches. Each write raises Lost if the batch isn't ours."""

    store: Store
    gate: Gate
    clock: Clock
    lease: timedelta
    pause: Callable[[float], None]
    stopping: Callable[[], bool]

    def mark(self, claimed: Claimed, said: Said, start: int, size: int) -> Chunk | None:
        """Take room for the next chunk and mark it as in flight; None if there is no room now."""

        def write(session: Session) -> Chunk | None:
            now = self.clock()
            left = len(claimed.targets) - start
            slot = self.gate.reserve(session, claimed.channel, min(size, left), now)
            if slot is None:
                return None
            chunk = _chunk(claimed, slot, start)
            marked = claimed.outcomes.copy()
            marked[chunk.places] = Outcome.IN_FLIGHT
            repeats = claimed.repeats + said.repeats + chunk.repeats
            reasons, until = said.failed(claimed.reasons), now + self.lease
            ours = claimed.batch_id, claimed.owner, marked.tobytes(), repeats, reasons, until
            if not mark(session, *ours):
                raise Lost
            self._end_gone(session, said)
            return chunk

        chunk = self._patiently(write)
        if chunk is not None:
            said.forget_gone()
            said.repeats += chunk.repeats
            claimed.outcomes[chunk.places] = Outcome.IN_FLIGHT
        return chunk

    def finish(self, claimed: Claimed, said: Said, *, at_once: bool, by_gate: bool = False) -> None:
        """Give the batch back: done, or to be tried again when the channel asks for it.

        `at_once`: it was stopped by no fault of its own; whoever takes it next goes on with it.
        `by_gate`: the channel is left alone, so the batch's own pause needn't grow.
        What failed for all is written down, for whoever looks at the channel's health.
        """
        outcomes, now = claimed.outcomes, self.clock()
        waits = bool(np.isin(outcomes, WAITS).any())
        if not waits:
            self._release(claimed, said, state=BatchState.DONE, done_at=now, last_error=None)
            return
        tries = 1 if by_gate else claimed.attempts
        after = next_try_after_s(tries, said.retry_after_s, random.SystemRandom())
        in_vain = not (outcomes == Outcome.SENT).any()
        when = {} if at_once else {"not_before": now + timedelta(seconds=after)}
        self._release(
            claimed,
            said,
            last_error=said.reason[:200] if in_vain and said.reason else None,
            attempts=claimed.attempts - at_once,
            **when,
        )

    def park(self, claimed: Claimed, said: Said, why: str) -> None:
        """Set the batch aside: its message is refused, a person must look."""
        self._release(claimed, said, state=BatchState.PARKED, last_error=why[:200])

    def put_back(self, claimed: Claimed, said: Said, why: str) -> None:
        """Let the batch wait until its channel is mended."""
        until = self.clock() + timedelta(seconds=CHANNEL_DOWN_RETRY_S)
        self._release(claimed, said, last_error=why[:200], not_before=until)

    def _release(self, claimed: Claimed, said: Said, **values: Any) -> None:
        def write(session: Session) -> None:
            self._write(
                session,
                claimed,
                said,
                outcomes=claimed.outcomes.tobytes(),
                repeats=claimed.repeats + said.repeats,
                lease_owner=None,
                lease_until=None,
                **values,
            )
            if values.get("state") is BatchState.DONE:
                note_if_sent(session, claimed.batch_id, self.clock())

        self._patiently(write)
        said.forget_gone()

    def _write(self, session: Session, claimed: Claimed, said: Said, **values: Any) -> None:
        reasons = said.failed(claimed.reasons)
        if not write_if_owner(session, claimed.batch_id, claimed.owner, reasons=reasons, **values):
            raise Lost
        self._end_gone(session, said)

    def _end_gone(self, session: Session, said: Said) -> None:
        """End devices that the channel says are gone, unless they registered anew meanwhile."""
        for target in said.gone:
            session.execute(
                update(Device)
                .where(Device.id == target.device_id, Device.ended_at.is_(None))
                .where(Device.address == target.address)
                .values(ended_at=self.clock(), ended_reason="channel_says_gone")
            )

    def _patiently(self, write: Callable[[Session], T]) -> T:
        """Write in one transaction; again and again while the database can't, as long as ours."""
        for _ in range(int(self.lease.total_seconds() / WRITES_AGAIN_AFTER_S)):
            try:
                with self.store.begin() as session:
                    return write(session)
            except (OperationalError, InterfaceError) as problem:
                if self.stopping():
                    raise
                log.error("outcomes_wait", error=type(problem).__name__)  # noqa: TRY400
                self.pause(WRITES_AGAIN_AFTER_S)
        with self.store.begin() as session:
            return write(session)


def _chunk(claimed: Claimed, slot: Slot, start: int) -> Chunk:
    part = slice(start, start + slot.pushes)
    places = claimed.places[part]
    before = claimed.outcomes[places]
    return Chunk(
        slot=slot,
        targets=claimed.targets[part],
        places=places,
        before=before,
        repeats=int((before == Outcome.IN_FLIGHT).sum()),
    )

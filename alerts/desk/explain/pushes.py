"""What became of each push of an alert to this person, and what their device said of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from alerts.alert import WaveKind
from alerts.audience.told import TELLING, TOLD
from alerts.desk.explain.steps import END, PUSH, RECEIPT, Asked, Step, moment
from alerts.push import Outcome
from alerts.store.waves import Batch, BatchState, Wave, batches_naming, receipts_of

WAITING = (Outcome.PENDING, Outcome.IN_FLIGHT)

IN_WORDS = {
    Outcome.PENDING: "is waiting to be sent, or to be tried again",
    Outcome.SENT: "was sent",
    Outcome.GONE: "wasn't sent: the push service says the device is no more",
    Outcome.REFUSED: "wasn't sent: the channel refused our message",
    Outcome.ENDED: "wasn't sent: the alert ended first",
    Outcome.UNSUBSCRIBED: "wasn't sent: the device left first",
    Outcome.MOVED_AWAY: "wasn't sent: the neighborhood had moved out of the area",
    Outcome.CAPPED: "wasn't sent: the weekly cap was reached",
    Outcome.GAVE_UP: "wasn't sent: the channel failed until the alert ended",
    Outcome.IN_FLIGHT: "is being sent",
    Outcome.OVERTAKEN: "wasn't sent: an update of the alert was sent instead",
    Outcome.UNKNOWN: "was handed over, the answer got lost; it counts as sent",
}


@dataclass(frozen=True, kw_only=True)
class Push:
    """One device's place in a batch."""

    alert_id: int
    kind: WaveKind
    revision: int
    device_id: int
    outcome: Outcome
    made_at: datetime  # of the wave
    state: BatchState
    not_before: datetime
    done_at: datetime | None
    attempts: int
    trouble: str | None  # why the batch waits

    @property
    def tells(self) -> bool:
        """It tells of the case, not of its end."""
        return self.kind in TELLING

    @property
    def was_told(self) -> bool:
        """A channel took it."""
        return self.outcome in TOLD


def pushes_of(session: Session, person_id: int, alert_ids: Collection[int]) -> list[Push]:
    """Return the pushes of some alerts to a person, oldest first."""
    found = []
    for wave, batch in batches_naming(session, person_id, alert_ids):
        outcomes, devices = batch.outcome_array(), batch.devices()
        for place in np.flatnonzero(batch.people() == person_id).tolist():
            found.append(_push(wave, batch, int(devices[place]), Outcome(int(outcomes[place]))))
    return found


def push_step(asked: Asked, push: Push) -> Step:
    """Say what became of a push."""
    detail = f"The {push.kind} to device {push.device_id} {_became(asked, push)}."
    return Step(name=PUSH if push.tells else END, ok=push.was_told, detail=detail)


def receipt_steps(session: Session, asked: Asked) -> Iterator[Step]:
    """Yield what the person's devices said: shown, opened, dismissed."""
    for receipt in receipts_of(session, asked.person.id):
        if receipt.alert_id == asked.alert.id:
            who = f"Device {receipt.device_id}" if receipt.device_id else "A device"
            detail = f"{who} said on {moment(receipt.received_at)}: {receipt.event}."
            yield Step(name=RECEIPT, ok=True, detail=detail)


def decisive(asked: Asked, tellings: Sequence[Push]) -> Push | None:
    """Return the push that answers for all: one that was taken, one that waits, the newest."""
    by_weight = (
        [push for push in tellings if push.was_told][:1],
        [push for push in tellings if waits(asked, push)][:1],
        tellings[-1:],
    )
    return next((chosen[0] for chosen in by_weight if chosen), None)


def waits(asked: Asked, push: Push) -> bool:
    """Say whether a push may still go out."""
    is_over = push.tells and asked.over_at is not None
    return push.outcome in WAITING and push.state is not BatchState.DONE and not is_over


def _became(asked: Asked, push: Push) -> str:
    if push.was_told:
        return f"{IN_WORDS[push.outcome]} on {moment(push.done_at or push.made_at)}"
    if push.outcome is Outcome.CAPPED:
        return f"{IN_WORDS[push.outcome]} on {moment(push.made_at)}"
    if push.outcome in WAITING and not waits(asked, push):
        return "wasn't sent before the alert was over"
    if push.outcome is Outcome.PENDING:
        return _why_it_waits(asked, push)
    return IN_WORDS[push.outcome]


def _why_it_waits(asked: Asked, push: Push) -> str:
    trouble = f": {push.trouble}" if push.trouble else ""
    if push.state is BatchState.PARKED:
        return f"is set aside{trouble}; a person must look"
    if push.not_before <= asked.now:
        return f"{IN_WORDS[push.outcome]}{trouble}"
    held = "is tried again" if push.attempts or trouble else "is held by quiet hours"
    return f"{held}{trouble}; not before {moment(push.not_before)}"


def _push(wave: Wave, batch: Batch, device_id: int, outcome: Outcome) -> Push:
    return Push(
        alert_id=wave.alert_id,
        kind=wave.kind,
        revision=wave.revision,
        device_id=device_id,
        outcome=outcome,
        made_at=wave.made_at,
        state=batch.state,
        not_before=batch.not_before,
        done_at=batch.done_at,
        attempts=batch.attempts,
        trouble=batch.last_error,
    )

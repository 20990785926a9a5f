"""Sends a batch: claim, send, record, three transactions, never one across the network.

A claim is a lease. Before a chunk is handed to the channel its devices are marked IN_FLIGHT, in
the same write that records the chunk before: a crash leaves exactly those in doubt that were in
the channel's hands, and only those can be sent twice (the collapse id makes a repeat replace).
Before each chunk the alert is looked at again (DOMAIN rule 11), after the marking: so whoever plans
an update either sees the chunk in flight, or this sender sees the new revision and stops.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
from sqlalchemy import select, update

from alerts.alert import Status
from alerts.audience.index import AudienceIndex
from alerts.audience.wholly_sent import note_if_sent
from alerts.clock import Clock
from alerts.delivery.claim import RETRIED, Claimed, claim_batch
from alerts.delivery.compose import Composer
from alerts.delivery.report import Sends
from alerts.delivery.retry import next_try_after_s
from alerts.errors import Misconfigured, Refused, Sealed
from alerts.push import Outcome, PushChannel, PushOutcome, PushTarget
from alerts.store.alerts import Alert
from alerts.store.batches import write_if_owner
from alerts.store.engine import Store
from alerts.store.subscribers import Device
from alerts.store.waves import BatchState, Outcomes

CHANNEL_DOWN_RETRY_S = 60.0  # a channel that isn't set up, or whose credentials are wrong


@dataclass(frozen=True, kw_only=True)
class DispatchPolicy:
    """The numbers that batches are sent by."""

    lease: timedelta
    chunk: int


class Standing(StrEnum):
    """Where the alert of a claimed batch stands."""

    AS_CLAIMED = "as_claimed"
    REVISED = "revised"  # the message that we hold is an old one
    OVER = "over"


class _Said:
    """What a channel said of a batch so far."""

    def __init__(self) -> None:
        self.retry_after_s: float | None = None
        self.reason = ""  # of those that wait
        self._gone: list[PushTarget] = []
        self._took_any = False

    def hear(self, chunk: Sequence[PushTarget], answers: Sequence[PushOutcome]) -> None:
        """Take in the answers; Refused if it is the message that the channel doesn't want."""
        said = {a.outcome for a in answers}
        self._took_any |= Outcome.SENT in said
        if said == {Outcome.REFUSED} and not self._took_any:
            raise Refused(f"the channel refused a whole chunk: {answers[0].reason}")
        waits_s = [a.retry_after_s for a in answers if a.retry_after_s]
        self.retry_after_s = max([self.retry_after_s or 0.0, *waits_s]) or None
        waiting = (a.reason for a in answers if a.outcome is Outcome.PENDING and a.reason)
        self.reason = next(waiting, self.reason)
        pairs = zip(chunk, answers, strict=True)
        self._gone += [t for t, a in pairs if a.outcome is Outcome.GONE]

    def take_gone(self) -> Sequence[PushTarget]:
        """Hand over the devices that are gone and weren't handed over before."""
        gone, self._gone = self._gone, []
        return gone


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """Sends batches over the channels that are set up."""

    store: Store
    index: AudienceIndex
    composer: Composer
    channels: Mapping[str, PushChannel]
    policy: DispatchPolicy
    clock: Clock
    sends: Sends

    def send_batch(self, batch_id: int) -> bool:
        """Send what of a batch has no outcome yet; True if there may be aftercare to do."""
        claimed = claim_batch(
            self.store, self.index, self.composer, batch_id, self.clock(), self.policy.lease
        )
        if claimed is None:
            return False
        channel = self.channels.get(claimed.channel)
        if channel is None:
            self._put_back(claimed, f"the channel {claimed.channel} isn't set up")
            return False
        try:
            self._send_chunks(claimed, channel)
        except (Misconfigured, Refused, Sealed) as problem:
            self._stop(claimed, problem)
        return self._look(claimed) is Standing.OVER

    def _send_chunks(self, claimed: Claimed, channel: PushChannel) -> None:
        outcomes, said = claimed.outcomes, _Said()
        standing, size = Standing.AS_CLAIMED, self.policy.chunk
        for start in range(0, len(claimed.targets), size):
            chunk = claimed.targets[start : start + size]
            places = np.array([claimed.place_of[t.device_id] for t in chunk])
            before = outcomes[places]
            outcomes[places] = Outcome.IN_FLIGHT
            if not self._record(claimed, outcomes):
                return  # the lease went to somebody else
            self._end_gone(said.take_gone())
            standing = self._look(claimed)
            if standing is not Standing.AS_CLAIMED and not claimed.is_end:
                outcomes[places] = before  # nothing of this chunk left
                break
            try:
                answers = self._hand_over(claimed, channel, chunk)
                said.hear(chunk, answers)
            except (Misconfigured, Refused):
                outcomes[places] = before
                raise
            got = np.array([a.outcome for a in answers], np.uint8)
            # who may have been told before a crash stays in doubt until the channel takes it
            outcomes[places] = np.where(got == Outcome.PENDING, before, got)
        if self._finish(claimed, outcomes, said, standing):
            self._end_gone(said.take_gone())

    def _hand_over(
        self, claimed: Claimed, channel: PushChannel, chunk: Sequence[PushTarget]
    ) -> Sequence[PushOutcome]:
        started = self.clock()
        if claimed.is_first_push:
            self._note_first_push(claimed, started)
        answers = channel.send(claimed.message, chunk)
        self.sends.count(claimed.channel, claimed.kind, answers)
        return answers

    def _record(self, claimed: Claimed, outcomes: Outcomes) -> bool:
        until = self.clock() + self.policy.lease
        with self.store.begin() as session:
            return write_if_owner(
                session,
                claimed.batch_id,
                claimed.owner,
                outcomes=outcomes.tobytes(),
                lease_until=until,
            )

    def _finish(
        self, claimed: Claimed, outcomes: Outcomes, said: _Said, standing: Standing
    ) -> bool:
        """Give the batch back: done, or to be tried again when the channel asks for it.

        What failed for all is written down, for whoever looks at the channel's health.
        """
        now = self.clock()
        waits = bool(np.isin(outcomes, RETRIED).any())
        is_revised = standing is Standing.REVISED and not claimed.is_end
        after = next_try_after_s(claimed.attempts, said.retry_after_s, random.SystemRandom())
        if not waits or is_revised:  # to be written anew: at once, and no fault of the batch
            after = 0
        in_vain = waits and not (outcomes == Outcome.SENT).any()
        with self.store.begin() as session:
            is_ours = write_if_owner(
                session,
                claimed.batch_id,
                claimed.owner,
                outcomes=outcomes.tobytes(),
                lease_owner=None,
                lease_until=None,
                last_error=said.reason[:200] if in_vain and said.reason else None,
                state=BatchState.READY if waits else BatchState.DONE,
                attempts=claimed.attempts - is_revised,
                not_before=now + timedelta(seconds=after),
                done_at=None if waits else now,
            )
            if is_ours and not waits:
                note_if_sent(session, claimed.batch_id, now)
            return is_ours

    def _stop(self, claimed: Claimed, problem: Misconfigured | Refused | Sealed) -> None:
        """Give a batch back whose channel must be mended, or whose message."""
        if isinstance(problem, Refused):
            self._park(claimed, str(problem))
        else:
            self._put_back(claimed, str(problem))

    def _park(self, claimed: Claimed, why: str) -> None:
        self.sends.parked(claimed.channel, claimed.batch_id, why)
        with self.store.begin() as session:
            write_if_owner(
                session,
                claimed.batch_id,
                claimed.owner,
                state=BatchState.PARKED,
                outcomes=claimed.outcomes.tobytes(),
                last_error=why[:200],
                lease_owner=None,
                lease_until=None,
            )

    def _put_back(self, claimed: Claimed, why: str) -> None:
        self.sends.channel_down(claimed.channel, why)
        with self.store.begin() as session:
            write_if_owner(
                session,
                claimed.batch_id,
                claimed.owner,
                outcomes=claimed.outcomes.tobytes(),
                last_error=why[:200],
                lease_owner=None,
                lease_until=None,
                not_before=self.clock() + timedelta(seconds=CHANNEL_DOWN_RETRY_S),
            )

    def _look(self, claimed: Claimed) -> Standing:
        columns = Alert.status, Alert.expires_at, Alert.live_revision
        with self.store.read() as session:
            row = session.execute(select(*columns).where(Alert.id == claimed.alert_id)).one()
        if row.status is not Status.ACTIVE or row.expires_at <= self.clock():
            return Standing.OVER
        is_old = row.live_revision != claimed.message.revision
        return Standing.REVISED if is_old else Standing.AS_CLAIMED

    def _note_first_push(self, claimed: Claimed, now: datetime) -> None:
        with self.store.begin() as session:
            result = session.execute(
                update(Alert)
                .where(Alert.id == claimed.alert_id, Alert.first_push_at.is_(None))
                .values(first_push_at=now)
            )
        if getattr(result, "rowcount", 0) == 1:  # another worker may have been first
            self.sends.first_push(claimed.received_at, now)

    def _end_gone(self, gone: Sequence[PushTarget]) -> None:
        if not gone:
            return
        now = self.clock()
        with self.store.begin() as session:
            for target in gone:
                session.execute(
                    update(Device)
                    .where(Device.id == target.device_id, Device.ended_at.is_(None))
                    .where(Device.address == target.address)  # or it registered anew meanwhile
                    .values(ended_at=now, ended_reason="channel_says_gone")
                )

"""Sends a batch: claim, send, record, three transactions, never one across the network.

A claim is a lease. Before a chunk is handed to the channel its devices are marked IN_FLIGHT, in
the same write that records the chunk before: a crash leaves exactly those in doubt that were in
the channel's hands, and only those can be sent twice (the collapse id makes a repeat replace).
Before each chunk the alert is looked at again (DOMAIN rule 11), after the marking: whoever plans an
update sees the chunk in flight, or this sender sees the new revision and stops, or both; then the
update tells the chunk (`overtaken`).
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

import numpy as np
import structlog
from sqlalchemy import bindparam, select, update

from alerts.alert import Status
from alerts.audience.index import AudienceIndex
from alerts.clock import Clock
from alerts.delivery.claim import Claimed, check_again, claim_batch
from alerts.delivery.compose import Composer
from alerts.delivery.gate import Gate, OpenGate, Slot
from alerts.delivery.give_back import Book, Chunk, Lost
from alerts.delivery.overtaken import overtaken
from alerts.delivery.report import Sends
from alerts.delivery.said import Said
from alerts.errors import Misconfigured, Refused, Sealed
from alerts.push import Outcome, PushChannel, PushOutcome
from alerts.store.alerts import Alert
from alerts.store.batches import is_older_in_hand
from alerts.store.engine import Store

log = structlog.get_logger()

FRESH_FOR = timedelta(seconds=5)  # then those who haven't been sent to are looked at again
OLDER_WAITS_S, OLDER_LOOKS = 0.02, 250  # five seconds: a chunk takes some round trips
LONGEST_WAIT_S = 1.0  # for the gate's slot
NO_ROOM_WAITS_S = 0.03  # until the gate is asked again
NO_ROOM_ASKS = 33  # times: then somebody more urgent may have the sender


@dataclass(frozen=True, kw_only=True)
class DispatchPolicy:
    """The numbers that batches are sent by."""

    lease: timedelta
    chunk: int


class Standing(StrEnum):
    """Where a claimed batch stands."""

    GOES_ON = "goes_on"
    REVISED = "revised"  # the message that we hold is an old one
    OVER = "over"  # the alert ended
    STALE = "stale"  # there is no room, or the process ends


LOOK = select(Alert.status, Alert.expires_at, Alert.live_revision).where(
    Alert.id == bindparam("alert_id")
)


def never() -> bool:
    """Nobody asks us to stop."""
    return False


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """Sends batches over the channels that are set up. Safe to use from several threads."""

    store: Store
    index: AudienceIndex
    composer: Composer
    channels: Mapping[str, PushChannel]
    policy: DispatchPolicy
    clock: Clock
    sends: Sends
    gate: Gate = field(default_factory=OpenGate)
    pause: Callable[[float], None] = time.sleep
    stopping: Callable[[], bool] = never

    @cached_property
    def book(self) -> Book:
        """Where it is written down what became of batches."""
        return Book(
            store=self.store,
            gate=self.gate,
            clock=self.clock,
            lease=self.policy.lease,
            pause=self.pause,
            stopping=self.stopping,
        )

    @cached_property
    def _queues(self) -> Mapping[str, threading.Lock]:
        """Where the threads of a channel wait for room."""
        return {name: threading.Lock() for name in self.channels}

    def send_batch(self, batch_id: int) -> bool:
        """Send what of a batch has no outcome yet; True if there may be aftercare to do."""
        claimed = claim_batch(
            self.store, self.index, self.composer, batch_id, self.clock(), self.policy.lease
        )
        if claimed is None:
            return False
        try:
            self._send(claimed, Said())
        except Lost:
            return False
        return self._look(claimed) is Standing.OVER

    def _send(self, claimed: Claimed, said: Said) -> None:
        try:
            self._send_chunks(claimed, said, self._channel(claimed.channel))
        except Refused as problem:
            self.sends.parked(claimed.channel, claimed.batch_id, str(problem))
            self.book.park(claimed, said, str(problem))
        except (Misconfigured, Sealed) as problem:
            self._put_back(claimed, said, problem)

    def _channel(self, name: str) -> PushChannel:
        channel = self.channels.get(name)
        if channel is None:
            raise Misconfigured(f"the channel {name} isn't set up")
        return channel

    def _send_chunks(self, claimed: Claimed, said: Said, channel: PushChannel) -> None:
        if claimed.follows_up:
            self._let_older_land(claimed)
        start, standing = 0, Standing.GOES_ON
        while start < len(claimed.targets) and standing is Standing.GOES_ON:
            if self.clock() - claimed.claimed_at > FRESH_FOR:
                claimed = check_again(self.store, self.index, claimed, start, self.clock())
                start = 0
                continue
            chunk = self._mark(claimed, said, start)
            if chunk is None:
                standing = Standing.STALE
                break
            self._wait(chunk.slot)
            standing = self._standing(claimed)
            if standing is Standing.GOES_ON:
                self._send_chunk(claimed, said, channel, chunk)
                start += len(chunk.targets)
            else:
                self._nothing_left(claimed, said, chunk)
            if standing is Standing.REVISED:
                self._leave_to_newer(claimed, chunk)
        is_stale = standing is Standing.STALE
        at_once = standing is Standing.REVISED or (is_stale and not said.waits)
        self.book.finish(claimed, said, at_once=at_once, by_gate=is_stale)

    def _let_older_land(self, claimed: Claimed) -> None:
        """Wait for what is in other hands of the alert's earlier words: it stops at its next chunk.

        Else a phone might get the old text behind the new one, and keep it on the screen.
        """
        for _ in range(OLDER_LOOKS):
            with self.store.read() as session:
                ours = claimed.alert_id, claimed.wave_id, self.clock()
                if self.stopping() or not is_older_in_hand(session, *ours):
                    return
            self.pause(OLDER_WAITS_S)

    def _mark(self, claimed: Claimed, said: Said, start: int) -> Chunk | None:
        """Mark the next chunk as soon as there is room; None if there is none for a while.

        One thread of a channel at a time asks again and again, the others stand behind it.
        """
        chunk = self.book.mark(claimed, said, start, self.policy.chunk)
        if chunk is not None:
            return chunk
        with self._queues[claimed.channel]:
            for _ in range(NO_ROOM_ASKS):
                chunk = self.book.mark(claimed, said, start, self.policy.chunk)
                if chunk is not None or self.stopping():
                    return chunk
                self.pause(NO_ROOM_WAITS_S)
        return None

    def _wait(self, slot: Slot) -> None:
        wait_s = (slot.starts_at - self.clock()).total_seconds()
        if wait_s > 0:  # no gate gives room far ahead: more is a clock that went back meanwhile
            self.pause(min(wait_s, LONGEST_WAIT_S))

    def _send_chunk(self, claimed: Claimed, said: Said, channel: PushChannel, chunk: Chunk) -> None:
        try:
            answers = self._hand_over(claimed, channel, chunk)
            got = said.hear(chunk.targets, answers)
        except (Misconfigured, Refused):
            self._nothing_left(claimed, said, chunk)
            raise
        except Exception as fault:  # a bug of the channel's: who was told isn't known
            log.error("channel_fault", channel=claimed.channel, error=type(fault).__name__)  # noqa: TRY400
            if self.stopping():  # it was closed under us
                return
            raise Refused(f"the channel failed: {type(fault).__name__}") from fault
        # who may have been told before a crash stays in doubt until the channel takes it
        claimed.outcomes[chunk.places] = np.where(got == Outcome.PENDING, chunk.before, got)

    def _hand_over(
        self, claimed: Claimed, channel: PushChannel, chunk: Chunk
    ) -> Sequence[PushOutcome]:
        began = self.clock()
        answers = channel.send(claimed.message, chunk.targets)
        if claimed.is_first_push and chunk.places[0] == claimed.places[0]:
            self._note_first_push(claimed, began)
        self.gate.hear(claimed.channel, answers, self.clock())
        self.sends.count(claimed.channel, claimed.kind, answers)
        if chunk.repeats:
            self.sends.repeated(claimed.channel, chunk.repeats)
        return answers

    def _nothing_left(self, claimed: Claimed, said: Said, chunk: Chunk) -> None:
        claimed.outcomes[chunk.places] = chunk.before
        said.repeats -= chunk.repeats

    def _leave_to_newer(self, claimed: Claimed, chunk: Chunk) -> None:
        devices = np.array([target.device_id for target in chunk.targets], np.int64)
        claimed.outcomes[chunk.places] = overtaken(
            self.store, claimed.alert_id, devices, chunk.before, self.pause
        )

    def _put_back(self, claimed: Claimed, said: Said, problem: Misconfigured | Sealed) -> None:
        self.sends.channel_down(claimed.channel, str(problem))
        if isinstance(problem, Misconfigured):
            self.gate.fail(claimed.channel, str(problem), self.clock())
        self.book.put_back(claimed, said, str(problem))

    def _standing(self, claimed: Claimed) -> Standing:
        """Look whether the chunk in hand may leave; an end of an alert always may."""
        if self.stopping():
            return Standing.STALE
        return Standing.GOES_ON if claimed.is_end else self._look(claimed)

    def _look(self, claimed: Claimed) -> Standing:
        with self.store.read() as session:
            row = session.execute(LOOK, {"alert_id": claimed.alert_id}).one()
        if row.status is not Status.ACTIVE or row.expires_at <= self.clock():
            return Standing.OVER
        is_old = row.live_revision != claimed.message.revision
        return Standing.REVISED if is_old else Standing.GOES_ON

    def _note_first_push(self, claimed: Claimed, now: datetime) -> None:
        with self.store.begin() as session:
            result = session.execute(
                update(Alert)
                .where(Alert.id == claimed.alert_id, Alert.first_push_at.is_(None))
                .values(first_push_at=now)
            )
        if getattr(result, "rowcount", 0) == 1:  # another worker may have been first
            self.sends.first_push(claimed.received_at, now)

"""The gate that all workers of an instance share: a row a channel in the database (`Gate`).

A worker takes room in the transaction in which it marks its chunk, under a lock on the channel's
row: two never get the same room, and a transaction that fails gives its room back. What a chunk's
answers say is written only if it changes anything. Failures are counted in this process, and the
first process that has counted enough opens the breaker for all; which process has a probe out, it
keeps in mind as well. So a chunk that was taken costs nothing.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from alerts.delivery.gate import Slot
from alerts.delivery.pace.breaker import (
    PROBE_PUSHES,
    Admission,
    BreakerState,
    admission,
    after_failures,
    after_misconfigured,
    after_quota,
    after_success,
    probed,
)
from alerts.delivery.pace.bucket import ramping_anew, take_room
from alerts.delivery.pace.heard import WORKS, Heard, Said, hear_chunk
from alerts.delivery.pace.policy import ChannelPolicy
from alerts.delivery.pace.row import breaker_of, bucket_of, keep
from alerts.push import PushOutcome
from alerts.store.channel_states import (
    KeptChannel,
    channel_state,
    channel_states,
    locked_channel_state,
)
from alerts.store.engine import Store

log = structlog.get_logger()

AT_ONCE = float("inf")


class Breakers(Protocol):
    """Hears of each change of a breaker once: in the process that made it."""

    def channel_opened(self, channel: str, why: str) -> None:
        """A channel fails: its pushes wait, none is lost."""
        ...

    def channel_paused(self, channel: str, why: str) -> None:
        """A channel asked to be left alone for a while, or fails on."""
        ...

    def channel_closed(self, channel: str) -> None:
        """It works again."""
        ...


class SharedGate:
    """Holds all workers together to each channel's policy; safe to use from several threads.

    Parameters
    ----------
    policies: by channel; one that isn't named has no limit, and is closed only by `fail`.
    """

    def __init__(
        self,
        store: Store,
        policies: Mapping[str, ChannelPolicy],
        reports: Breakers,
        rng: random.Random | None = None,
    ) -> None:
        self._store = store
        self._policies = policies
        self._reports = reports
        self._rng = rng or random.SystemRandom()
        self._lock = threading.Lock()
        self._failing: Counter[str] = Counter()  # chunks in a row, by channel
        self._probing: set[str] = set()  # channels of which we have a probe out

    def policy(self, channel: str) -> ChannelPolicy:
        """Return the numbers of a channel."""
        return self._policies.get(channel, ChannelPolicy())

    def closed(self, session: Session, now: datetime) -> Collection[str]:
        """Name the channels that are left alone now; one that may be probed isn't among them."""
        return [state.name for state in channel_states(session) if self._is_shut(state, now)]

    def reserve(self, session: Session, channel: str, pushes: int, now: datetime) -> Slot | None:
        """Take room, as `Gate` says; in a transaction that may write."""
        policy = self.policy(channel)
        if not policy.pace.per_s and _is_closed(channel_state(session, channel)):
            return _at_once(pushes, now)
        state = locked_channel_state(session, channel)
        allowed = admission(breaker_of(state), policy.breaker, now)
        if allowed is Admission.NOTHING:
            return None
        if allowed is Admission.PROBE:
            return self._probe(session, state, pushes, now)
        if not policy.pace.per_s:
            return _at_once(pushes, now)
        room = take_room(bucket_of(state), policy.pace, pushes, now)
        if room is None:
            return None
        keep(session, channel, room.left)
        return Slot(starts_at=room.starts_at, per_s=room.per_s, pushes=room.pushes)

    def hear(self, channel: str, answers: Sequence[PushOutcome], now: datetime) -> None:
        """Take in how a chunk went. Call it outside of any transaction."""
        heard = hear_chunk(answers) if self.policy(channel).is_one_service else WORKS
        if heard.said is Said.ANSWERS:
            if channel in self._failing or channel in self._probing:
                self._hear_it_works(channel, now)
        elif heard.said is Said.FAILS:
            self._hear_it_fails(channel, heard, now)
        elif heard.said is Said.OVER_QUOTA:
            self._hear_it_asks(channel, heard, now)

    def fail(self, channel: str, why: str, now: datetime) -> None:
        """Leave a channel alone until somebody mends it. Call it outside of any transaction."""
        policy = self.policy(channel).breaker
        self._forget(channel)
        self._change(channel, now, lambda s: after_misconfigured(s, policy, why, now, self._rng))

    def _is_shut(self, state: KeptChannel, now: datetime) -> bool:
        policy = self.policy(state.name).breaker
        return admission(breaker_of(state), policy, now) is Admission.NOTHING

    def _probe(self, session: Session, state: KeptChannel, pushes: int, now: datetime) -> Slot:
        keep(session, state.name, probed(breaker_of(state), now))
        with self._lock:
            self._probing.add(state.name)
        few = min(pushes, PROBE_PUSHES)
        return Slot(starts_at=now, per_s=AT_ONCE, pushes=few, is_probe=True)

    def _hear_it_works(self, channel: str, now: datetime) -> None:
        if self._forget(channel):
            self._change(channel, now, after_success)

    def _hear_it_fails(self, channel: str, heard: Heard, now: datetime) -> None:
        policy = self.policy(channel).breaker
        with self._lock:
            self._failing[channel] += 1
            was_probe, count = channel in self._probing, self._failing[channel]
        if not was_probe and count < policy.failures:
            return
        self._forget(channel)
        self._change(
            channel,
            now,
            lambda state: after_failures(state, policy, heard, now, self._rng, was_probe=was_probe),
        )

    def _hear_it_asks(self, channel: str, heard: Heard, now: datetime) -> None:
        policy = self.policy(channel).breaker
        self._forget(channel)
        self._change(
            channel,
            now,
            lambda state: after_quota(state, policy, heard, now, self._rng),
            is_fault=False,
        )

    def _forget(self, channel: str) -> bool:
        """Begin to count anew; True if we had a probe out."""
        with self._lock:
            had_probe = channel in self._probing
            self._probing.discard(channel)
            self._failing.pop(channel, None)
        return had_probe

    def _change(
        self,
        channel: str,
        now: datetime,
        change: Callable[[BreakerState], BreakerState],
        *,
        is_fault: bool = True,
    ) -> None:
        """Write what becomes of a breaker, if anything; whoever is late finds it changed."""
        try:
            with self._store.begin() as session:
                before = breaker_of(locked_channel_state(session, channel))
                after = change(before)
                if after == before:
                    return
                anew = [ramping_anew(now)] if after.is_closed else []
                keep(session, channel, after, *anew)
        except SQLAlchemyError as problem:  # it is counted anew
            log.warning("breaker_not_written", channel=channel, error=type(problem).__name__)
            return
        self._report(channel, before, after, is_fault=is_fault)

    def _report(
        self, channel: str, before: BreakerState, after: BreakerState, *, is_fault: bool
    ) -> None:
        if after.is_closed:
            self._reports.channel_closed(channel)
        elif before.is_closed and is_fault:
            self._reports.channel_opened(channel, after.why or "")
        else:
            self._reports.channel_paused(channel, after.why or "")


def _at_once(pushes: int, now: datetime) -> Slot:
    return Slot(starts_at=now, per_s=AT_ONCE, pushes=pushes)


def _is_closed(state: KeptChannel | None) -> bool:
    return state is None or breaker_of(state).is_closed

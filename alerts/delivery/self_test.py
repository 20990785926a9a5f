"""Does a push reach this phone? A real one on demand, through the phone's own channel.

The person asked for it, so it knows no quiet hours and no cap; it tells of no child. It goes
around the queue of waves: one push is no load, and an answer in a minute is what it is for. While
the channel's breaker is open nothing is sent, and the person is told so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.clock import Clock
from alerts.delivery.gate import Gate
from alerts.delivery.wording import self_test_words, word_self_test
from alerts.errors import Misconfigured, Refused
from alerts.push import SELF_TEST, Outcome, PushChannel, PushMessage, PushOutcome, PushTarget
from alerts.store.engine import Store
from alerts.store.self_tests import ANSWER_WITHIN, SelfTest, take_self_test
from alerts.store.subscribers import Channel, Device, Subscriber

log = structlog.get_logger()


class Failure(StrEnum):
    """Why a test didn't go out; `self_test.failed`."""

    GONE = "gone"
    REFUSED = "refused"
    NOT_SET_UP = "not_set_up"
    MISCONFIGURED = "misconfigured"
    PAUSED = "paused"  # the breaker is open
    BUSY = "busy"
    UNANSWERED = "unanswered"  # handed over, and the answer was lost: it may still be shown
    LOST = "lost"  # nobody sent it in time; never stored


class Status(StrEnum):
    """Where a test stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    SHOWN = "shown"
    SILENT = "silent"  # sent, and no word from the phone within a minute


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a test went so far."""

    status: Status
    took_s: float | None
    words: str  # for its owner


SAID: Mapping[Outcome, Failure | None] = {
    Outcome.SENT: None,
    Outcome.GONE: Failure.GONE,
    Outcome.REFUSED: Failure.REFUSED,
    Outcome.PENDING: Failure.BUSY,
    Outcome.IN_FLIGHT: Failure.UNANSWERED,
}
# A channel's codes that no try mends before somebody mends the settings.
NEEDS_A_PERSON = frozenset({"MISCONFIGURED", "THIRD_PARTY_AUTH_ERROR"})


def standing(test: SelfTest, channel: Channel, language: str, now: datetime) -> Standing:
    """Say how a test went; a phone's own word counts more than a channel's."""
    took_s = _took_s(test)
    status, state = _status(test, channel, now)
    return Standing(
        status=status, took_s=took_s, words=self_test_words(state, language, took_s=took_s)
    )


def _took_s(test: SelfTest) -> float | None:
    """Return from the push to the phone's word; one that came first counts as at once."""
    if test.shown_at is None:
        return None
    since = test.pushed_at or test.tried_at or test.asked_at
    return round(max(0.0, (test.shown_at - since).total_seconds()), 3)


def _status(test: SelfTest, channel: Channel, now: datetime) -> tuple[Status, str]:
    """Return the status, and the sentence that goes with it."""
    if test.shown_at is not None:
        return Status.SHOWN, "shown"
    if test.failed and test.failed != Failure.UNANSWERED:
        return Status.FAILED, test.failed
    if test.pushed_at is None:
        is_lost = now - test.asked_at >= ANSWER_WITHIN
        return (Status.FAILED, Failure.LOST) if is_lost else (Status.WAITING, "waiting")
    if channel is Channel.CONSOLE:
        return Status.SENT, "console"
    if now - test.pushed_at >= ANSWER_WITHIN:
        return Status.SILENT, "silent"
    return Status.SENT, test.failed or "sent"


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A test in our hands."""

    test_id: int
    channel: str
    target: PushTarget
    message: PushMessage
    is_paused: bool


@dataclass(frozen=True, kw_only=True)
class SelfTester:
    """Sends self-tests."""

    store: Store
    channels: Mapping[str, PushChannel]
    gate: Gate
    clock: Clock
    public_url: str
    heard: Callable[[str, PushOutcome], None]  # channel, its answer

    def send(self, test_id: int) -> None:
        """Send one test, if nobody else did."""
        ready = self._take(test_id)
        if ready is None:
            return
        pushed_at = self.clock()
        failure = self._push(ready)
        if failure in (None, Failure.UNANSWERED):
            self._write(ready, pushed_at=pushed_at, failed=failure)
        else:
            log.warning("self_test_failed", test=ready.test_id, why=failure)
            self._write(ready, failed=failure)

    def _take(self, test_id: int) -> Ready | None:
        with self.store.begin() as session:
            test = take_self_test(session, test_id, self.clock())
            if test is None:
                return None
            device = session.get_one(Device, test.device_id)
            if device.ended_at is not None:
                test.failed = Failure.GONE
                return None
            owner = session.get_one(Subscriber, device.subscriber_id)
            return Ready(
                test_id=test.id,
                channel=device.channel,
                target=PushTarget(device.id, device.address, device.address_kind, device.push_keys),
                message=message_of(test, owner.language, self.public_url),
                is_paused=device.channel in self.gate.closed(session, self.clock()),
            )

    def _push(self, ready: Ready) -> Failure | None:
        channel = self.channels.get(ready.channel)
        if channel is None:
            return Failure.NOT_SET_UP
        if ready.is_paused:
            return Failure.PAUSED
        try:
            [answer] = channel.send(ready.message, [ready.target])
        except Misconfigured:
            return Failure.MISCONFIGURED
        except Refused:
            return Failure.REFUSED
        self.heard(ready.channel, answer)
        if answer.reason in NEEDS_A_PERSON:
            return Failure.MISCONFIGURED
        return SAID[answer.outcome]

    def _write(
        self, ready: Ready, *, failed: Failure | None, pushed_at: datetime | None = None
    ) -> None:
        with self.store.begin() as session:
            session.execute(
                update(SelfTest)
                .where(SelfTest.id == ready.test_id)
                .values(pushed_at=pushed_at, failed=failed)
            )
            if failed is Failure.GONE:
                self._end(session, ready.target)

    def _end(self, session: Session, target: PushTarget) -> None:
        """Note that the channel says a device is no more; not if it registered anew meanwhile."""
        session.execute(
            update(Device)
            .where(Device.id == target.device_id, Device.ended_at.is_(None))
            .where(Device.address == target.address)
            .values(ended_at=self.clock(), ended_reason="channel_says_gone")
        )


def message_of(test: SelfTest, language: str, public_url: str) -> PushMessage:
    """Write the push of a test: loud, and worth nothing after a minute."""
    text = word_self_test(language)
    return PushMessage(
        alert_id=str(test.public_id),
        revision=1,
        kind=SELF_TEST,
        tier=Tier.MISSING,
        language=language,
        title=text.title,
        body=text.body,
        link=f"{public_url}/",
        ttl_s=int(ANSWER_WITHIN / timedelta(seconds=1)),
    )

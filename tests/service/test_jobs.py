"""Does a worker do everything that is due, and nothing twice, whatever one alert does to it?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.audience.index import (
    AudienceIndex,
    Figures,
    Ids,
    MakeWave,
    Matches,
    Phones,
    Question,
    Terms,
)
from alerts.delivery.compose import Composer
from alerts.errors import PushError
from alerts.push import Outcome, PushMessage
from alerts.store.alerts import Alert
from alerts.store.base import Ground
from alerts.store.cases import CaseRecord, PhotoRecord, receipt_of_case
from alerts.store.rehearsal import NoMedia
from alerts.store.subscribers import Channel
from alerts.store.waves import Batch, BatchState, Wave
from geo.circle import circle_ground
from service.jobs import FAILED_WAITS, Job, Jobs, Turn
from service.wiring import Runtime
from tests.audience.town import FAR_AWAY, Town
from tests.fakes.clock import StandingClock
from tests.fakes.push_channel import FakeChannel

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")


@dataclass(frozen=True, kw_only=True)
class Works:
    """A worker of the product, with the town that it works for."""

    runtime: Runtime
    town: Town
    channel: FakeChannel
    jobs: Jobs

    def failures(self, job: str) -> float:
        """How often a job of ours went wrong, as /metrics counts it."""
        found = self.runtime.metrics.registry.get_sample_value(
            "porchlight_job_failures_total", {"job": job}
        )
        return found or 0.0


def works_with(runtime: Runtime, channel: FakeChannel, **changes: object) -> Works:
    clock = runtime.clock
    assert isinstance(clock, StandingClock)
    dispatcher = replace(runtime.dispatcher, channels={"fcm": channel})
    changed = replace(runtime, dispatcher=dispatcher, **changes)  # type: ignore[arg-type]
    town = Town(store=runtime.store, vault=runtime.vault, clock=clock, index=runtime.index)
    return Works(runtime=changed, town=town, channel=channel, jobs=Jobs(changed))


@pytest.fixture
def works(house: Runtime) -> Works:
    return works_with(house, FakeChannel())


def test_from_an_alert_to_its_takedown_each_thing_is_done_once(works: Works) -> None:
    for _ in range(3):
        works.town.person()
    alert_id = works.town.alert()
    works.jobs.run_until_quiet()
    assert works.jobs.waiting() == set()
    works.town.end(alert_id)
    works.jobs.run_until_quiet()
    assert works.jobs.waiting() == set()
    works.jobs.run_until_quiet()
    assert set(works.channel.times().values()) == {2}
    assert len(works.channel.devices("alert")) == len(works.channel.devices("all_clear")) == 3
    with works.runtime.store.read() as session:
        assert receipt_of_case(session, 1) is not None


def test_the_sweep_knows_which_job_has_something_to_do(works: Works) -> None:
    works.town.person()
    alert_id = works.town.alert()
    assert works.jobs.waiting() == {Job.PLAN}
    assert works.jobs.plan() == 1
    assert works.jobs.waiting() == {Job.SEND}
    assert works.jobs.send() == 1
    assert works.jobs.waiting() == set()
    works.town.person()
    assert works.jobs.waiting() == {Job.PLAN}  # somebody came late
    assert works.jobs.plan() == 1
    works.jobs.send()
    works.town.person(at=FAR_AWAY)
    assert works.jobs.waiting() == {Job.PLAN}
    assert works.jobs.plan() == 0
    assert works.jobs.waiting() == set()
    works.town.end(alert_id)
    assert works.jobs.waiting() == {Job.AFTERCARE}
    assert works.jobs.aftercare() == 2
    assert works.jobs.waiting() == {Job.SEND}


def test_what_waits_for_the_morning_or_for_a_retry_isnt_due(works: Works) -> None:
    works.town.person(quiet_hours={"start": "06:00", "end": "20:00", "time_zone": "UTC"})
    works.town.alert(tier=Tier.MISSING)
    works.jobs.run_until_quiet()
    assert works.jobs.waiting() == set()
    assert not works.channel.pushed
    works.town.clock.move_on(hours=8)
    assert works.jobs.waiting() == {Job.SEND}


def test_an_alert_whose_time_is_over_ends_and_is_taken_down(works: Works) -> None:
    works.town.person()
    works.town.alert()
    works.jobs.run_until_quiet()
    works.town.clock.move_on(days=1)
    assert [works.jobs.expire(), works.jobs.expire()] == [1, 0]
    works.jobs.run_until_quiet()
    assert works.channel.last().silent
    with works.runtime.store.read() as session:
        assert receipt_of_case(session, 1) is not None


def test_workers_that_do_every_job_at_once_tell_nobody_twice(works: Works) -> None:
    for _ in range(12):
        works.town.person(phones=[Channel.FCM, Channel.FCM])
    alert_ids = [works.town.alert() for _ in range(3)]

    def work(number: int) -> None:
        if number % 4 == 0:
            works.town.person()
        works.jobs.run(list(Job)[number % 3])

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, range(24)))
        works.jobs.run_until_quiet()
        for alert_id in alert_ids:
            works.town.end(alert_id)
        list(threads.map(work, range(12)))
    works.jobs.run_until_quiet()
    for kind in ("alert", "all_clear"):
        pushed = [
            (message.alert_id, target.device_id)
            for message, target in works.channel.pushed
            if message.kind == kind
        ]
        assert len(set(pushed)) == len(pushed) >= 3 * 24
    assert works.failures("plan") == works.failures("send") == works.failures("aftercare") == 0


class TestOneThatFails:
    """What is wrong with one alert is counted, and no other alert waits for it."""

    def test_a_revision_that_cant_be_planned_doesnt_hold_up_others(self, house: Runtime) -> None:
        works = works_with(house, FakeChannel(), index=BrokenIndex(index=house.index))
        works.town.person()
        broken = works.town.alert(tier=Tier.AMBER, area=NOWHERE)
        sound = works.town.alert(tier=Tier.MISSING)
        works.jobs.run(Job.PLAN)
        assert works.town.waves(sound)
        assert not works.town.waves(broken)
        assert works.failures("plan") == 1

    def test_a_poster_that_cant_be_opened_doesnt_hold_up_others(self, works: Works) -> None:
        works.town.person()
        broken, sound = works.town.alert(), works.town.alert()
        with works.runtime.store.read() as session:
            key_id = session.get_one(CaseRecord, broken).key_id
        works.runtime.vault.destroy(key_id)
        works.jobs.run_until_quiet()
        assert {wave.alert_id for wave in works.town.waves(sound)} == {sound}
        assert works.channel.devices() == [1]

    def test_a_batch_whose_channel_has_a_bug_is_parked_and_others_are_sent(
        self, works: Works
    ) -> None:
        works.town.person()
        first = works.town.alert(tier=Tier.AMBER)
        works.town.alert(tier=Tier.MISSING)
        works.jobs.plan()
        with works.runtime.store.read() as session:
            public_id = str(session.get_one(Alert, first).public_id)

        def break_down(message: PushMessage, *_: object) -> None:
            if message.alert_id == public_id:
                raise RuntimeError("a bug of ours")

        works.channel.before = break_down
        works.jobs.run(Job.SEND)
        assert [message.tier for message, _ in works.channel.pushed] == [Tier.MISSING]
        states = {batch.wave_id: batch.state for batch in works.town.batches()}
        assert sorted(states.values()) == [BatchState.DONE, BatchState.PARKED]
        assert works.failures("send") == 0

    def test_a_batch_that_cant_be_sent_waits_and_others_dont(
        self, house: Runtime, works: Works
    ) -> None:
        works.town.person()
        first = works.town.alert(tier=Tier.AMBER)  # the most urgent: it would always come first
        works.town.alert(tier=Tier.MISSING)
        works.jobs.plan()
        composer = BrokenComposer(**vars(house.dispatcher.composer), broken=first)
        dispatcher = replace(works.runtime.dispatcher, composer=composer)
        failing = replace(works, jobs=Jobs(replace(works.runtime, dispatcher=dispatcher)))
        failing.jobs.run(Job.SEND)
        assert [message.tier for message, _ in works.channel.pushed] == [Tier.MISSING]
        assert works.failures("send") == 1
        assert works.jobs.waiting() == set()

        works.town.clock.now += FAILED_WAITS
        works.jobs.run_until_quiet()
        assert works.channel.devices() == [1, 1]

    def test_a_case_that_cant_be_taken_down_doesnt_hold_up_others(self, house: Runtime) -> None:
        class FullDisk(NoMedia):
            def remove(self, photo_id: UUID) -> None:
                raise OSError("no space left")

        works = works_with(house, FakeChannel(), media=FullDisk())
        works.town.person()
        for alert_id in (works.town.alert(), works.town.alert()):
            works.town.end(alert_id)
        with works.runtime.store.begin() as session:
            session.add(
                PhotoRecord(case_id=1, source=b"s", width=1, height=1, kept_at=works.town.clock())
            )
        works.jobs.aftercare()
        with works.runtime.store.read() as session:
            taken_down = [session.get_one(CaseRecord, n).taken_down_at for n in (1, 2)]
        assert taken_down == [None, works.town.clock()]
        assert works.failures("takedown") == 1

    def test_a_device_that_the_channel_cant_reach_doesnt_end_the_job(self, works: Works) -> None:
        works.town.person()
        works.town.alert()
        works.jobs.plan()

        def fail(*_: object) -> None:
            raise PushError("a kind that nobody expected")

        works.channel.before = fail
        works.jobs.run(Job.SEND)
        [batch] = works.town.batches()
        assert (batch.state, list(batch.outcomes)) == (BatchState.PARKED, [Outcome.IN_FLIGHT])


NOWHERE = circle_ground(FAR_AWAY, 1_000)


@dataclass(frozen=True, kw_only=True)
class BrokenIndex:
    """Can't say whom one area reaches."""

    index: AudienceIndex

    def refresh(self, session: Session) -> int:
        return self.index.refresh(session)

    def may_reach(self, people: int) -> bool:
        return self.index.may_reach(people)

    def reach(self, session: Session, area: Ground, among: Ids | None = None) -> Matches:
        return self.index.reach(session, area, among)

    def figures(self, session: Session, area: Ground, asked: Question) -> Figures:
        return self.index.figures(session, area, asked)

    def phones(self, session: Session, device_ids: Ids) -> Phones:
        return self.index.phones(session, device_ids)

    def seat(
        self, session: Session, area: Ground, terms: Terms, make_wave: MakeWave, batch_size: int
    ) -> Wave | None:
        if area.intersects(NOWHERE):
            raise ValueError("a bug of ours")
        return self.index.seat(session, area, terms, make_wave, batch_size)


@dataclass(frozen=True, kw_only=True)
class BrokenComposer(Composer):
    """Can't write the messages of one alert."""

    broken: int

    def compose(self, session: Session, wave: Wave, batch: Batch, now: object) -> PushMessage:
        if wave.alert_id == self.broken:
            raise ValueError("a bug of ours")
        return super().compose(session, wave, batch, now)  # type: ignore[arg-type]


def test_a_turn_is_one_threads_at_a_time_and_who_asks_meanwhile_is_heard() -> None:
    turn, inside, rounds, asked = Turn(), threading.Semaphore(1), [], []

    def ask(number: int) -> None:
        asked.append(number)
        for _ in turn.take():
            assert inside.acquire(blocking=False)
            seen = len(asked)
            threading.Event().wait(0.002)
            rounds.append(seen)
            inside.release()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(64)))
    assert rounds[-1] == 64  # a round began after the last had asked
    assert len(rounds) <= 64

"""Does a test reach the phone that it was asked for, once, and is it said plainly how it went?"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from alerts.delivery.channels.console import ConsoleChannel
from alerts.delivery.channels.fcm_message import addressed, untargeted
from alerts.delivery.channels.webpush.message import headers, plain_text
from alerts.delivery.gate import OpenGate
from alerts.delivery.self_test import Failure, SelfTester, Standing, Status, message_of, standing
from alerts.delivery.wording import languages
from alerts.errors import Misconfigured, Refused
from alerts.push import Outcome, PushMessage, PushOutcome, PushTarget
from alerts.store.self_tests import SelfTest, due_self_tests, forget_self_tests, newest_self_test
from alerts.store.subscribers import Channel, Device
from tests.audience.town import Town
from tests.fakes.push_channel import FakeChannel
from tests.stand_ins.fcm_rules import refusal_of

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

URL = "https://alerts.example"


class ShutGate(OpenGate):
    """The breaker of FCM is open."""

    def closed(self, session: Session, now: datetime) -> tuple[str, ...]:
        return ("fcm",)


@dataclass
class Bench:
    """A town in which phones are tested."""

    town: Town
    channel: FakeChannel = field(default_factory=FakeChannel)
    gate: OpenGate = field(default_factory=OpenGate)
    heard: list[Outcome] = field(default_factory=list)

    def tester(self) -> SelfTester:
        return SelfTester(
            store=self.town.store,
            channels={"fcm": self.channel},
            gate=self.gate,
            clock=self.town.clock,
            public_url=URL,
            heard=lambda _, answer: self.heard.append(answer.outcome),
        )

    def ask(self, device: int) -> int:
        with self.town.store.begin() as session:
            test = SelfTest(device_id=device, asked_at=self.town.clock())
            session.add(test)
            session.flush()
            return test.id

    def due(self) -> list[int]:
        with self.town.store.read() as session:
            return list(due_self_tests(session, self.town.clock()))

    def test(self, device: int) -> SelfTest:
        with self.town.store.read() as session:
            found = newest_self_test(session, device)
        assert found is not None
        return found

    def look(self, device: int, language: str = "en") -> Standing:
        with self.town.store.read() as session:
            channel = session.get_one(Device, device).channel
        return standing(self.test(device), channel, language, self.town.clock())

    def confirm(self, device: int) -> None:
        with self.town.store.begin() as session:
            session.get_one(SelfTest, self.test(device).id).shown_at = self.town.clock()


@pytest.fixture
def bench(town: Town) -> Bench:
    return Bench(town)


@pytest.fixture
def phone(town: Town) -> int:
    return town.phone(town.person(at=None, language="es"), "mine")


def test_a_phone_shows_it_and_its_owner_reads_how_long_it_took(bench: Bench, phone: int) -> None:
    test_id = bench.ask(phone)
    assert bench.look(phone).status is Status.WAITING
    assert bench.due() == [test_id]
    bench.tester().send(test_id)
    assert bench.due() == []
    assert bench.heard == [Outcome.SENT]
    assert bench.look(phone).status is Status.SENT
    bench.town.clock.move_on(seconds=1.24)
    bench.confirm(phone)
    found = bench.look(phone)
    assert (found.status, found.took_s) == (Status.SHOWN, 1.24)
    assert found.words == "Your phone showed it 1.2 s after we sent it."
    assert "1,2 s después" in bench.look(phone, "es-MX").words


def test_the_push_is_loud_short_lived_and_tells_of_no_child(bench: Bench, phone: int) -> None:
    bench.tester().send(bench.ask(phone))
    [(message, target)] = bench.channel.pushed
    assert (message.kind, message.silent, message.ttl_s) == ("self_test", False, 60)
    assert message.alert_id == str(bench.test(phone).public_id)
    assert (message.link, message.image_url, message.call_tel) == (f"{URL}/", None, None)
    assert "prueba de sus alertas" in message.body
    assert target.device_id == phone


def test_many_senders_at_once_send_it_once(bench: Bench, phone: int) -> None:
    test_id, tester = bench.ask(phone), bench.tester()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: tester.send(test_id), range(8)))
    assert len(bench.channel.pushed) == 1


def raises(problem: Exception, bench: Bench) -> None:
    def before(_: PushMessage, __: object) -> None:
        raise problem

    bench.channel.before = before


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (PushOutcome(outcome=Outcome.GONE, reason="UNREGISTERED"), Failure.GONE),
        (PushOutcome(outcome=Outcome.REFUSED, reason="INVALID_ARGUMENT"), Failure.REFUSED),
        (PushOutcome(outcome=Outcome.PENDING, reason="UNAVAILABLE"), Failure.BUSY),
        (PushOutcome(outcome=Outcome.PENDING, reason="MISCONFIGURED"), Failure.MISCONFIGURED),
        (Misconfigured("wrong credentials"), Failure.MISCONFIGURED),
        (Refused("too large"), Failure.REFUSED),
    ],
)
def test_what_goes_wrong_is_said(
    bench: Bench, phone: int, answer: PushOutcome | Exception, failure: Failure
) -> None:
    if isinstance(answer, Exception):
        raises(answer, bench)
    else:
        bench.channel.answers = {phone: answer}
    bench.tester().send(bench.ask(phone))
    test, found = bench.test(phone), bench.look(phone)
    assert (test.failed, test.pushed_at, found.status) == (failure, None, Status.FAILED)
    assert found.words.endswith(".")
    bench.town.clock.move_on(minutes=5)
    assert bench.look(phone) == found


def test_a_phone_that_is_gone_is_ended(bench: Bench, phone: int) -> None:
    bench.channel.answers = {phone: PushOutcome(outcome=Outcome.GONE)}
    bench.tester().send(bench.ask(phone))
    with bench.town.store.read() as session:
        device = session.get_one(Device, phone)
    assert device.ended_reason == "channel_says_gone"
    bench.tester().send(bench.ask(phone))
    assert bench.look(phone).status is Status.FAILED
    assert bench.channel.chunks == [1]  # it isn't asked again


def test_a_channel_that_isnt_there_or_is_left_alone_is_not_used(bench: Bench, town: Town) -> None:
    browser = town.phone(town.person(at=None), "browser", channel=Channel.WEBPUSH)
    bench.tester().send(bench.ask(browser))
    assert "set up" in bench.look(browser).words
    phone = town.phone(town.person(at=None), "phone")
    bench.gate = ShutGate()
    bench.tester().send(bench.ask(phone))
    assert "doesn't work at the moment" in bench.look(phone).words
    assert bench.channel.pushed == []


def test_an_answer_that_was_lost_may_still_be_shown(bench: Bench, phone: int) -> None:
    bench.channel.answers = {phone: PushOutcome(outcome=Outcome.IN_FLIGHT)}
    bench.tester().send(bench.ask(phone))
    found = bench.look(phone)
    assert (found.status, "didn't answer" in found.words) == (Status.SENT, True)
    bench.town.clock.move_on(seconds=2)
    bench.confirm(phone)
    assert bench.look(phone).words == "Your phone showed it 2.0 s after we sent it."


def test_a_phone_that_says_nothing_for_a_minute_is_silent(bench: Bench, phone: int) -> None:
    bench.tester().send(bench.ask(phone))
    bench.town.clock.move_on(seconds=59)
    assert bench.look(phone).status is Status.SENT
    bench.town.clock.move_on(seconds=1)
    found = bench.look(phone)
    assert found.status is Status.SILENT
    assert "battery saver" in found.words
    bench.confirm(phone)  # late, and yet
    assert bench.look(phone).status is Status.SHOWN


def test_a_console_cant_confirm_and_isnt_blamed_for_it(bench: Bench, town: Town) -> None:
    terminal = town.phone(town.person(at=None), "terminal", channel=Channel.CONSOLE)
    lines: list[str] = []
    tester = bench.tester()
    consoles = {"console": ConsoleChannel(lines.append)}
    SelfTester(**{**vars(tester), "channels": consoles}).send(bench.ask(terminal))
    assert "kind=self_test" in lines[0]
    town.clock.move_on(minutes=5)
    assert bench.look(terminal).status is Status.SENT
    assert "console" in bench.look(terminal).words


def test_one_that_nobody_sends_within_a_minute_is_lost_and_never_sent(
    bench: Bench, phone: int
) -> None:
    bench.ask(phone)
    bench.town.clock.move_on(seconds=60)
    assert bench.due() == []
    found = bench.look(phone)
    assert (found.status, "within a minute" in found.words) == (Status.FAILED, True)


def test_tests_are_forgotten_after_a_day_and_with_their_phone(bench: Bench, phone: int) -> None:
    bench.ask(phone)
    bench.town.clock.move_on(hours=23)
    bench.ask(phone)
    bench.town.clock.move_on(hours=2)
    with bench.town.store.begin() as session:
        forget_self_tests(session, bench.town.clock())
    with bench.town.store.begin() as session:
        assert len(session.query(SelfTest).all()) == 1
        session.delete(session.get_one(Device, phone))
    with bench.town.store.read() as session:
        assert session.query(SelfTest).all() == []


@pytest.mark.parametrize("language", languages())
def test_every_channel_can_carry_it_and_every_state_has_its_words(language: str) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    test = SelfTest(public_id="018f4d2e-0000-7000-8000-000000000000", asked_at=now)
    message = message_of(test, language, URL)
    for address_kind in ("token", "fid"):
        target = PushTarget(1, "address-1", address_kind)
        sent = json.loads(str(addressed(untargeted(message, now), target)))
        assert refusal_of(json.dumps({"message": sent}).encode()) is None
        assert sent["data"]["kind"] == "self_test"
        assert sent["notification"]["title"] == message.title
        assert sent["android"]["ttl"] == "60s"
    assert json.loads(plain_text(message))["kind"] == "self_test"
    assert headers(message)["TTL"] == "60"
    for failure in Failure:
        test.failed = failure
        words = standing(test, Channel.FCM, language, now + timedelta(seconds=1)).words
        assert words.endswith(".")
        assert "{" not in words

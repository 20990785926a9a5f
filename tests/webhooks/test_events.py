"""Is a feed told of what happens to its cases, and nobody else, and without a child's data?"""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import select

from alerts.aftercare.takedown import canonical, take_down
from alerts.alert import EndReason, Tier
from alerts.audience import vanguard
from alerts.audience.make_wave import WavePolicy
from alerts.feed_events import FeedEvent
from alerts.lifecycle import end_alert
from alerts.poster import Child, Poster
from alerts.store.alerts import Alert, newest_revision
from alerts.store.cases import CaseRecord
from alerts.store.feeds import Feed, Trust
from alerts.store.rehearsal import NoMedia
from alerts.store.voices import CaseVoice
from alerts.store.webhooks import WebhookEndpoint
from service.wiring import Runtime
from tests.audience.post_office import PostOffice
from tests.audience.town import WREN, Town
from tests.service.api_app.people import add_feed, child, poster, push
from tests.webhooks.hooks import deliveries, feed_named, hook, told

URL = "https://hooks.example/hook"
CHILDS = ("Wren", "Example", "2026-0001", "555-0100", "Marquette")


@pytest.fixture
def post(town: Town) -> PostOffice:
    return PostOffice(town=town)


def listens(town: Town, *events: FeedEvent, slug: str = "police") -> None:
    hook(town.store, town.vault, f"{URL}/{slug}", town.clock(), slug=slug, events=events)


def kinds(town: Town) -> list[str]:
    return [kind for kind, _ in told(town.store)]


def names_no_child(text: str) -> bool:
    return not any(word in text for word in CHILDS)


class TestDocuments:
    """The way through the intake."""

    def intake(self, house: Runtime, trust: Trust, *events: FeedEvent) -> Feed:
        feed = add_feed(house, trust)
        hook(house.store, house.vault, URL, house.clock(), events=events)
        return feed

    def test_a_document_that_makes_an_alert(self, house: Runtime) -> None:
        taken = push(house, self.intake(house, Trust.AUTO), poster())
        [(kind, said)] = [one for one in told(house.store) if one[0] == "alert.created"]
        assert kind == "alert.created"
        assert said["submission_id"] == str(taken.submission_id)
        assert said["alert_id"] == str(taken.alert_id)
        assert said["outcome"] == taken.outcome
        assert (said["tier"], said["exercise"]) == ("amber", False)
        assert names_no_child(json.dumps(said))

    def test_one_that_waits_says_why_in_codes(self, house: Runtime) -> None:
        push(house, self.intake(house, Trust.REVIEW), poster())
        said = dict(told(house.store))
        assert list(said) == ["alert.created", "alert.held"]
        assert said["alert.created"]["status"] == "held"
        assert "review" in said["alert.held"]["reasons"]
        assert names_no_child(json.dumps(said))

    def test_the_same_document_again_is_no_event(self, house: Runtime) -> None:
        feed = self.intake(house, Trust.REVIEW)
        push(house, feed, poster())
        before = len(told(house.store))
        push(house, feed, poster())
        assert len(told(house.store)) == before

    def test_another_revision_is_an_update_and_no_new_alert(self, house: Runtime) -> None:
        feed = self.intake(house, Trust.REVIEW, FeedEvent.CREATED, FeedEvent.HELD)
        push(house, feed, poster())
        push(house, feed, poster(lastModified="2026-11-22T11:00:00Z", companions=[]))
        kinds = [kind for kind, _ in told(house.store)]
        assert kinds == ["alert.created", "alert.held", "alert.held"]

    def test_another_feeds_case_is_none_of_its_business(self, house: Runtime) -> None:
        first = add_feed(house, Trust.REVIEW)
        push(house, first, poster())
        other = add_feed(house, Trust.REVIEW, slug="others")
        hook(house.store, house.vault, URL, house.clock(), slug="others")
        push(house, other, poster(children=[child("Wren", clothing="red coat")]))
        assert "alert.created" not in [kind for kind, _ in told(house.store)]

    def test_a_dry_run_is_no_event(self, house: Runtime) -> None:
        feed = self.intake(house, Trust.AUTO)
        house.intake.would_be_poster(feed, json.dumps(poster()).encode())
        assert told(house.store) == []


def test_an_alert_from_its_first_push_to_its_receipt(town: Town, post: PostOffice) -> None:
    listens(town)
    for _ in range(12):
        town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    assert "alert.sent" not in kinds(town)
    post.send()
    town.clock.move_on(seconds=1)
    town.end(alert_id)
    with town.store.begin() as session:
        case = session.get_one(CaseRecord, session.get_one(Alert, alert_id).case_id)
        take_down(session, town.vault, NoMedia(), case, town.clock())
    said = dict(told(town.store))
    assert kinds(town)[-3:] == ["alert.sent", "alert.ended", "takedown.receipt"]
    assert (said["alert.sent"]["people"], said["alert.sent"]["devices"]) == (12, 12)
    assert (said["alert.sent"]["kind"], said["alert.sent"]["revision"]) == ("alert", 1)
    assert (said["alert.ended"]["reason"], said["alert.ended"]["tier"]) == ("found", "amber")
    assert names_no_child(json.dumps(said))


def test_the_receipt_can_be_checked_by_whoever_gets_it(town: Town) -> None:
    listens(town, FeedEvent.RECEIPT)
    alert_id = town.alert()
    town.end(alert_id)
    with town.store.begin() as session:
        case = session.get_one(CaseRecord, session.get_one(Alert, alert_id).case_id)
        take_down(session, town.vault, NoMedia(), case, town.clock())
    [(_, said)] = told(town.store)
    receipt = json.loads(json.dumps(said))["takedown_receipt"]
    key = load_pem_public_key(receipt["document"]["public_key"].encode())
    assert isinstance(key, Ed25519PublicKey)
    key.verify(base64.b64decode(receipt["signature"]), canonical(receipt["document"]))
    assert {copy["where"] for copy in receipt["document"]["copies"]} >= {"keyring", "database"}


class TestSent:
    """When a revision's first wave is wholly sent."""

    def test_the_last_of_several_batches_counts(self, town: Town, post: PostOffice) -> None:
        listens(town, FeedEvent.SENT)
        town.policy = WavePolicy(batch_size=4, weekly_cap=3)
        for _ in range(10):
            town.person()
        town.plan(town.alert())
        ids = [batch.id for batch in town.batches()]
        assert len(ids) == 3
        for batch_id in ids[:-1]:
            post.dispatcher.send_batch(batch_id)
            assert kinds(town) == []
        post.dispatcher.send_batch(ids[-1])
        [(_, said)] = told(town.store)
        assert (said["people"], said["devices"]) == (10, 10)

    def test_a_wave_that_was_begun_ahead_is_told_of_with_everybody_in_it(
        self, town: Town, post: PostOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(vanguard, "MANY", 5)
        listens(town, FeedEvent.SENT)
        town.policy = WavePolicy(batch_size=4, weekly_cap=3)
        for _ in range(20):
            town.person()
        alert_id = town.alert()
        with town.store.begin() as session:
            live = newest_revision(session, alert_id)
            vanguard.send_ahead(session, town.index, live, town.clock(), town.policy)
        post.send()
        assert kinds(town) == []
        town.plan(alert_id)
        post.send()
        [(_, said)] = told(town.store)
        assert (said["people"], said["devices"]) == (20, 20)

    @pytest.mark.parametrize("is_sent", [True, False])
    def test_a_wave_that_was_only_begun_is_told_of(
        self, town: Town, post: PostOffice, monkeypatch: pytest.MonkeyPatch, *, is_sent: bool
    ) -> None:
        """The next revision went live before the rest of it was planned, so it never will be."""
        listens(town, FeedEvent.SENT)
        monkeypatch.setattr(vanguard, "MANY", 5)
        town.policy = WavePolicy(batch_size=10, weekly_cap=3)
        for _ in range(20):
            town.person()
        alert_id = town.alert()
        with town.store.begin() as session:
            live = newest_revision(session, alert_id)
            vanguard.send_ahead(session, town.index, live, town.clock(), town.policy)
        if is_sent:
            post.send()
        town.revise(alert_id, material=False)
        town.plan(alert_id)
        post.send()
        sent = [(said["revision"], said["devices"]) for _, said in told(town.store)]
        assert sorted(sent) == [(1, 10), (2, 10)]

    def test_few_are_hidden_and_nobody_isnt_told_apart_from_few(
        self, town: Town, post: PostOffice
    ) -> None:
        listens(town, FeedEvent.SENT)
        town.plan(town.alert(area=None))  # nobody lives there
        town.person()
        town.plan(town.alert())
        post.send()
        assert [said["devices"] for _, said in told(town.store)] == ["<10", "<10"]

    def test_who_comes_late_is_no_second_event(self, town: Town, post: PostOffice) -> None:
        listens(town, FeedEvent.SENT)
        town.person()
        alert_id = town.alert()
        town.plan(alert_id)
        post.send()
        town.person()
        town.catch_up(alert_id)
        post.send()
        assert len(town.waves(alert_id)) == 2
        assert kinds(town) == ["alert.sent"]

    def test_planned_again_after_a_crash_it_is_told_once(self, town: Town) -> None:
        listens(town, FeedEvent.SENT)
        alert_id = town.alert()
        town.plan(alert_id)
        with town.store.begin() as session:
            alert = session.get_one(Alert, alert_id)
            alert.revisions[0].planned_at = None
        town.plan(alert_id)
        assert kinds(town) == ["alert.sent"]

    def test_what_waits_for_the_morning_is_still_to_be_sent(
        self, town: Town, post: PostOffice
    ) -> None:
        now = town.clock()
        start, end = (now.replace(minute=0), now.replace(minute=59))
        hours = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}", "time_zone": "UTC"}
        listens(town, FeedEvent.SENT)
        town.clock.now = start
        town.person(quiet_hours=hours)
        town.person()
        town.plan(town.alert(tier=Tier.MISSING))
        post.send()
        assert kinds(town) == []
        town.clock.move_on(hours=1)
        post.send()
        assert kinds(town) == ["alert.sent"]

    def test_an_update_of_those_who_were_told_is_one_of_its_own(
        self, town: Town, post: PostOffice
    ) -> None:
        listens(town, FeedEvent.SENT, FeedEvent.UPDATED)
        town.person()
        alert_id = town.alert()
        town.plan(alert_id)
        post.send()
        town.revise(alert_id)
        town.plan(alert_id)
        post.send()
        sent = [said for kind, said in told(town.store) if kind == "alert.sent"]
        assert [(one["revision"], one["kind"]) for one in sent] == [(1, "alert"), (2, "update")]
        updated = [said for kind, said in told(town.store) if kind == "alert.updated"]
        assert updated[-1]["revision"] == 2

    def test_long_term_cases_are_never_pushed_and_never_sent(self, town: Town) -> None:
        listens(town, FeedEvent.SENT)
        town.person()
        town.plan(town.alert(tier=Tier.LONG_TERM))
        assert kinds(town) == []

    def test_an_exercise_says_so(self, town: Town, post: PostOffice) -> None:
        listens(town, FeedEvent.SENT)
        town.person(tester=True)
        town.plan(town.alert(exercise=True))
        post.send()
        [(_, said)] = told(town.store)
        assert (said["exercise"], said["kind"]) == (True, "exercise")

    def test_devices_that_left_before_it_was_sent_hold_nothing_up(
        self, town: Town, post: PostOffice
    ) -> None:
        listens(town, FeedEvent.SENT)
        person = town.person()
        town.plan(town.alert())
        town.leave(town.home_of(person))
        post.send()
        assert kinds(town) == ["alert.sent"]


class TestWhoIsTold:
    """Only the feeds that carry the case."""

    def test_another_feed_isnt(self, town: Town) -> None:
        listens(town, slug="others")
        town.end(town.alert())
        assert told(town.store) == []

    def test_one_that_carries_it_too_is(self, town: Town) -> None:
        listens(town, FeedEvent.ENDED, slug="others")
        alert_id = town.alert()
        with town.store.begin() as session:
            others = feed_named(session, "others", town.clock())
            case_id = session.get_one(Alert, alert_id).case_id
            session.add(
                CaseVoice(
                    case_id=case_id, feed_id=others.id, lookup=b"other", heard_at=town.clock()
                )
            )
        town.end(alert_id, EndReason.CANCELLED)
        [(kind, said)] = told(town.store)
        assert (kind, said["reason"]) == ("alert.ended", "cancelled")

    def test_only_of_what_an_address_chose(self, town: Town) -> None:
        listens(town, FeedEvent.ENDED)
        town.end(town.alert())
        assert kinds(town) == ["alert.ended"]

    def test_not_while_it_is_disabled(self, town: Town) -> None:
        listens(town)
        with town.store.begin() as session:
            session.scalars(select(WebhookEndpoint)).one().disabled_at = town.clock()
        town.end(town.alert())
        assert told(town.store) == []


def test_what_is_rolled_back_was_never_told(town: Town) -> None:
    listens(town)
    alert_id = town.alert()
    before = len(deliveries(town.store))
    with town.store.begin() as session:
        alert = session.get_one(Alert, alert_id)
        assert end_alert(session, alert, EndReason.FOUND, town.clock(), actor="feed:police")
        session.rollback()
    assert len(deliveries(town.store)) == before


def test_ended_twice_is_told_once(town: Town) -> None:
    listens(town, FeedEvent.ENDED)
    alert_id = town.alert()
    assert town.end(alert_id)
    assert not town.end(alert_id)
    assert kinds(town) == ["alert.ended"]


def test_a_poster_with_everything_on_it_leaves_nothing_of_it_in_the_outbox(
    town: Town, post: PostOffice
) -> None:
    listens(town)
    [child_] = WREN.children
    full = with_child(child_.model_copy(update={"ncic_number": "M555000111"}))
    alert_id = town.alert(poster=full)
    town.plan(alert_id)
    post.send()
    town.end(alert_id)
    said = json.dumps([one.payload for one in deliveries(town.store)])
    assert names_no_child(said)
    assert "M555000111" not in said


def with_child(child_: Child) -> Poster:
    return WREN.model_copy(update={"children": (child_,)})

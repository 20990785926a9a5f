"""How a partner registers where it is told, and is told."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from openapi_spec_validator import validate

from alerts.store.webhooks import WebhookDelivery, WebhookEndpoint
from config.settings import Settings
from service.jobs import Job
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import found, poster
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    """This machine may be told, as in a rehearsal."""
    return Settings(data_dir=data_dir, webhook_allow_loopback=True, _env_file=None)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def test_from_registration_to_the_receipt(site: Site, police: Partner, receiver: Receiver) -> None:
    added = police.post("webhooks", json={"url": receiver.url})
    assert added.status_code == 201, added.text
    assert added.headers["Cache-Control"] == "no-store"
    said = added.get_json()
    assert (said["url"], said["events"]) == (receiver.url, [])
    taken = police.post("posters", json=poster()).get_json()
    site.work()
    police.post("posters", json=found())
    site.work()
    events = [got.checked(said["secret"]) for got in receiver.got]
    kinds = [event["type"] for event in events]
    assert kinds == ["alert.created", "alert.sent", "alert.ended", "takedown.receipt"]
    assert {event["data"]["alert_id"] for event in events} == {taken["alert_id"]}
    assert events[0]["data"]["submission_id"] == taken["submission_id"]
    receipt = events[-1]["data"]["takedown_receipt"]
    shown = police.get(f"submissions/{taken['submission_id']}").get_json()
    assert receipt == shown["takedown_receipt"]
    bodies = b"".join(got.body for got in receiver.got)
    assert not any(word in bodies for word in (b"Wren", b"Example", b"49855", b"Marquette"))


def test_the_secret_is_shown_once(police: Partner, receiver: Receiver) -> None:
    secret = police.post("webhooks", json={"url": receiver.url}).get_json()["secret"]
    [item] = police.get("webhooks").get_json()["items"]
    assert "secret" not in item
    for answer in (police.get("webhooks"), police.get(f"webhooks/{item['id']}")):
        assert secret not in answer.text


def test_a_test_is_sent_and_can_be_looked_at(
    site: Site, police: Partner, receiver: Receiver
) -> None:
    added = police.post("webhooks", json={"url": receiver.url}).get_json()
    sent = police.post(f"webhooks/{added['id']}/test")
    assert sent.status_code == 202
    assert site.bell.heard == [Job.WEBHOOKS]
    [waiting] = police.get(f"webhooks/{added['id']}").get_json()["deliveries"]
    assert (waiting["state"], waiting["tries"]) == ("waiting", 0)
    site.work()
    [shown] = police.get(f"webhooks/{added['id']}").get_json()["deliveries"]
    assert (shown["state"], shown["last_status"], shown["next_try_at"]) == ("delivered", 204, None)
    assert shown["id"] == sent.get_json()["delivery_id"] == receiver.got[0].id
    assert receiver.got[0].checked(added["secret"])["type"] == "webhook.test"


def test_only_chosen_events_come(site: Site, police: Partner, receiver: Receiver) -> None:
    wanted = {"url": receiver.url, "events": ["alert.ended", "alert.ended"]}
    added = police.post("webhooks", json=wanted).get_json()
    assert added["events"] == ["alert.ended"]
    police.post("posters", json=poster())
    police.post("posters", json=found())
    site.work()
    assert receiver.events() == ["alert.ended"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://hooks.example.com/"}, "unresolved"),
        ({"url": "https://10.0.0.1/"}, "not_public"),
        ({"url": "https://169.254.169.254/latest"}, "not_public"),
        ({"url": "gopher://hooks.example.com/"}, "bad_url"),
        ({"url": ""}, "string_too_short"),
        ({}, "missing"),
        ({"url": "https://127.0.0.1/", "events": ["alert.born"]}, "literal_error"),
        ({"url": "https://127.0.0.1/", "events": ["webhook.test"]}, "literal_error"),
        ({"url": "https://127.0.0.1/", "secret": "mine"}, "extra_forbidden"),
    ],
)
def test_what_cant_be_told_is_refused_with_the_reason(
    police: Partner, body: dict[str, object], code: str
) -> None:
    answer = police.post("webhooks", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["type"] == f"urn:porchlight:problem:{code}"
    assert police.get("webhooks").get_json()["items"] == []


def test_the_same_address_twice_or_too_many_of_them_is_a_conflict(police: Partner) -> None:
    for number in range(10):
        made = police.post("webhooks", json={"url": f"https://127.0.0.1/{number}"})
        assert made.status_code == 201
    assert police.post("webhooks", json={"url": "https://127.0.0.1/1"}).status_code == 409
    assert police.post("webhooks", json={"url": "https://127.0.0.1/10"}).status_code == 409
    assert len(police.get("webhooks").get_json()["items"]) == 10


def test_another_feeds_webhook_is_not_there(site: Site, police: Partner) -> None:
    added = police.post("webhooks", json={"url": "https://127.0.0.1/"}).get_json()
    others = site.partner("others")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/rotate")):
        answer = others.ask(method, f"webhooks/{added['id']}{path}")
        assert answer.status_code == 404, (method, path)
    assert others.get("webhooks").get_json()["items"] == []
    assert police.get(f"webhooks/{uuid4()}").status_code == 404
    assert police.get("webhooks/1").status_code == 404


def test_one_that_is_removed_is_told_nothing(
    site: Site, police: Partner, receiver: Receiver
) -> None:
    added = police.post("webhooks", json={"url": receiver.url}).get_json()
    police.post("posters", json=poster())
    assert police.ask("DELETE", f"webhooks/{added['id']}").status_code == 204
    assert police.ask("DELETE", f"webhooks/{added['id']}").status_code == 404
    site.work()
    assert receiver.got == []


def test_a_repeat_with_the_same_key_is_the_same_webhook(
    police: Partner, receiver: Receiver
) -> None:
    headers = {"Idempotency-Key": "once"}
    first = police.post("webhooks", json={"url": receiver.url}, headers=headers)
    again = police.post("webhooks", json={"url": receiver.url}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert len(police.get("webhooks").get_json()["items"]) == 1


def test_a_new_secret_signs_beside_the_old_one(
    site: Site, police: Partner, receiver: Receiver
) -> None:
    added = police.post("webhooks", json={"url": receiver.url}).get_json()
    rotated = police.post(f"webhooks/{added['id']}/rotate").get_json()
    assert rotated["secret"] != added["secret"]
    police.post(f"webhooks/{added['id']}/test")
    site.work()
    assert receiver.got[0].checked(added["secret"])
    assert receiver.got[0].checked(rotated["secret"])


def test_a_disabled_one_says_so_and_takes_no_test(
    site: Site, police: Partner, receiver: Receiver
) -> None:
    added = police.post("webhooks", json={"url": receiver.url}).get_json()
    receiver.status = 410
    police.post(f"webhooks/{added['id']}/test")
    site.work()
    assert police.get(f"webhooks/{added['id']}").get_json()["disabled_at"] is not None
    assert police.post(f"webhooks/{added['id']}/test").status_code == 409


def test_a_slow_receiver_holds_nobody_up(site: Site, police: Partner, receiver: Receiver) -> None:
    with receiving() as slow:
        slow.delay.clear()
        slow_id = police.post("webhooks", json={"url": slow.url}).get_json()["id"]
        quick_id = police.post("webhooks", json={"url": receiver.url}).get_json()["id"]
        for _ in range(5):
            police.post(f"webhooks/{slow_id}/test")
            police.post(f"webhooks/{quick_id}/test")
        jobs, began = site.process.jobs, time.monotonic()
        jobs.run(Job.WEBHOOKS)  # comes back at once
        while len(receiver.got) < 5 and time.monotonic() - began < 5:
            time.sleep(0.01)
        assert len(receiver.got) == 5
        assert len(slow.got) == 1  # one at a time for each address
        assert Job.WEBHOOKS not in jobs.waiting()  # somebody is at it
        slow.delay.set()
        site.work()
        assert len(slow.got) == 5


def test_a_bug_of_ours_is_counted_and_the_event_stays(
    site: Site, police: Partner, receiver: Receiver
) -> None:
    added = police.post("webhooks", json={"url": receiver.url}).get_json()
    police.post(f"webhooks/{added['id']}/test")
    with site.runtime.store.begin() as session:
        session.query(WebhookEndpoint).one().sealed_secret = b"not sealed"
    jobs = site.process.jobs
    jobs.run(Job.WEBHOOKS)
    jobs.webhooks.wait()
    registry = site.runtime.metrics.registry
    failures = registry.get_sample_value("porchlight_job_failures_total", {"job": "webhooks"})
    assert failures == 1
    [delivery] = police.get(f"webhooks/{added['id']}").get_json()["deliveries"]
    assert delivery["state"] == "waiting"


def test_old_events_are_forgotten(site: Site, police: Partner, receiver: Receiver) -> None:
    added = police.post("webhooks", json={"url": receiver.url}).get_json()
    police.post(f"webhooks/{added['id']}/test")
    site.work()
    site.process.jobs.expire()
    assert len(police.get(f"webhooks/{added['id']}").get_json()["deliveries"]) == 1
    with site.runtime.store.begin() as session:
        row = session.query(WebhookDelivery).one()
        row.done_at = site.runtime.clock() - timedelta(days=31)
    site.process.jobs.expire()
    assert police.get(f"webhooks/{added['id']}").get_json()["deliveries"] == []


def test_the_routes_are_described(site: Site) -> None:
    document = site.app.test_client().get("/openapi.json").get_json()
    validate(document)
    paths = document["paths"]
    assert set(paths["/v1/feeds/{feed}/webhooks"]) == {"get", "post"}
    assert set(paths["/v1/feeds/{feed}/webhooks/{webhook_id}"]) == {"get", "delete"}
    assert "201" in paths["/v1/feeds/{feed}/webhooks"]["post"]["responses"]

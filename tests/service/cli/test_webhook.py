"""`porchlight webhook add|list|show|remove|test|rotate|enable|replay`."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from config.settings import Settings
from service.jobs import Jobs
from service.wiring import wire
from tests.service.cli.conftest import Run
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture(autouse=True)
def _rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORCHLIGHT_WEBHOOK_ALLOW_LOOPBACK", "true")


def work() -> None:
    """Do what a running server does."""
    runtime = wire(Settings())
    Jobs(runtime).run_until_quiet()
    runtime.close()


def test_a_webhook_from_its_making_to_its_end(quick: Run, receiver: Receiver) -> None:
    quick("feed", "add", "police", "--kind", "poster")
    added = quick("webhook", "add", "police", receiver.url, "--json").json
    webhook_id = added["webhook"]
    assert added["secret"].startswith("whsec_")
    [item] = quick("webhook", "list", "police", "--json").json["items"]
    assert (item["webhook"], item["url"], item["events"]) == (webhook_id, receiver.url, [])
    assert quick("webhook", "test", webhook_id).code == 0
    work()
    assert receiver.got[0].checked(added["secret"])["type"] == "webhook.test"
    [delivery] = quick("webhook", "show", webhook_id, "--json").json["deliveries"]
    assert (delivery["state"], delivery["last_status"]) == ("delivered", 204)
    new = quick("webhook", "rotate", webhook_id, "--json").json["secret"]
    again = quick("webhook", "replay", webhook_id, "--delivery", delivery["delivery"], "--json")
    assert again.json["events"] == 1
    work()
    assert receiver.got[1].id == receiver.got[0].id
    assert receiver.got[1].checked(new)
    assert "told" in quick("webhook", "list").out
    assert "delivered" in quick("webhook", "show", webhook_id).out
    assert quick("webhook", "remove", webhook_id).code == 0
    assert quick("webhook", "list", "--json").json["items"] == []


def test_a_disabled_one_is_enabled_and_told_what_it_missed(quick: Run, receiver: Receiver) -> None:
    quick("feed", "add", "police", "--kind", "poster")
    webhook_id = quick("webhook", "add", "police", receiver.url, "--json").json["webhook"]
    receiver.status = 410
    quick("webhook", "test", webhook_id)
    work()
    assert "disabled" in quick("webhook", "list").out
    assert "given up" in quick("webhook", "show", webhook_id).out
    refused = quick("webhook", "replay", webhook_id)
    assert refused.code == 1
    assert "enable" in refused.err
    receiver.status = 200
    assert "told again" in quick("webhook", "enable", webhook_id).out
    assert "wasn't" in quick("webhook", "enable", webhook_id).out
    assert quick("webhook", "replay", webhook_id, "--json").json["events"] == 1
    work()
    assert len(receiver.got) == 2


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://10.0.0.1/", "not_public"),
        ("gopher://127.0.0.1/", "bad_url"),
        ("http://10.0.0.1/", "not_public"),
    ],
)
def test_an_address_that_isnt_told_is_refused_in_a_sentence(quick: Run, url: str, why: str) -> None:
    quick("feed", "add", "police", "--kind", "poster")
    ran = quick("webhook", "add", "police", url)
    assert ran.code == 1
    assert why in ran.err


def test_what_isnt_there_is_said(quick: Run) -> None:
    assert quick("webhook", "add", "nobody", "https://127.0.0.1/").code == 1
    for command in ("show", "remove", "test", "rotate", "enable", "replay"):
        assert quick("webhook", command, str(uuid4())).code == 1
    assert quick("webhook", "list", "nobody").code == 1
    assert "No webhooks" in quick("webhook", "list").out
    assert quick("webhook", "add", "police", "https://x.example/", "--event", "x").code == 2

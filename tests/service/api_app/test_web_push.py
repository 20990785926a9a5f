"""Does a browser that subscribes get the alert, and can nobody make us push into our own house?"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from sqlalchemy import select

from alerts.push import Outcome
from alerts.store.feeds import Feed
from alerts.store.subscribers import Device
from alerts.store.waves import Batch
from config.settings import Settings
from service.app import create_app
from service.jobs import Jobs
from service.process import Process
from service.wiring import Runtime, wire
from tests.service.api_app.people import MARQUETTE, HeardBell, Person, poster, push, sign_up
from tests.stand_ins.browser import base64url, unbase64url
from tests.stand_ins.push_service import PushServiceStandIn

OTHER_POINT = base64url(b"\x04" + bytes(64))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PushServiceStandIn]:
    with PushServiceStandIn.running(tmp_path_factory.mktemp("push")) as running:
        yield running


@pytest.fixture
def settings(data_dir: Path, service: PushServiceStandIn) -> Settings:
    service.forget()
    return Settings(
        data_dir=data_dir,
        webpush_allow_loopback=True,
        webpush_ca_bundle=service.ca_path,
        _env_file=None,
    )


AppOf = Callable[[Settings], FlaskClient]


@pytest.fixture
def app_of() -> Iterator[AppOf]:
    """Makes an app of other settings."""
    made: list[Runtime] = []

    def make(settings: Settings) -> FlaskClient:
        runtime = wire(settings)
        made.append(runtime)
        jobs = Jobs(runtime)
        bell = HeardBell("", jobs)
        return create_app(Process(runtime=runtime, jobs=jobs, bell=bell)).test_client()

    yield make
    for runtime in made:
        runtime.close()


def subscription(service: PushServiceStandIn, name: str = "") -> dict[str, Any]:
    """Return what `PushSubscription.toJSON()` gives, as our app sends it."""
    return {"channel": "webpush", **service.subscribe(name).as_json()}


def kept(runtime: Runtime) -> Device:
    with runtime.store.read() as session:
        return session.scalars(select(Device)).one()


def test_the_key_is_the_same_for_everybody_and_for_good(client: FlaskClient) -> None:
    answer = client.get("/v1/push/key")
    assert answer.status_code == 200
    key = answer.get_json()["application_server_key"]
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64url(key))
    assert client.get("/v1/push/key").get_json()["application_server_key"] == key


def test_a_browser_subscribes_and_gets_the_alert(
    runtime: Runtime,
    jobs: Jobs,
    feed: Feed,
    wren: Person,
    service: PushServiceStandIn,
) -> None:
    key = wren.ask("GET", "/v1/push/key").get_json()["application_server_key"]
    sent = {"channel": "webpush", **service.subscribe("mine", server_key=key).as_json()}
    answer = wren.ask("PUT", "/v1/me/devices/browser", sent)
    assert answer.status_code == 200, answer.text
    assert set(answer.get_json()) == {"device_id", "channel", "registered_at"}
    wren.draws(MARQUETTE)
    push(runtime, feed, poster())
    jobs.run_until_quiet()
    [received] = service.received
    assert received.name == "mine"
    assert received.message["kind"] == "alert"
    assert "Marquette" in received.message["body"]
    with runtime.store.read() as session:
        assert session.scalars(select(Batch.outcomes)).one() == bytes([Outcome.SENT])


def test_a_subscription_that_is_over_ends_the_device(
    runtime: Runtime, jobs: Jobs, feed: Feed, wren: Person, service: PushServiceStandIn
) -> None:
    wren.ask("PUT", "/v1/me/devices/browser", subscription(service, "gone"))
    wren.draws(MARQUETTE)
    push(runtime, feed, poster())
    jobs.run_until_quiet()
    assert kept(runtime).ended_reason == "channel_says_gone"
    assert wren.ask("GET", "/v1/me/devices").get_json()["items"] == []


def test_a_unified_push_app_is_a_web_push_device(
    runtime: Runtime, wren: Person, service: PushServiceStandIn
) -> None:
    subscribed = service.subscribe("app")
    sent = {"channel": "webpush", "endpoint": subscribed.endpoint, "keys": subscribed.keys}
    assert wren.ask("PUT", "/v1/me/devices/phone", sent).status_code == 200
    device = kept(runtime)
    assert (device.address, device.address_kind) == (subscribed.endpoint, "endpoint")
    assert device.push_keys == subscribed.kept_keys


def test_new_keys_of_the_same_endpoint_are_kept(
    runtime: Runtime, wren: Person, service: PushServiceStandIn
) -> None:
    first = subscription(service, "renewed")
    renewed = service.subscribe("renewed")
    wren.ask("PUT", "/v1/me/devices/browser", first)
    wren.ask("PUT", "/v1/me/devices/browser", {**first, "keys": renewed.keys})
    assert kept(runtime).push_keys == renewed.kept_keys


def test_an_endpoint_has_one_owner_whatever_its_keys(
    client: FlaskClient, service: PushServiceStandIn
) -> None:
    sold, bought = sign_up(client), sign_up(client)
    first = subscription(service, "sold")
    sold.ask("PUT", "/v1/me/devices/browser", first)
    again = {**first, "keys": service.subscribe("sold").keys}
    bought.ask("PUT", "/v1/me/devices/browser", again)
    assert sold.ask("GET", "/v1/me/devices").get_json()["items"] == []


def test_a_removed_device_keeps_neither_address_nor_keys(
    runtime: Runtime, wren: Person, service: PushServiceStandIn
) -> None:
    wren.ask("PUT", "/v1/me/devices/browser", subscription(service))
    wren.ask("DELETE", "/v1/me/devices/browser")
    device = kept(runtime)
    assert (device.address, device.push_keys) == ("", None)


def test_another_channel_drops_the_keys(
    runtime: Runtime, wren: Person, service: PushServiceStandIn
) -> None:
    wren.ask("PUT", "/v1/me/devices/phone", subscription(service))
    wren.ask("PUT", "/v1/me/devices/phone", {"channel": "console"})
    assert kept(runtime).push_keys is None


def test_an_export_has_no_keys(wren: Person, service: PushServiceStandIn) -> None:
    subscribed = service.subscribe()
    wren.ask("PUT", "/v1/me/devices/browser", {"channel": "webpush", **subscribed.as_json()})
    export = wren.ask("GET", "/v1/me/export")
    [device] = export.get_json()["devices"]
    assert device["address"] == subscribed.endpoint
    for secret in subscribed.keys.values():
        assert secret not in export.text


@pytest.mark.parametrize(
    ("changed", "code", "where"),
    [
        ({"endpoint": None}, "no_address", "/endpoint"),
        ({"keys": None}, "no_address", "/keys"),
        ({"keys": {"auth": "A" * 22}}, "missing", "/keys/p256dh"),
        ({"keys": {"p256dh": OTHER_POINT, "auth": "A" * 22}}, "bad_key", "/keys/p256dh"),
        ({"keys": {"p256dh": "A" * 87, "auth": "A" * 22}}, "bad_key", "/keys/p256dh"),
        ({"keys": {"p256dh": "x" * 200, "auth": ""}}, "string_too_long", "/keys/p256dh"),
        ({"endpoint": "http://push.example/1"}, "insecure_url", "/endpoint"),
        ({"endpoint": "https://10.0.0.1/1"}, "not_public", "/endpoint"),
        ({"endpoint": "https://169.254.169.254/1"}, "not_public", "/endpoint"),
        ({"endpoint": "https://[::ffff:10.0.0.1]/1"}, "not_public", "/endpoint"),
        ({"endpoint": "https://2130706433/1"}, "odd_host", "/endpoint"),
        ({"endpoint": "https://xn--a.evil.example/p"}, "odd_host", "/endpoint"),
        ({"endpoint": "https://a b/1"}, "bad_url", "/endpoint"),
        ({"endpoint": "https://push.example/" + "x" * 2048}, "string_too_long", "/endpoint"),
        ({"endpoint": 7}, "string_type", "/endpoint"),
        ({"token": "x"}, "needless_address", "/token"),
        ({"channel": "fcm", "token": "x"}, "needless_address", "/endpoint"),
        ({"channel": "console"}, "needless_address", "/endpoint"),
        ({"userVisibleOnly": True}, "extra_forbidden", "/userVisibleOnly"),
    ],
)
def test_what_is_no_subscription_is_refused_by_its_field(
    wren: Person, service: PushServiceStandIn, changed: dict[str, Any], code: str, where: str
) -> None:
    given = {**subscription(service), **changed}
    answer = wren.ask("PUT", "/v1/me/devices/browser", given)
    assert answer.status_code == 422, answer.text
    problem = answer.get_json()["problems"][0]
    assert (problem["code"], problem["where"]) == (code, where)
    assert problem["message"].endswith(".")
    assert wren.ask("GET", "/v1/me/devices").get_json()["items"] == []


def test_this_machine_is_no_push_service_unless_it_is_a_rehearsal(
    data_dir: Path, service: PushServiceStandIn, app_of: AppOf
) -> None:
    person = sign_up(app_of(Settings(data_dir=data_dir, _env_file=None)))
    answer = person.ask("PUT", "/v1/me/devices/browser", subscription(service))
    assert answer.status_code == 422
    assert answer.get_json()["problems"][0]["code"] == "not_public"


def test_without_web_push_nobody_is_left_to_wait_for_it(
    data_dir: Path, service: PushServiceStandIn, app_of: AppOf
) -> None:
    client = app_of(Settings(data_dir=data_dir, webpush_enabled=False, _env_file=None))
    assert client.get("/v1/push/key").status_code == 404
    answer = sign_up(client).ask("PUT", "/v1/me/devices/browser", subscription(service))
    assert answer.status_code == 422
    assert "isn't available" in answer.get_json()["detail"]

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from alerts.store.feeds import Feed
from alerts.store.subscribers import Device, newest_change
from alerts.store.waves import Wave
from service.jobs import Job, Jobs
from service.problem import UNPARSABLE
from service.wiring import Runtime
from tests.service.api_app.people import MARQUETTE, HeardBell, Person, poster, push, sign_up

TOKEN = "fictional-token_0123456789:APA91b"


def listed(person: Person) -> list[str]:
    items = person.ask("GET", "/v1/me/devices").get_json()["items"]
    return [item["device_id"] for item in items]


def test_a_device_is_registered_and_its_address_never_comes_back(wren: Person) -> None:
    answer = wren.ask("PUT", "/v1/me/devices/phone.1~a", {"channel": "fcm", "token": TOKEN})
    assert answer.status_code == 200
    assert set(answer.get_json()) == {"device_id", "channel", "registered_at"}
    assert TOKEN not in answer.text
    found = wren.ask("GET", "/v1/me/devices")
    assert found.get_json()["next"] is None
    assert TOKEN not in found.text
    assert listed(wren) == ["phone.1~a"]


def test_an_installation_id_is_an_address_too(runtime: Runtime, wren: Person) -> None:
    wren.ask("PUT", "/v1/me/devices/phone", {"channel": "fcm", "fid": "dQw4w9WgXcQ"})
    with runtime.store.read() as session:
        kept = session.scalars(select(Device)).one()
    assert (kept.address, kept.address_kind) == ("dQw4w9WgXcQ", "fid")


def test_the_console_needs_no_address(runtime: Runtime, client: FlaskClient) -> None:
    one, other = sign_up(client), sign_up(client)
    one.registers("laptop")
    other.registers("laptop")
    assert (listed(one), listed(other)) == (["laptop"], ["laptop"])
    with runtime.store.read() as session:
        addresses = {device.address for device in session.scalars(select(Device))}
    assert len(addresses) == 2


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"channel": "fcm"}, "no_address"),
        ({"channel": "fcm", "token": TOKEN, "fid": "x"}, "no_address"),
        ({"channel": "fcm", "token": ""}, "string_too_short"),
        ({"channel": "fcm", "token": "two words"}, "string_pattern_mismatch"),
        ({"channel": "fcm", "token": "nul\x00"}, "string_pattern_mismatch"),
        ({"channel": "fcm", "token": "line\n"}, "string_pattern_mismatch"),
        ({"channel": "fcm", "token": "x" * 3000}, "string_too_long"),
        ({"channel": "fcm", "token": 7}, "string_type"),
        ({"channel": "console", "token": TOKEN}, "needless_address"),
        ({"channel": "pigeon"}, "literal_error"),
        ({"channel": "console", "name": "Wren's phone"}, "extra_forbidden"),
        ({}, "missing"),
        ([], "model_type"),
        (b"{", "malformed_json"),
        (b'{"channel": Infinity}', "not_finite"),
    ],
)
def test_what_is_no_address_is_refused(wren: Person, sent: object, code: str) -> None:
    answer = wren.ask("PUT", "/v1/me/devices/phone", sent)
    assert answer.status_code == (400 if code in UNPARSABLE else 422)
    assert answer.get_json()["problems"][0]["code"] == code
    assert listed(wren) == []


@pytest.mark.parametrize("device_id", ["x" * 81, "a b", "%C3%A9", "a+b", "a:b"])
def test_what_is_no_device_id_is_refused(wren: Person, device_id: str) -> None:
    answer = wren.ask("PUT", f"/v1/me/devices/{device_id}", {"channel": "console"})
    assert answer.status_code == 422
    assert answer.get_json()["problems"][0]["code"] == "bad_device_id"


def test_an_address_has_one_owner(client: FlaskClient) -> None:
    sold, bought = sign_up(client), sign_up(client)
    for person in (sold, bought):
        person.ask("PUT", "/v1/me/devices/phone", {"channel": "fcm", "token": TOKEN})
    assert (listed(sold), listed(bought)) == ([], ["phone"])


def test_another_persons_device_is_not_there(client: FlaskClient) -> None:
    owner, stranger = sign_up(client), sign_up(client)
    owner.registers("phone")
    assert stranger.ask("DELETE", "/v1/me/devices/phone").status_code == 404
    assert stranger.ask("GET", "/v1/me/devices").get_json()["items"] == []
    assert owner.ask("DELETE", "/v1/me/devices/phone").status_code == 204
    assert owner.ask("DELETE", "/v1/me/devices/phone").status_code == 404
    assert listed(owner) == []


def test_a_new_device_gets_the_alert_that_is_active(
    runtime: Runtime, jobs: Jobs, bell: HeardBell, feed: Feed, wren: Person
) -> None:
    wren.draws(MARQUETTE)
    push(runtime, feed, poster())
    jobs.run_until_quiet()
    assert waves(runtime) == []
    bell.heard.clear()
    wren.registers("phone")
    assert Job.PLAN in bell.heard
    jobs.run_until_quiet()
    assert waves(runtime) == [1]
    wren.registers("phone")
    wren.registers("tablet")
    jobs.run_until_quiet()
    assert waves(runtime) == [1]  # the person was told: one push per person and case


def waves(runtime: Runtime) -> list[int]:
    with runtime.store.read() as session:
        return list(session.scalars(select(Wave.devices).order_by(Wave.id)))


def test_registering_again_is_no_news(runtime: Runtime, wren: Person) -> None:
    wren.draws(MARQUETTE)
    wren.registers()
    before = changes(runtime)
    wren.registers()
    assert changes(runtime) == before
    wren.ask("PUT", "/v1/me/devices/phone", {"channel": "fcm", "token": TOKEN})
    assert changes(runtime) == before + 1


def changes(runtime: Runtime) -> int:
    with runtime.store.read() as session:
        return newest_change(session)


def test_a_person_has_no_more_than_a_hundred_devices(wren: Person) -> None:
    for number in range(100):
        wren.registers(f"phone-{number}")
    wren.registers("phone-7")
    answer = wren.ask("PUT", "/v1/me/devices/one-more", {"channel": "console"})
    assert answer.status_code == 422
    assert "100 devices" in answer.get_json()["detail"]

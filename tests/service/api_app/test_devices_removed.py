"""Is a device that was removed nowhere to be seen, and back when it is registered again?"""

from sqlalchemy import select

from alerts.store.subscribers import Device
from service.wiring import Runtime
from tests.service.api_app.people import Person

ONE = {"channel": "fcm", "token": "fictional-token-1"}
OTHER = {"channel": "fcm", "token": "fictional-token-2"}


def rows(runtime: Runtime) -> list[tuple[int, str, bool, str | None]]:
    with runtime.store.read() as session:
        found = session.scalars(select(Device).order_by(Device.id))
        return [(d.id, d.address, d.ended_at is None, d.ended_reason) for d in found]


def listed(person: Person) -> list[str]:
    items = person.ask("GET", "/v1/me/devices").get_json()["items"]
    return [item["device_id"] for item in items]


def test_a_removed_device_ends_without_its_address(runtime: Runtime, wren: Person) -> None:
    wren.ask("PUT", "/v1/me/devices/phone", ONE)
    assert wren.ask("DELETE", "/v1/me/devices/phone").status_code == 204
    assert rows(runtime) == [(1, "", False, "removed")]
    assert listed(wren) == []
    assert wren.ask("DELETE", "/v1/me/devices/phone").status_code == 404


def test_the_export_says_that_it_ended(wren: Person) -> None:
    wren.ask("PUT", "/v1/me/devices/phone", ONE)
    wren.ask("DELETE", "/v1/me/devices/phone")
    [device] = wren.ask("GET", "/v1/me/export").get_json()["devices"]
    assert device["ended_at"] is not None
    assert (device["address"], device["ended_reason"]) == ("", "removed")


def test_registering_it_again_revives_its_row(runtime: Runtime, wren: Person) -> None:
    wren.ask("PUT", "/v1/me/devices/phone", ONE)
    wren.ask("DELETE", "/v1/me/devices/phone")
    assert wren.ask("PUT", "/v1/me/devices/phone", OTHER).status_code == 200
    assert rows(runtime) == [(1, OTHER["token"], True, None)]
    assert listed(wren) == ["phone"]


def test_erasing_the_person_erases_removed_devices_too(runtime: Runtime, wren: Person) -> None:
    wren.ask("PUT", "/v1/me/devices/phone", ONE)
    wren.ask("DELETE", "/v1/me/devices/phone")
    assert wren.ask("DELETE", "/v1/me").status_code == 204
    assert rows(runtime) == []


def test_a_removed_device_doesnt_come_back_past_the_limit(wren: Person) -> None:
    wren.registers("old")
    wren.ask("DELETE", "/v1/me/devices/old")
    for number in range(100):
        wren.registers(f"phone-{number}")
    answer = wren.ask("PUT", "/v1/me/devices/old", {"channel": "console"})
    assert answer.status_code == 422

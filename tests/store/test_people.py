"""Many people at once are the same rows as one by one, on both sizes."""

import pytest
from sqlalchemy import select

from alerts.clock import utc_now
from alerts.errors import Conflict
from alerts.store.engine import Store
from alerts.store.people import NewNeighborhood, PeopleImport, PushAddress
from alerts.store.subscribers import (
    Channel,
    Device,
    Neighborhood,
    NeighborhoodChange,
    Subscriber,
    devices_of,
    neighborhoods_of,
)
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.packed import pack, unpack


def phone(address: str, key: str = "phone") -> PushAddress:
    return PushAddress(channel=Channel.FCM, address=address, address_kind="token", device_key=key)


def home(person: str, device: PushAddress | None, lon: float = -87.4) -> NewNeighborhood:
    return NewNeighborhood(
        person=person,
        packed=pack(circle_ground(LonLat(lon, 46.54), 1_000)),
        name="Home",
        radius_m=1_000,
        device=device,
        language="en",
        quiet_hours=None,
        weekly_cap=None,
        tester=False,
    )


def test_people_neighborhoods_devices_and_changes_are_written(store: Store) -> None:
    people, now = PeopleImport(), utc_now()
    rows = [home("ana", phone("a")), home("bo", phone("b"), -87.5), home("ana", None, -87.6)]
    with store.begin() as session:
        people.write(session, rows[:2], now)
    with store.begin() as session:
        people.write(session, rows[2:], now)
    assert (people.subscribers, people.neighborhoods, people.devices) == (2, 3, 2)
    with store.read() as session:
        ana, bo = session.scalars(select(Subscriber).order_by(Subscriber.id)).all()
        assert [n.shape for n in neighborhoods_of(session, bo.id)] == [unpack(rows[1].packed)]
        assert len(neighborhoods_of(session, ana.id)) == 2
        assert [d.address for d in devices_of(session, ana.id)] == ["a"]
        changes = session.scalars(select(NeighborhoodChange).order_by(NeighborhoodChange.seq))
        told = [(change.neighborhood_id, change.subscriber_id) for change in changes]
        drawn = session.scalars(select(Neighborhood).order_by(Neighborhood.id))
        assert told == [(n.id, n.subscriber_id) for n in drawn]


def test_an_address_that_moves_has_one_owner(store: Store) -> None:
    now = utc_now()
    for person in ("before", "after"):
        with store.begin() as session:
            PeopleImport().write(session, [home(person, phone("same"))], now)
    with store.read() as session:
        devices = session.scalars(select(Device).order_by(Device.id)).all()
    assert [device.ended_reason for device in devices] == ["registered_elsewhere", None]


def test_a_device_of_two_people_is_a_conflict() -> None:
    people = PeopleImport()
    people.check(home("ana", phone("a")))
    people.check(home("ana", phone("a")))
    people.check(home("bo", None))
    with pytest.raises(Conflict, match="another subscriber's"):
        people.check(home("bo", phone("a")))
    with pytest.raises(Conflict, match="another device with this id"):
        people.check(home("ana", phone("other")))

"""Is a person known by their token only, reached at one place, and forgotten whole?"""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from alerts.errors import NotFound
from alerts.store.base import Base
from alerts.store.devices import address_hash, device_of, devices_of, put_device, registrations_of
from alerts.store.engine import Store
from alerts.store.subscribers import (
    Channel,
    Device,
    Neighborhood,
    NeighborhoodChange,
    Subscriber,
    erase,
    neighborhood_of,
    neighborhoods_of,
    new_token,
    subscriber_of_token,
    token_hash,
)
from alerts.store.waves import Receipt, Report
from geo.packed import pack
from tests.audience.town import Town
from tests.fakes.clock import NOON


def sign_up(store: Store) -> tuple[int, str]:
    token = new_token()
    with store.begin() as session:
        person = Subscriber(token_hash=token_hash(token), joined_at=NOON)
        session.add(person)
    return person.id, token


def register(store: Store, person_id: int, address: str, key: str = "phone") -> int:
    with store.begin() as session:
        person = session.get_one(Subscriber, person_id)
        return put_device(
            session,
            person,
            key,
            channel=Channel.FCM,
            address=address,
            address_kind="token",
            now=NOON,
        ).id


def reachable(store: Store, person_id: int) -> list[int]:
    with store.read() as session:
        return [device.id for device in devices_of(session, person_id)]


def test_a_token_names_its_person_and_isnt_kept(store: Store) -> None:
    person_id, token = sign_up(store)
    sign_up(store)
    with store.read() as session:
        found = subscriber_of_token(session, token)
        assert found is not None
        assert found.id == person_id
        assert token.encode() not in found.token_hash
        for wrong in ("", token[:-1], token.upper()):
            assert subscriber_of_token(session, wrong) is None


def test_a_device_is_registered_again_under_the_same_id(store: Store) -> None:
    person_id, _ = sign_up(store)
    first = register(store, person_id, "token-1")
    assert register(store, person_id, "token-2") == first
    assert register(store, person_id, "token-3", key="tablet") != first
    with store.read() as session:
        device = device_of(session, person_id, "phone")
        assert device is not None
        assert (device.address, device.ended_at) == ("token-2", None)
        assert device.address_hash == address_hash(Channel.FCM, "token-2")
        assert device_of(session, person_id, "watch") is None


def test_the_same_address_moves_to_its_new_owner(store: Store) -> None:
    (old, _), (new, _) = sign_up(store), sign_up(store)
    before = register(store, old, "token-1")
    after = register(store, new, "token-1")
    assert reachable(store, old) == []
    assert reachable(store, new) == [after]
    with store.read() as session:
        ended = session.get_one(Device, before)
        assert ended.ended_reason == "registered_elsewhere"
        assert [device.id for device in registrations_of(session, old)] == [before]


def test_an_address_that_comes_back_is_reachable_again(store: Store) -> None:
    (old, _), (new, _) = sign_up(store), sign_up(store)
    device = register(store, old, "token-1")
    register(store, new, "token-1")
    assert register(store, old, "token-1") == device
    assert (reachable(store, old), reachable(store, new)) == ([device], [])


def test_the_same_address_on_another_channel_is_another_device(store: Store) -> None:
    assert address_hash(Channel.FCM, "a") != address_hash(Channel.CONSOLE, "a")


def test_a_neighborhood_is_its_owners_only(town: Town) -> None:
    ana, ben = town.person(), town.person()
    with town.store.read() as session:
        home = session.get_one(Neighborhood, town.home_of(ana))
        assert neighborhood_of(session, ana, home.public_id).id == home.id
        with pytest.raises(NotFound):
            neighborhood_of(session, ben, home.public_id)
        assert [n.id for n in neighborhoods_of(session, ana)] == [home.id]


def rows_left(store: Store) -> dict[str, int]:
    """Count the rows of the tables that know people."""
    tables = ("subscriber", "neighborhood", "device", "receipt", "report")
    with store.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(Base.metadata.tables[name])) or 0
            for name in tables
        }


def has_said_something(town: Town, person_id: int, alert_id: int) -> None:
    with town.store.begin() as session:
        said = {"alert_id": alert_id, "subscriber_id": person_id, "received_at": NOON}
        session.add(Receipt(event="opened", **said))
        session.add(Report(reason="not_here", **said))


def test_erasing_a_person_leaves_nothing_of_them_and_all_of_others(town: Town) -> None:
    alert_id, ana, ben = town.alert(), town.person(), town.person()
    for person in (ana, ben):
        has_said_something(town, person, alert_id)
    with town.store.begin() as session:
        erase(session, session.get_one(Subscriber, ana))
    assert set(rows_left(town.store).values()) == {1}
    assert reachable(town.store, ben)
    with town.store.begin() as session:
        erase(session, session.get_one(Subscriber, ben))
    assert set(rows_left(town.store).values()) == {0}


def test_the_audience_hears_of_an_erased_neighborhood(town: Town) -> None:
    ana = town.person()
    home = town.home_of(ana)
    with town.store.begin() as session:
        erase(session, session.get_one(Subscriber, ana))
    with town.store.read() as session:
        changed = session.scalars(select(NeighborhoodChange.neighborhood_id)).all()
        assert changed == [home, home]


def test_no_byte_of_an_erased_home_or_address_stays_in_the_file(town: Town, tmp_path: Path) -> None:
    ana = town.person()
    with town.store.begin() as session:
        home = session.get_one(Neighborhood, town.home_of(ana))
        home.name = "Grandmother's"
        device = devices_of(session, ana)[0]
        secrets = [pack(home.shape)[-80:], home.name.encode(), device.address_hash]
        erase(session, session.get_one(Subscriber, ana))
    town.store.close()  # the last connection empties the write-ahead log
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("porchlight.sqlite3*"))
    assert bool(raw) is town.store.is_sqlite
    assert not [secret for secret in secrets if secret in raw]

"""Rows that are put in together are those that would be put in one by one, on both sizes."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from uuid_utils import uuid7

from alerts.clock import utc_now
from alerts.store.engine import Store
from alerts.store.put_rows import put_rows, reserve_ids
from alerts.store.subscribers import Neighborhood, NeighborhoodChange, Subscriber
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.packed import pack, unpack

NOW = utc_now()
HOMES = [pack(circle_ground(LonLat(lon, 46.54), 900)) for lon in (-87.4, -87.5)]
NAMES = ['tab\t, line\n, "quote"', "\\N and ñ \U0001f3e0"]
QUIET = {"start": "22:00:00", "time_zone": "America/Detroit", "word": 'a\tb\\n"'}


def two_people(store: Store) -> list[int]:
    with store.begin() as session:
        ids = reserve_ids(session, Subscriber, 2)
        put_rows(
            session,
            Subscriber,
            {
                "id": ids,
                "public_id": [uuid7(), uuid7()],
                "token_hash": [bytes(range(32)), b"\n\t\\" + bytes(29)],
                "quiet_hours": [QUIET, None],
                "weekly_cap": [None, 3],
                "tester": [True, False],
            },
            {"language": "en", "joined_at": NOW},
        )
    return ids


def test_values_of_every_kind_come_back(store: Store) -> None:
    ids = two_people(store)
    with store.read() as session:
        first, second = session.scalars(select(Subscriber).order_by(Subscriber.id)).all()
    assert [first.id, second.id] == ids
    assert first.public_id.version == 7
    assert (first.token_hash, second.token_hash[:3]) == (bytes(range(32)), b"\n\t\\")
    assert (first.quiet_hours, second.quiet_hours) == (QUIET, None)
    assert (first.weekly_cap, second.weekly_cap) == (None, 3)
    assert (first.tester, second.tester) == (True, False)
    assert (first.language, first.joined_at) == ("en", NOW)


def test_ground_and_any_text_come_back(store: Store) -> None:
    owners = two_people(store)
    with store.begin() as session:
        columns: dict[str, Sequence[Any]] = {
            "public_id": [uuid7(), uuid7()],
            "subscriber_id": owners,
            "name": NAMES,
            "shape": HOMES,
            "radius_m": [900.0, None],
        }
        put_rows(session, Neighborhood, columns, {"drawn_at": NOW})
    with store.read() as session:
        drawn = session.scalars(select(Neighborhood).order_by(Neighborhood.id)).all()
    assert [n.name for n in drawn] == NAMES
    assert [n.shape for n in drawn] == [unpack(home) for home in HOMES]
    assert [n.radius_m for n in drawn] == [900.0, None]
    assert [n.county for n in drawn] == [None, None]


def test_reserved_ids_are_nobody_elses(store: Store) -> None:
    first = two_people(store)
    with store.begin() as session:
        for person in session.scalars(select(Subscriber)):
            session.delete(person)
    again = two_people(store)
    assert min(again) > max(first)
    assert again == sorted(again)
    with store.begin() as session:
        change = NeighborhoodChange(neighborhood_id=1, subscriber_id=again[0])
        session.add(change)
        session.flush()
        after = reserve_ids(session, NeighborhoodChange, 3)
    assert after == [change.seq + 1, change.seq + 2, change.seq + 3]


def test_a_row_added_in_the_usual_way_goes_on_counting(store: Store) -> None:
    ids = two_people(store)
    with store.begin() as session:
        person = Subscriber(token_hash=b"x" * 32, joined_at=NOW)
        session.add(person)
        session.flush()
        assert person.id > max(ids)


def test_columns_of_different_lengths_are_an_error(store: Store) -> None:
    columns = {"neighborhood_id": [1, 2], "subscriber_id": [1]}
    with pytest.raises(ValueError, match="shorter"), store.begin() as session:
        put_rows(session, NeighborhoodChange, columns, {})

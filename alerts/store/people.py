"""Adds many neighbours at once: people, their neighborhoods and devices, thousands of rows a go."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    any_,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from alerts.errors import Conflict
from alerts.store.devices import REGISTERED_ELSEWHERE, address_hash
from alerts.store.put_rows import put_rows, reserve_ids
from alerts.store.subscribers import Channel, Device, Neighborhood, NeighborhoodChange, Subscriber
from alerts.store.turns import NEIGHBORHOODS, take_turns
from geo.hilbert import hilbert_distance
from geo.packed import unpack_many

KEY_BYTES = 16  # of a hash: what is remembered of a person or a device, 49 bytes in Python
NOISE_BYTES = 16  # the other half of a token's hash

CountiesAt = Callable[[NDArray[np.float64]], Sequence[str]]  # alerts.area.counties


@dataclass(frozen=True, kw_only=True)
class PushAddress:
    """How a device is reached."""

    channel: Channel
    address: str
    address_kind: str  # token, fid, endpoint, console
    device_key: str = ""  # the app's own id for it, if it gave one
    push_keys: str | None = None  # Web Push: as `PushTarget.keys` has them

    @cached_property
    def hashed(self) -> bytes:
        """The hash by which the same address is recognised."""
        return address_hash(self.channel, self.address)

    @property
    def hash_key(self) -> bytes:
        """What is remembered of it."""
        return self.hashed[:KEY_BYTES]

    @property
    def key(self) -> str:
        """The id that it is kept under: the app's own, or one made of its address."""
        return self.device_key or self.hash_key.hex()


@dataclass(frozen=True, kw_only=True)
class NewNeighborhood:
    """A neighborhood, and whose it is."""

    person: str  # lines that say the same are one person
    packed: bytes  # geo.packed
    name: str
    radius_m: float | None
    device: PushAddress | None
    language: str
    quiet_hours: dict[str, Any] | None
    weekly_cap: int | None
    tester: bool
    cell_resolution: int | None = None  # H3; None: the drawing itself is kept
    cells: bytes | None = None  # geo.cells

    @cached_property
    def person_key(self) -> bytes:
        """What is remembered of the person."""
        return blake2b(self.person.encode(), digest_size=KEY_BYTES).digest()


class PeopleImport:
    """One import: knows whom it has added so far, so that a person of many lines is one person.

    It remembers some 350 bytes a person, and nothing of their neighborhoods.
    """

    def __init__(self, counties_at: CountiesAt | None = None) -> None:
        """Begin; without `counties_at`, counties are left to be looked up later."""
        self._counties_at = counties_at
        self._people: dict[bytes, int] = {}  # person's key → row id
        self._owner_of: dict[bytes, bytes] = {}  # address hash's key → person's key
        self._named: dict[tuple[bytes, str], bytes] = {}  # person, id given → address hash's key
        self._written: set[bytes] = set()  # address hashes' keys
        self.subscribers = self.neighborhoods = self.devices = 0  # committed so far

    def check(self, new: NewNeighborhood) -> None:
        """Raise Conflict if its device is somebody else's, or its id another device's."""
        if new.device is None:
            return
        person, address = new.person_key, new.device.hash_key
        if self._owner_of.setdefault(address, person) != person:
            raise Conflict("the device is another subscriber's earlier in this file")
        if self._is_taken(person, new.device.key, address):
            raise Conflict("the subscriber has another device with this id earlier in this file")

    def _is_taken(self, person: bytes, device_key: str, address: bytes) -> bool:
        """Say whether another device of this person has this id; ids that were given are kept."""
        if device_key == address.hex():
            return self._named.get((person, device_key), address) != address
        of_hash = _unhexed(device_key)
        if of_hash is not None and self._owner_of.get(of_hash) == person:
            return True
        return self._named.setdefault((person, device_key), address) != address

    def write(self, session: Session, rows: Sequence[NewNeighborhood], now: datetime) -> None:
        """Add neighborhoods that were checked, and whoever isn't there yet; many at once."""
        subscribers = self._write_people(session, rows, now)
        owners = [self._people[new.person_key] for new in rows]
        devices = self._write_devices(session, rows, owners, now)
        self._write_neighborhoods(session, rows, owners, now)
        self.subscribers += subscribers
        self.devices += devices
        self.neighborhoods += len(rows)

    def _write_people(
        self, session: Session, rows: Sequence[NewNeighborhood], now: datetime
    ) -> int:
        fresh: dict[bytes, NewNeighborhood] = {}
        for new in rows:
            if new.person_key not in self._people:
                fresh.setdefault(new.person_key, new)
        if fresh:
            ids = reserve_ids(session, Subscriber, len(fresh))
            put_rows(session, Subscriber, _people(ids, list(fresh.values())), {"joined_at": now})
            self._people.update(zip(fresh, ids, strict=True))
        return len(fresh)

    def _write_devices(
        self,
        session: Session,
        rows: Sequence[NewNeighborhood],
        owners: Sequence[int],
        now: datetime,
    ) -> int:
        fresh: dict[bytes, tuple[int, PushAddress]] = {}
        for owner, new in zip(owners, rows, strict=True):
            if new.device is not None and new.device.hash_key not in self._written:
                fresh[new.device.hashed] = owner, new.device
        if not fresh:
            return 0
        _end_elsewhere(session, list(fresh), now)
        put_rows(session, Device, _devices(list(fresh.values())), {"registered_at": now})
        self._written.update(hashed[:KEY_BYTES] for hashed in fresh)
        return len(fresh)

    def _write_neighborhoods(
        self,
        session: Session,
        rows: Sequence[NewNeighborhood],
        owners: Sequence[int],
        now: datetime,
    ) -> None:
        shapes = unpack_many([new.packed for new in rows])
        middles = shapely.get_coordinates(shapely.point_on_surface(shapes))
        counties = self._counties_at(middles) if self._counties_at else [None] * len(rows)
        take_turns(session, NEIGHBORHOODS)
        in_order_of_file = reserve_ids(session, Neighborhood, len(rows))
        order: Sequence[int] = range(len(rows))
        if session.get_bind().dialect.name == "postgresql":  # SQLite's rows lie by their ids
            order = _along_the_curve(middles, np.array(owners)).tolist()
        ids, owner_ids = [in_order_of_file[n] for n in order], [owners[n] for n in order]
        columns: dict[str, Sequence[Any]] = {
            "id": ids,
            "subscriber_id": owner_ids,
            "county": [counties[n] for n in order],
            **_neighborhoods([rows[n] for n in order]),
        }
        put_rows(session, Neighborhood, columns, {"drawn_at": now})
        changes = {"neighborhood_id": in_order_of_file, "subscriber_id": list(owners)}
        put_rows(session, NeighborhoodChange, changes, {})


def _end_elsewhere(session: Session, hashes: Sequence[bytes], now: datetime) -> None:
    """End devices of these addresses: one has one owner, who had it before is reached no more."""
    values = {"ended_at": now, "ended_reason": REGISTERED_ELSEWHERE}
    ends = update(Device).where(Device.ended_at.is_(None)).values(**values)
    if session.get_bind().dialect.name == "postgresql":
        known = bindparam("known", list(hashes), type_=ARRAY(LargeBinary))
        session.connection().execute(ends.where(Device.address_hash == any_(known)))
    else:
        session.connection().execute(ends.where(_is_one_of(hashes)))


def _is_one_of(hashes: Sequence[bytes]) -> ColumnElement[bool]:
    """Ask SQLite for many hashes in one parameter: they are all of one length."""
    numbers = func.json_each(json.dumps(list(range(len(hashes))))).table_valued("value")
    size = len(hashes[0])
    at = numbers.c.value.cast(Integer) * size + 1
    cut = func.substr(b"".join(hashes), at, size, type_=LargeBinary)
    return Device.address_hash.in_(select(cut))


def _unhexed(device_key: str) -> bytes | None:
    """Return the bytes of an id that looks like one made of an address."""
    try:
        key = bytes.fromhex(device_key)
    except ValueError:
        return None
    return key if key.hex() == device_key else None


def _along_the_curve(middles: NDArray[np.float64], owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order of the ground, so that neighbours lie near each other on disk.

    A person's neighborhoods stay in the order of the file, all at the place of their first.
    """
    far = hilbert_distance(middles)
    _, first, of = np.unique(owners, return_index=True, return_inverse=True)
    return np.argsort(far[first][of], kind="stable")


def _people(ids: Sequence[int], people: Sequence[NewNeighborhood]) -> Mapping[str, Sequence[Any]]:
    """Return their columns; the token's hash is of no token: nobody signs in as them.

    It begins with the public id, which grows with time: rows at random places of its index would
    have every transaction write the whole index.
    """
    public_ids = [uuid7() for _ in ids]
    noise = secrets.token_bytes(NOISE_BYTES * len(ids))
    return {
        "id": ids,
        "public_id": public_ids,
        "token_hash": [
            public_id.bytes + noise[NOISE_BYTES * n : NOISE_BYTES * (n + 1)]
            for n, public_id in enumerate(public_ids)
        ],
        "language": [new.language for new in people],
        "quiet_hours": [new.quiet_hours for new in people],
        "weekly_cap": [new.weekly_cap for new in people],
        "tester": [new.tester for new in people],
    }


def _devices(owned: Sequence[tuple[int, PushAddress]]) -> Mapping[str, Sequence[Any]]:
    devices = [device for _, device in owned]
    return {
        "subscriber_id": [owner for owner, _ in owned],
        "device_key": [device.key for device in devices],
        "channel": [device.channel for device in devices],
        "address": [device.address for device in devices],
        "address_kind": [device.address_kind for device in devices],
        "address_hash": [device.hashed for device in devices],
        "push_keys": [device.push_keys for device in devices],
    }


def _neighborhoods(rows: Sequence[NewNeighborhood]) -> Mapping[str, Sequence[Any]]:
    return {
        "public_id": [uuid7() for _ in rows],
        "name": [new.name for new in rows],
        "shape": [new.packed for new in rows],
        "radius_m": [new.radius_m for new in rows],
        "cell_resolution": [new.cell_resolution for new in rows],
        "cells": [new.cells for new in rows],
    }

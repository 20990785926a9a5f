"""Adds many neighbours at once: people, their neighborhoods and devices, thousands of rows a go."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from alerts.errors import Conflict
from alerts.store.subscribers import (
    Channel,
    Device,
    Neighborhood,
    NeighborhoodChange,
    Subscriber,
    address_hash,
)
from alerts.store.turns import NEIGHBORHOODS, take_turns


@dataclass(frozen=True, kw_only=True)
class PushAddress:
    """How a device is reached."""

    channel: Channel
    address: str
    address_kind: str  # token, fid, console
    device_key: str  # the app's own id for it

    @cached_property
    def hashed(self) -> bytes:
        """The hash by which the same address is recognised."""
        return address_hash(self.channel, self.address)


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


class PeopleImport:
    """One import: knows whom it has added so far, so that a person of many lines is one person."""

    def __init__(self) -> None:
        self._people: dict[str, int] = {}
        self._owner_of: dict[bytes, str] = {}  # address hash → person
        self._device_of: dict[tuple[str, str], bytes] = {}  # person, device key → address hash
        self._written: set[bytes] = set()
        self.subscribers = self.neighborhoods = self.devices = 0  # committed so far

    def check(self, new: NewNeighborhood) -> None:
        """Raise Conflict if its device is somebody else's, or its id another device's."""
        if new.device is None:
            return
        hashed = new.device.hashed
        if self._owner_of.setdefault(hashed, new.person) != new.person:
            raise Conflict("the device is another subscriber's earlier in this file")
        if self._device_of.setdefault((new.person, new.device.device_key), hashed) != hashed:
            raise Conflict("the subscriber has another device with this id earlier in this file")

    def write(self, session: Session, rows: Sequence[NewNeighborhood], now: datetime) -> None:
        """Add neighborhoods that were checked, and whoever isn't there yet; many at once."""
        self.subscribers += self._write_people(session, rows, now)
        self.devices += self._write_devices(session, rows, now)
        self.neighborhoods += self._write_neighborhoods(session, rows, now)

    def _write_people(
        self, session: Session, rows: Sequence[NewNeighborhood], now: datetime
    ) -> int:
        fresh: dict[str, NewNeighborhood] = {}
        for new in rows:
            if new.person not in self._people:
                fresh.setdefault(new.person, new)
        if not fresh:
            return 0
        ids = {person: uuid7() for person in fresh}
        values = [_person(ids[person], new, now) for person, new in fresh.items()]
        found = _insert(session, Subscriber, values)
        self._people |= {person: found[public_id] for person, public_id in ids.items()}
        return len(values)

    def _write_devices(
        self, session: Session, rows: Sequence[NewNeighborhood], now: datetime
    ) -> int:
        fresh: dict[bytes, dict[str, Any]] = {}
        for new in rows:
            if new.device is not None and new.device.hashed not in self._written:
                owner = self._people[new.person]
                fresh[new.device.hashed] = _device(owner, new.device, now)
        if not fresh:
            return 0
        # an address has one owner: whoever had it before is reached there no more
        session.execute(
            update(Device)
            .where(Device.address_hash.in_(fresh), Device.ended_at.is_(None))
            .values(ended_at=now, ended_reason="registered_elsewhere")
            .execution_options(synchronize_session=False)
        )
        session.execute(insert(Device), list(fresh.values()))
        self._written |= set(fresh)
        return len(fresh)

    def _write_neighborhoods(
        self, session: Session, rows: Sequence[NewNeighborhood], now: datetime
    ) -> int:
        take_turns(session, NEIGHBORHOODS)
        owners = {uuid7(): self._people[new.person] for new in rows}
        values = [
            _neighborhood(public_id, owner, new, now)
            for (public_id, owner), new in zip(owners.items(), rows, strict=True)
        ]
        found = _insert(session, Neighborhood, values)
        changes = [
            {"neighborhood_id": found[public_id], "subscriber_id": owner}
            for public_id, owner in owners.items()
        ]
        session.execute(insert(NeighborhoodChange), changes)
        return len(values)


def _insert(
    session: Session,
    table: type[Subscriber] | type[Neighborhood],
    values: Sequence[dict[str, Any]],
) -> dict[UUID, int]:
    """Insert rows; return their row ids by public id."""
    returning = insert(table).returning(table.id, table.public_id)
    return {public_id: row_id for row_id, public_id in session.execute(returning, values)}


def _person(public_id: UUID, new: NewNeighborhood, now: datetime) -> dict[str, Any]:
    return {
        "public_id": public_id,
        "token_hash": secrets.token_bytes(32),  # of no token: nobody signs in as them
        "language": new.language,
        "quiet_hours": new.quiet_hours,
        "weekly_cap": new.weekly_cap,
        "tester": new.tester,
        "joined_at": now,
    }


def _device(owner: int, device: PushAddress, now: datetime) -> dict[str, Any]:
    return {
        "subscriber_id": owner,
        "device_key": device.device_key,
        "channel": device.channel,
        "address": device.address,
        "address_kind": device.address_kind,
        "address_hash": device.hashed,
        "registered_at": now,
    }


def _neighborhood(
    public_id: UUID, owner: int, new: NewNeighborhood, now: datetime
) -> dict[str, Any]:
    return {
        "public_id": public_id,
        "subscriber_id": owner,
        "name": new.name,
        "shape": new.packed,
        "radius_m": new.radius_m,
        "drawn_at": now,
    }

"""By which devices is a person reached? An address has one owner, and a phone may come back.

A device that ended keeps its row: batches name devices by it, and a phone that still shows an alert
can be told the end of it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session, aliased

from alerts.store.many import among, among_these, these
from alerts.store.subscribers import Channel, Device, Subscriber

REGISTERED_ELSEWHERE, REMOVED = "registered_elsewhere", "removed"  # why a device ended
# Made once, for each kind of database: it is asked for every batch.
_ADDRESSES = {
    postgresql: select(Device.id, Device.address, Device.address_kind, Device.push_keys).where(
        among_these(Device.id, postgresql=postgresql),
        Device.ended_at.is_(None),
        Device.channel == bindparam("channel"),
    )
    for postgresql in (False, True)
}
REMOVED_KEPT = 100  # of one person; more is a flood


def addresses(
    session: Session, channel: Channel, device_ids: Sequence[int]
) -> Sequence[Row[int, str, str, str | None]]:
    """Return id, address, kind and keys of those of these devices that a channel can reach."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    asked = {**these(device_ids, postgresql=postgresql), "channel": channel}
    return session.execute(_ADDRESSES[postgresql], asked).all()


def devices_of(session: Session, subscriber_id: int) -> Sequence[Device]:
    """Return a person's devices that can be reached."""
    return session.scalars(
        select(Device)
        .where(Device.subscriber_id == subscriber_id, Device.ended_at.is_(None))
        .order_by(Device.id)
    ).all()


def registrations_of(session: Session, subscriber_id: int) -> Sequence[Device]:
    """Return a person's devices, also those that ended: what an export shows."""
    return session.scalars(
        select(Device).where(Device.subscriber_id == subscriber_id).order_by(Device.id)
    ).all()


def device_of(session: Session, subscriber_id: int, device_key: str) -> Device | None:
    """Return a person's own device, also one that ended."""
    return session.scalar(
        select(Device).where(Device.subscriber_id == subscriber_id, Device.device_key == device_key)
    )


def put_device(
    session: Session,
    subscriber: Subscriber,
    device_key: str,
    *,
    channel: Channel,
    address: str,
    address_kind: str,
    now: datetime,
    push_keys: str | None = None,
) -> Device:
    """Register or replace a device; the same address elsewhere is ended: it has one owner.

    `push_keys`: of Web Push, as `PushTarget.keys` has them.
    """
    hashed = address_hash(channel, address)
    _end_elsewhere(session, subscriber, device_key, hashed, now)
    device = session.scalar(
        select(Device).where(Device.subscriber_id == subscriber.id, Device.device_key == device_key)
    )
    if device is None:
        device = Device(subscriber_id=subscriber.id, device_key=device_key)
        session.add(device)
    device.channel, device.address, device.address_kind = channel, address, address_kind
    device.address_hash, device.registered_at = hashed, now
    device.push_keys = push_keys
    device.ended_at = device.ended_reason = None
    session.flush()
    return device


def _end_elsewhere(
    session: Session, subscriber: Subscriber, device_key: str, hashed: bytes, now: datetime
) -> None:
    others = select(Device).where(Device.address_hash == hashed, Device.ended_at.is_(None))
    for other in session.scalars(others):
        if (other.subscriber_id, other.device_key) != (subscriber.id, device_key):
            other.ended_at, other.ended_reason = now, REGISTERED_ELSEWHERE


def forget_device(session: Session, device: Device, now: datetime) -> None:
    """End a device that its owner removed, and forget its address but for the hash.

    The row stays, so that a phone that still shows an alert can be told the end of it, should it
    be registered anew.
    """
    if device.ended_at is None:
        device.ended_at, device.ended_reason = now, REMOVED
    device.address, device.push_keys = "", None
    session.flush()
    removed = session.scalars(
        select(Device)
        .where(Device.subscriber_id == device.subscriber_id, Device.ended_reason == REMOVED)
        .order_by(Device.ended_at.desc(), Device.id.desc())
        .offset(REMOVED_KEPT)
    )
    for old in removed:
        session.delete(old)
    session.flush()


def registered_anew(session: Session, device_ids: Iterable[int]) -> list[int]:
    """Return as which devices these are registered now, if they ended and were since.

    A device that the channel says is gone isn't followed.
    """
    live = aliased(Device)
    moved = (
        select(live.id)
        .join(Device, Device.address_hash == live.address_hash)
        .where(among(session, Device.id, device_ids), live.ended_at.is_(None))
        .where(Device.ended_reason.in_((REGISTERED_ELSEWHERE, REMOVED)))
    )
    return sorted(set(session.scalars(moved)))


def address_hash(channel: Channel, address: str) -> bytes:
    """Return the hash by which the same address is recognised."""
    return hashlib.sha256(f"{channel}\x1f{address}".encode()).digest()

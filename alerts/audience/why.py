"""Which active alerts touch these neighborhoods, and how much of each: why a person sees them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import LargeBinary, func, select, type_coerce
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.store.alerts import Alert, AlertRevision, AreaRecord, revision
from alerts.store.subscribers import Neighborhood
from geo.measure import area_km2, overlap_km2
from geo.packed import boxes_many, unpack_many
from geo.parts import Shape

Blobs = list[bytes]  # packed, or WKB in PostgreSQL


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """How much of a neighborhood lies in an area of interest."""

    neighborhood: Neighborhood
    overlap_km2: float  # geodesic; 0 where they only touch
    overlap_percent: float  # of the neighborhood, 0-100


@dataclass(frozen=True, kw_only=True)
class Touching:
    """An active alert whose live area touches at least one of the neighborhoods."""

    alert: Alert
    revision: AlertRevision
    overlaps: tuple[Overlap, ...]


def alerts_touching(
    session: Session,
    neighborhoods: Sequence[Neighborhood],
    now: datetime,
    *,
    exercises: bool,
    before: int | None = None,
) -> Iterator[Touching]:
    """Yield the active alerts that touch `neighborhoods`, newest first.

    Parameters
    ----------
    neighborhoods: of one person.
    exercises: whether exercises are among them; only testers hear of those (DOMAIN rule 14).
    before: row id of an alert; only older ones are yielded.
    """
    is_wkb = session.get_bind().dialect.name == "postgresql"
    ids, blobs = _live_areas(session, now, is_wkb=is_wkb, exercises=exercises, before=before)
    touched = _touched(blobs, [n.shape for n in neighborhoods], is_wkb=is_wkb)
    for alert_id in compress(ids, touched):
        alert = session.get_one(Alert, alert_id)
        live = revision(session, alert_id, alert.live_revision)
        if live.area is not None:
            overlaps = overlaps_of(live.area.shape, neighborhoods)
            yield Touching(alert=alert, revision=live, overlaps=overlaps)


def _touched(blobs: Blobs, shapes: Sequence[Shape], *, is_wkb: bool) -> NDArray[np.bool_]:
    """Say which areas share at least a point with one of `shapes`: boxes first, then exactly."""
    if not blobs:
        return np.zeros(0, bool)
    boxes = shapely.bounds(shapely.from_wkb(blobs)) if is_wkb else boxes_many(blobs)
    west, south, east, north = boxes.reshape(-1, 4).T
    touched = np.zeros(len(blobs), bool)
    for shape in shapes:
        w, s, e, n = shape.bounds
        in_box = (west <= e) & (east >= w) & (south <= n) & (north >= s)
        near = np.flatnonzero(in_box & ~touched)
        if not len(near):
            continue
        blobs_near = [blobs[place] for place in near]
        areas = shapely.from_wkb(blobs_near) if is_wkb else unpack_many(blobs_near)
        shapely.prepare(shape)
        touched[near[shapely.intersects(shape, areas)]] = True
    return touched


def overlaps_of(area: Shape, neighborhoods: Sequence[Neighborhood]) -> tuple[Overlap, ...]:
    """Return how much of each neighborhood lies in an area, for those that it touches.

    Parameters
    ----------
    area: valid, WGS84 lon/lat, split at ±180°.
    """
    return tuple(_overlap(area, n) for n in neighborhoods if area.intersects(n.shape))


def _overlap(area: Shape, neighborhood: Neighborhood) -> Overlap:
    shared_km2, whole_km2 = overlap_km2(area, neighborhood.shape), area_km2(neighborhood.shape)
    percent = min(100.0, 100 * shared_km2 / whole_km2) if whole_km2 else 0.0
    return Overlap(neighborhood=neighborhood, overlap_km2=shared_km2, overlap_percent=percent)


def _live_areas(
    session: Session, now: datetime, *, is_wkb: bool, exercises: bool, before: int | None
) -> tuple[list[int], Blobs]:
    """Return the active alerts, newest first, and their live areas as bytes."""
    shape: Any = (
        func.ST_AsBinary(AreaRecord.shape, type_=LargeBinary)
        if is_wkb
        else type_coerce(AreaRecord.shape, LargeBinary)
    )
    statement = (
        select(Alert.id, shape)
        .join(AlertRevision, AlertRevision.alert_id == Alert.id)
        .join(AreaRecord, AreaRecord.id == AlertRevision.area_id)
        .where(AlertRevision.number == Alert.live_revision)
        .where(Alert.status == Status.ACTIVE, Alert.expires_at > now)
        .order_by(Alert.id.desc())
    )
    if not exercises:
        statement = statement.where(Alert.exercise.is_(False))
    if before is not None:
        statement = statement.where(Alert.id < before)
    rows = session.execute(statement).all()
    return [row[0] for row in rows], [bytes(row[1]) for row in rows]

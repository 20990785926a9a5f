"""How many would this ground reach? Answered before anything is sent: dry runs, desk, CLI.

Counts only ever leave the house through `hide_small`: a neighborhood is a home address, and one
person alone in an area would be pointed at (DOMAIN rule 19).
"""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.audience.index import AudienceIndex, Matches
from alerts.audience.told import FIRST_TELLING
from alerts.push import Outcome
from alerts.store.many import among
from alerts.store.subscribers import Device, Subscriber
from alerts.store.waves import count_outcomes, waves_of

SMALLEST_SHOWN = 10  # DOMAIN rule 19


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What an area touches, exactly; for staff of this machine only."""

    neighborhoods: int
    subscribers: int
    devices: int  # that can be reached now
    took_ms: float
    neighborhood_ids: NDArray[np.int64]  # sorted


@dataclass(frozen=True, kw_only=True)
class Told:
    """Who was told of an alert, or is about to be."""

    people: int
    devices: int


def reach_of(
    session: Session,
    index: AudienceIndex,
    shape: Polygon | MultiPolygon,
    *,
    testers_only: bool = False,
) -> Reach:
    """Count what an area touches, as of the newest committed change.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        Valid, WGS84 lon/lat, split at ±180°.
    testers_only : bool
        Count opted-in testers only, as an exercise does (DOMAIN rule 14).

    Notes
    -----
    `took_ms` covers catching up with the store, matching and counting.
    """
    start = time.perf_counter()
    index.refresh(session)
    matches = index.reach(shape)
    people = np.unique(matches.subscriber_ids)
    if testers_only:
        people = _testers(session, people)
        matches = _of(matches, people)
    devices = _devices(session, people)
    return Reach(
        neighborhoods=len(matches.neighborhood_ids),
        subscribers=len(people),
        devices=devices,
        took_ms=(time.perf_counter() - start) * 1000,
        neighborhood_ids=matches.neighborhood_ids,
    )


def told_of(session: Session, alert_id: int) -> Told:
    """Count whom the first telling of an alert went to, without those over their weekly cap."""
    people = devices = 0
    for wave in waves_of(session, alert_id):
        if wave.kind in FIRST_TELLING:
            people += wave.people - wave.capped
            capped = count_outcomes(session, wave.id).get(Outcome.CAPPED, 0)
            devices += wave.devices - capped
    return Told(people=people, devices=devices)


def hide_small(count: int) -> int | str:
    """Return a count as others may see it: "<10" below ten, nobody included (DOMAIN rule 19).

    Zero is hidden too: the step from nobody to somebody would tell who lives there.
    """
    return count if count >= SMALLEST_SHOWN else f"<{SMALLEST_SHOWN}"


def _testers(session: Session, people: NDArray[np.int64]) -> NDArray[np.int64]:
    chosen = select(Subscriber.id).where(Subscriber.tester)
    found = session.scalars(chosen.where(among(session, Subscriber.id, people.tolist())))
    return np.array(sorted(found), np.int64)


def _of(matches: Matches, people: NDArray[np.int64]) -> Matches:
    keep = np.isin(matches.subscriber_ids, people)
    return Matches(
        neighborhood_ids=matches.neighborhood_ids[keep],
        subscriber_ids=matches.subscriber_ids[keep],
    )


def _devices(session: Session, people: NDArray[np.int64]) -> int:
    if not len(people):
        return 0
    reachable = select(func.count()).select_from(Device).where(Device.ended_at.is_(None))
    count = session.scalar(reachable.where(among(session, Device.subscriber_id, people.tolist())))
    return count or 0

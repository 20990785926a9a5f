"""By which neighborhood was a person told of an alert, and what has become of it since?

A push names the revision whose area was matched and the neighborhood that matched. Both may be
other ones today: the desk changed the area, the person drew anew or removed what they had drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from alerts.audience.told import FIRST_TELLING, TELLING, Telling
from alerts.audience.why import Overlap, overlaps_of
from alerts.store.alerts import AreaRecord, revision
from alerts.store.subscribers import Neighborhood


class Since(StrEnum):
    """What became of a neighborhood since an alert was told by it."""

    UNCHANGED = "unchanged"
    REDRAWN = "redrawn"  # it may be another place by now
    REMOVED = "removed"
    NOT_NAMED = "not_named"  # the push was by no neighborhood in particular: an update


@dataclass(frozen=True, kw_only=True)
class ToldBy:
    """A first push, explained."""

    at: datetime
    revision: int
    area: AreaRecord | None  # of that revision
    since: Since
    neighborhood: Neighborhood | None  # None: removed since, or not named
    overlap: Overlap | None  # of that area with the neighborhood as it was; None: nobody knows now


def told_by(session: Session, tellings: Sequence[Telling]) -> ToldBy | None:
    """Explain the first push of an alert to a person; None if none was taken by a channel.

    Parameters
    ----------
    tellings: of one person and one alert, oldest first (`tellings_of`).
    """
    told = [telling for telling in tellings if telling.kind in TELLING]
    if not told:
        return None
    first = next((telling for telling in told if telling.kind in FIRST_TELLING), told[0])
    area = revision(session, first.alert_id, first.revision).area
    neighborhood = session.get(Neighborhood, first.neighborhood_id)
    since = _since(neighborhood, first)
    return ToldBy(
        at=first.at,
        revision=first.revision,
        area=area,
        since=since,
        neighborhood=neighborhood,
        overlap=_overlap(area, neighborhood) if since is Since.UNCHANGED else None,
    )


def _since(neighborhood: Neighborhood | None, first: Telling) -> Since:
    if not first.neighborhood_id:
        return Since.NOT_NAMED
    if neighborhood is None:
        return Since.REMOVED
    return Since.REDRAWN if neighborhood.drawn_at > first.at else Since.UNCHANGED


def _overlap(area: AreaRecord | None, neighborhood: Neighborhood | None) -> Overlap | None:
    if area is None or neighborhood is None:
        return None
    found = overlaps_of(area.shape, [neighborhood])
    return found[0] if found else None

"""Where and when were the children of a poster last seen, and how may they have gone?

What the suggestions for the desk start from; `alerts.area.growth` has the rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from shapely.geometry import MultiPolygon, Polygon

from alerts.alert import Tier
from alerts.area.child import child_ground
from alerts.area.growth import LastSeen, last_seen
from alerts.area.local_time import largest_part, time_zone_at
from alerts.area.means import Means
from alerts.area.piece import Piece
from alerts.area.policy import AreaPolicy
from alerts.area.whereabouts import read_whereabouts
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.places import PlaceBook
from alerts.poster import Child, Poster
from geo.coordinates import LonLat


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Where the children were last seen, when at the latest, and by which means they may have gone.

    `points` is empty where nobody knows better than a state.
    """

    points: tuple[LonLat, ...]  # WGS84, one for each place
    seen: LastSeen
    means: Means
    tier: Tier
    ground: Polygon | MultiPolygon | None  # of the alert as it is


def sighting_of(
    poster: Poster,
    area: AreaOfInterest | None,
    tier: Tier,
    places: PlaceBook,
    policy: AreaPolicy,
    *,
    received_at: datetime,
    now: datetime,
) -> Sighting:
    """Gather what suggestions start from.

    Parameters
    ----------
    received_at: when the alert was received: the child was missing by then.

    Returns: of several children who are still missing, every place; the latest time and the
    fastest means that any of them has, but on foot only if all are.
    """
    children = poster.still_missing or poster.children
    pieces = list(_pieces(children, places, policy))
    points = tuple(dict.fromkeys(point for piece in pieces for point in _points(piece)))
    points = points or _middle(area)
    return Sighting(
        points=points,
        seen=_seen(poster, children, points, received_at),
        means=_means(poster, children, policy, now),
        tier=tier,
        ground=area.shape if area else None,
    )


def _pieces(children: tuple[Child, ...], places: PlaceBook, policy: AreaPolicy) -> Iterator[Piece]:
    for child in children:
        whereabouts, _ = read_whereabouts(child.missing_from, "", places)
        piece = child_ground(whereabouts, places, policy).piece
        if piece is not None:
            yield piece


def _points(piece: Piece) -> Iterator[LonLat]:
    if piece.circle is not None:
        yield LonLat(piece.circle.lon, piece.circle.lat)
    elif piece.provenance is not Provenance.STATE:
        yield _inside(piece.shape)


def _middle(area: AreaOfInterest | None) -> tuple[LonLat, ...]:
    if area is None or area.provenance is Provenance.STATE:
        return ()
    return (_inside(area.shape),)


def _inside(shape: Polygon | MultiPolygon) -> LonLat:
    """Return the middle of the largest part, or where that lies outside, a point inside."""
    part = largest_part(shape)
    middle = part.centroid if part.covers(part.centroid) else part.representative_point()
    return LonLat(middle.x, middle.y)


def _seen(
    poster: Poster,
    children: tuple[Child, ...],
    points: tuple[LonLat, ...],
    received_at: datetime,
) -> LastSeen:
    zone = time_zone_at(*points[0]) if points else None
    known = [seen for child in children if (seen := last_seen(child, poster, zone))]
    latest = max(known, key=lambda seen: seen.at, default=None)
    if latest is None or latest.at > received_at:
        return LastSeen(at=received_at, is_exact=False)
    return replace(latest, is_exact=all(seen.is_exact for seen in known))


def _means(poster: Poster, children: tuple[Child, ...], policy: AreaPolicy, now: datetime) -> Means:
    found = {policy.growth.means_of(poster, child, now) for child in children}
    if Means.BY_CAR in found or not found:
        return Means.BY_CAR if found else policy.growth.means_of(poster, Child(), now)
    return Means.UNKNOWN if Means.UNKNOWN in found else Means.ON_FOOT

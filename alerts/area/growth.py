"""How far has the ground grown since a child was last seen?

Distance = speed × time, by tier and by what is known of how the child went, capped (DOMAIN rule 8;
the numbers and their sources: docs/adr/0029). Only circles around a place grow: what the source
drew, geocodes, counties and states stay as they are, and people widen them.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from alerts.alert import Tier
from alerts.area.local_time import time_zone_at
from alerts.area.means import Means, means_of
from alerts.area.piece import Circle, Finding, Piece, round_piece
from alerts.poster import Child, Poster
from alerts.problem import Problem, warning

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_KM_M = 1000.0
_DAYS_FROM_H = 72.0  # longer spans are told in days
_EARLIEST_ZONE = timedelta(hours=14)  # UTC+14: the first place where a day begins


class Caps(BaseModel):
    """How far growth goes at most, in metres, by how the child went."""

    model_config = ConfigDict(frozen=True)

    on_foot_m: float
    unknown_m: float
    by_car_m: float

    def of(self, means: Means) -> float:
        """Return the cap, in metres."""
        each = {
            Means.ON_FOOT: self.on_foot_m,
            Means.UNKNOWN: self.unknown_m,
            Means.BY_CAR: self.by_car_m,
        }
        return each[means]


class GrowthPolicy(BaseModel):
    """The numbers of growth; each is a setting, with its source in docs/adr/0029.

    Speeds are kilometres an hour as the crow flies, so already slower than what a speedometer says.
    A tier without caps doesn't grow: long-term cases are pushed to nobody.
    """

    model_config = ConfigDict(frozen=True)

    on_foot_kmh: float = 4
    unknown_kmh: float = 15
    by_car_kmh: float = 60
    on_foot_youngest: int = 2
    on_foot_oldest: int = 9
    amber: Caps = Caps(on_foot_m=24_000, unknown_m=80_000, by_car_m=160_000)
    endangered: Caps = Caps(on_foot_m=24_000, unknown_m=40_000, by_car_m=120_000)
    missing: Caps = Caps(on_foot_m=24_000, unknown_m=32_000, by_car_m=80_000)

    def speed_kmh(self, means: Means) -> float:
        """Return how fast somebody gets away, as the crow flies."""
        each = {
            Means.ON_FOOT: self.on_foot_kmh,
            Means.UNKNOWN: self.unknown_kmh,
            Means.BY_CAR: self.by_car_kmh,
        }
        return each[means]

    def cap_m(self, tier: Tier, means: Means) -> float:
        """Return how far growth goes at most, in metres; 0 for a tier that doesn't grow."""
        caps = {Tier.AMBER: self.amber, Tier.ENDANGERED: self.endangered}
        caps |= {Tier.MISSING: self.missing}
        return caps[tier].of(means) if tier in caps else 0.0

    def distance_m(self, tier: Tier, means: Means, hours: float) -> float:
        """Return how far somebody may have got: speed × time, capped; metres, whole kilometres."""
        km = self.speed_kmh(means) * max(hours, 0.0)
        return min(km // 1 * _KM_M, self.cap_m(tier, means))

    def means_of(self, poster: Poster, child: Child, now: datetime) -> Means:
        """Say how a child may have gone."""
        ages = (self.on_foot_youngest, self.on_foot_oldest)
        return means_of(poster, child, now, on_foot_ages=ages)


@dataclass(frozen=True, kw_only=True, slots=True)
class LastSeen:
    """When a child was last seen, as far as the poster tells."""

    at: datetime  # UTC; the latest that it can have been
    is_exact: bool  # False: a day only, or no more than when the poster was issued

    def hours(self, at: datetime) -> float:
        """Return the hours that have passed at least; never below 0."""
        return max((at - self.at) / _HOUR, 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Growing:
    """What growth depends on beside the poster."""

    tier: Tier
    at: datetime  # when it is measured: when the case's alert was received first
    now: datetime


def ungrown(growing: Growing) -> Growing:
    """Return the same with nothing grown yet; what is odd about a time is still told."""
    return replace(growing, at=datetime.min.replace(tzinfo=UTC))


def last_seen(child: Child, poster: Poster, time_zone: str | None) -> LastSeen | None:
    """Return when a child was last seen; None if nothing tells.

    Parameters
    ----------
    time_zone: IANA name, of the place where the child is missing from; None: UTC.

    Notes
    -----
    Midnight UTC is how readers note a day without a time: then it was by the end of that day by
    the clocks of the place, the reading that grows least. Without any date it was before the
    poster was issued.
    """
    since = child.missing_since
    if since is None:
        return LastSeen(at=poster.issued_at, is_exact=False) if poster.issued_at else None
    if not is_day_only(since):
        return LastSeen(at=since, is_exact=True)
    zone = ZoneInfo(time_zone) if time_zone else UTC
    next_day = datetime.combine(since.date() + _DAY, time(), tzinfo=zone)
    return LastSeen(at=next_day.astimezone(UTC), is_exact=False)


def is_day_only(since: datetime) -> bool:
    """Say whether a moment is a day without a time: midnight UTC, as all readers write it."""
    return since.astimezone(UTC).time() == time()


def grown(
    finding: Finding,
    poster: Poster,
    child: Child,
    where: str,
    growing: Growing,
    policy: GrowthPolicy,
) -> Finding:
    """Return the ground of a child, grown if it is a circle around a place.

    Never smaller than it was, and no less sure: the wider circle holds the same place. A time in
    the future is told as the warning "missing_since_future" and grows nothing.

    Parameters
    ----------
    where: JSON pointer of the child, for the warning.
    """
    odd = _in_the_future(child, where, growing.now)
    piece = finding.piece
    if piece is not None and piece.circle is not None and not odd:
        piece = _grown(piece, piece.circle, poster, child, growing, policy)
    return Finding(piece=piece, problems=(*finding.problems, *odd))


def _grown(
    piece: Piece,
    circle: Circle,
    poster: Poster,
    child: Child,
    growing: Growing,
    policy: GrowthPolicy,
) -> Piece:
    seen = last_seen(child, poster, time_zone_at(circle.lon, circle.lat))
    if seen is None:
        return piece
    means, hours = policy.means_of(poster, child, growing.now), seen.hours(growing.at)
    distance_m = policy.distance_m(growing.tier, means, hours)
    if distance_m <= circle.radius_m:
        return piece
    wider = round_piece(replace(circle, radius_m=distance_m), piece.provenance, piece.places)
    span = span_words(hours, is_exact=seen.is_exact)
    capped = ", capped" if distance_m == policy.cap_m(growing.tier, means) else ""
    source = f"{wider.source}, grown for {span} {means.words}{capped}"
    return replace(wider, source=source, is_partial=piece.is_partial, is_grown=True)


def span_words(hours: float, *, is_exact: bool = True) -> str:
    """Return a span of time in words: "45 min", "3 h", "at least 12 days"."""
    if hours < 1:
        span = f"{int(hours * 60)} min"
    elif hours < _DAYS_FROM_H:
        span = f"{int(hours)} h"
    else:
        span = f"{int(hours // 24)} days"
    return span if is_exact else f"at least {span}"


def _in_the_future(child: Child, where: str, now: datetime) -> tuple[Problem, ...]:
    since = child.missing_since
    if since is None:
        return ()
    begins = since - _EARLIEST_ZONE if is_day_only(since) else since
    if begins <= now:
        return ()
    message = "The child is missing since a time that lies in the future; correct it."
    return (warning("missing_since_future", f"{where}/missingSince", message),)

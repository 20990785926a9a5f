"""How might the desk widen an alert? "4 h after last seen, by car: 3 counties, I-35 corridor".

Nothing here changes an area: two people do (DOMAIN rule 6). The distances are those of
`alerts.area.growth`; the numbers have their sources in docs/adr/0029.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import shapely
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from alerts.area.geocodes import place_words
from alerts.area.growth import GrowthPolicy, span_words
from alerts.area.means import Means
from alerts.area.piece import circle_around, united
from alerts.area.sighting import Sighting
from alerts.area.suggestion import Atlas, County, Ground, Kind, Suggestion, SuggestPolicy
from alerts.places import PlaceRecord
from alerts.roads import Highway
from geo.coordinates import LonLat
from geo.corridor import corridor
from geo.measure import area_km2
from geo.nearest import nearest_m

_KM_M = 1000.0
_LONGEST_WORDS = 3  # roads that are named before "and N more"


def suggest(
    sighting: Sighting,
    now: datetime,
    atlas: Atlas,
    growth: GrowthPolicy,
    policy: SuggestPolicy,
) -> tuple[Suggestion, ...]:
    """Suggest wider ground, now and some hours from now, by each means that is possible.

    Returns: what lies beyond the alert's ground only, each distance once: capped growth isn't
    told again for later hours. Empty where no place is known, and for tiers that don't grow.
    """
    if not sighting.points:
        return ()
    known = sighting.means is not Means.UNKNOWN
    each = (sighting.means,) if known else (Means.ON_FOOT, Means.BY_CAR)
    found: list[Suggestion] = []
    for means in each:
        told: set[object] = set()
        for ahead in policy.hours_ahead:
            moment = _Moment(
                sighting=sighting,
                hours=sighting.seen.hours(now) + ahead,
                means=means,
                growth=growth,
                policy=policy,
                atlas=atlas,
            )
            fresh = [one for one in moment.suggestions() if _what(one) not in told]
            told |= {_what(one) for one in fresh}
            found += fresh
    return tuple(found)


def _what(suggestion: Suggestion) -> object:
    """Return what tells a suggestion from that of another hour."""
    return suggestion.kind, suggestion.roads, round(suggestion.km2, 1)


@dataclass(frozen=True, kw_only=True)
class _Reached:
    """A highway as far as a car may have got on it."""

    road: Highway
    away_m: float  # from the last place to the road
    distance_m: float
    ground: Ground


@dataclass(frozen=True, kw_only=True)
class _Moment:
    """Some hours after somebody was last seen."""

    sighting: Sighting
    hours: float
    means: Means
    growth: GrowthPolicy
    policy: SuggestPolicy
    atlas: Atlas

    def suggestions(self) -> Iterator[Suggestion]:
        """Yield what lies beyond the alert's ground."""
        distance_m = self.growth.distance_m(self.sighting.tier, self.means, self.hours)
        if distance_m < 1:
            return
        circle = united(circle_around(*point, distance_m) for point in self.sighting.points)
        counties = self._by_distance(self.atlas.counties.touching(circle))
        found = [self._circle(circle, counties, distance_m)]
        if counties:
            found.append(self._whole(circle, counties, distance_m))
        if self.means is Means.BY_CAR:
            found += self._corridors(distance_m)
        yield from (one for one in found if not self._is_told_there(one.shape))

    def _is_told_there(self, shape: Ground) -> bool:
        ground = self.sighting.ground
        return ground is not None and ground.covers(shape)

    def _circle(
        self, circle: Ground, counties: Sequence[PlaceRecord], distance_m: float
    ) -> Suggestion:
        words = f"within {distance_m / _KM_M:g} km"
        return self._made(Kind.CIRCLE, words, circle, distance_m, counties)

    def _whole(
        self, circle: Ground, counties: Sequence[PlaceRecord], distance_m: float
    ) -> Suggestion:
        shape = _outlines(counties)
        return self._made(Kind.COUNTIES, _counted(counties), shape, distance_m, counties)

    def _corridors(self, within_m: float) -> Iterator[Suggestion]:
        """Yield the highways, together with the counties where the alert is; then each alone."""
        reached = self._reached(within_m)
        if not reached:
            return
        farthest_m = max(one.distance_m for one in reached)
        near = self._near()
        codes = [one.road.code for one in reached]
        words = ", ".join(filter(None, (_counted(near) if near else "", _corridor_words(codes))))
        grounds = [one.ground for one in reached]
        here = [_outlines(near)] if near else [self.sighting.ground] if self.sighting.ground else []
        shape = united([*here, *grounds])
        yield self._made(Kind.CORRIDORS, words, shape, farthest_m, near, codes)
        if len(reached) > 1 or near:
            yield from map(self._alone, reached)

    def _alone(self, reached: _Reached) -> Suggestion:
        counties = self._by_distance(self.atlas.counties.touching(reached.ground))
        codes = [reached.road.code]
        words = _corridor_words(codes)
        return self._made(Kind.CORRIDOR, words, reached.ground, reached.distance_m, counties, codes)

    def _near(self) -> list[PlaceRecord]:
        """Return the counties of the alert's ground, or of the last places if it has none."""
        here = self.sighting.ground or united(
            circle_around(*point, self.policy.half_width_m) for point in self.sighting.points
        )
        return self._by_distance(self.atlas.counties.touching(here))

    def _reached(self, within_m: float) -> list[_Reached]:
        """Return the nearest highways within reach, each as far as a car may be on it."""
        around = united(circle_around(*point, within_m) for point in self.sighting.points)
        roads = self.atlas.roads.near(*around.bounds)
        away = self._away(road.line for road in roads)
        order = sorted(range(len(roads)), key=lambda n: (away[n], roads[n].code))
        found = (self._along(roads[n], away[n]) for n in order if away[n] <= within_m)
        return [one for one in found if one is not None][: self.policy.most_roads]

    def _along(self, road: Highway, away_m: float) -> _Reached | None:
        """Cut a highway where it leaves the circle that a car on it may have got to.

        To the road as everywhere, from there on at a highway's speed. As the crow flies, so never
        too short: a road is longer than that.
        """
        left_h = self.hours - away_m / _KM_M / self.growth.by_car_kmh
        distance_m = away_m + max(left_h, 0.0) * self.policy.highway_kmh * _KM_M
        distance_m = min(distance_m // _KM_M * _KM_M, self.policy.corridor_cap_m)
        if distance_m <= away_m:
            return None
        within = united(circle_around(*point, distance_m) for point in self.sighting.points)
        line = _lines_of(shapely.intersection(road.line, within))
        if line is None:
            return None
        is_coarse = road.is_approximate
        half = self.policy.approximate_half_width_m if is_coarse else self.policy.half_width_m
        return _Reached(
            road=road, away_m=away_m, distance_m=distance_m, ground=corridor(line, half)
        )

    def _away(self, shapes: Iterable[BaseGeometry]) -> list[float]:
        """Return how far each shape is from the nearest of the last places, in metres."""
        parts = list(shapes)
        distances = [nearest_m(LonLat(*point), parts) for point in self.sighting.points]
        return [float(min(each)) for each in zip(*distances, strict=True)]

    def _by_distance(self, counties: Sequence[PlaceRecord]) -> list[PlaceRecord]:
        away = self._away(county.shape for county in counties if county.shape is not None)
        order = sorted(range(len(counties)), key=lambda n: (away[n], counties[n].code))
        return [counties[n] for n in order]

    def _made(
        self,
        kind: Kind,
        words: str,
        shape: Ground,
        distance_m: float,
        counties: Sequence[PlaceRecord],
        roads: Sequence[str] = (),
    ) -> Suggestion:
        is_exact = self.sighting.seen.is_exact
        span = span_words(self.hours, is_exact=is_exact)
        return Suggestion(
            kind=kind,
            words=f"{span} after last seen, {self.means.words}: {words}",
            shape=shape,
            km2=area_km2(shape),
            counties=tuple(County(fips=c.code, name=place_words(c)) for c in counties),
            states=tuple(dict.fromkeys(c.region for c in counties if c.region)),
            roads=tuple(roads),
            hours=self.hours,
            is_exact=is_exact,
            means=self.means,
            distance_m=distance_m,
        )


def _outlines(counties: Iterable[PlaceRecord]) -> Ground:
    return united(county.shape for county in counties if county.shape is not None)


def _counted(counties: Sequence[PlaceRecord]) -> str:
    return "1 county" if len(counties) == 1 else f"{len(counties)} counties"


def _corridor_words(codes: Sequence[str]) -> str:
    """Write "I-35 corridor", "I-35 and I-10 corridors"."""
    if len(codes) == 1:
        return f"{codes[0]} corridor"
    more = len(codes) - _LONGEST_WORDS
    named = [*codes[:_LONGEST_WORDS], f"{more} more"] if more > 0 else list(codes)
    return f"{', '.join(named[:-1])} and {named[-1]} corridors"


def _lines_of(geometry: BaseGeometry) -> LineString | MultiLineString | None:
    """Return the lines of whatever a cut left; None where it left none."""
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, LineString)]
    lines = [part for part in parts if part.length > 0]
    if not lines:
        return None
    return lines[0] if len(lines) == 1 else MultiLineString(lines)

"""Which ground the place that a child is missing from stands for.

The best known level wins: ZIP code, city, county, state (DOMAIN rule 8). A level that can't be
used says why, and the next is tried.
"""

from collections.abc import Callable, Sequence

from shapely.geometry import Point

from alerts.area.geocodes import place_code, place_words
from alerts.area.piece import Circle, Finding, Piece, outline_of, round_piece, united
from alerts.area.policy import AreaPolicy
from alerts.area.whereabouts import Whereabouts
from alerts.area_of_interest import Provenance
from alerts.place_names import fold
from alerts.places import PlaceBook, PlaceRecord
from alerts.problem import Problem, warning
from geo.coordinates import LonLat
from geo.measure import distances_m

Step = Callable[[Whereabouts, PlaceBook, AreaPolicy], Finding]

_NOTHING = Finding()


def child_ground(child: Whereabouts, places: PlaceBook, policy: AreaPolicy) -> Finding:
    """Return the ground of the best known level, and why better ones couldn't be used."""
    problems: list[Problem] = []
    for step in _STEPS:
        finding = step(child, places, policy)
        problems += finding.problems
        if finding.piece:
            return Finding(piece=finding.piece, problems=tuple(problems))
    return Finding(problems=tuple(problems))


def _by_zip(child: Whereabouts, places: PlaceBook, policy: AreaPolicy) -> Finding:
    if child.zip_code is None or child.country not in ("US", None):
        return _NOTHING
    where = f"{child.where}/missingZip"
    record = places.by_code("zip", child.zip_code)
    if record is None:
        return _told("unknown_zip", where, "The ZIP code isn't known and wasn't used; check it.")
    if child.region and record.region != child.region:
        message = "The ZIP code is in another state than the poster says and wasn't used; check it."
        return _told("zip_contradicts_state", where, message)
    return Finding(piece=_zip_piece(record, policy))


def _zip_piece(record: PlaceRecord, policy: AreaPolicy) -> Piece:
    around = f"ZIP {record.code} ({place_words(record)})"
    return _round(record, policy.zip_radius_m, around, Provenance.ZIP)


def _round(record: PlaceRecord, radius_m: float, around: str, provenance: Provenance) -> Piece:
    circle = Circle(lon=record.lon, lat=record.lat, radius_m=radius_m, around=around)
    return round_piece(circle, provenance, (place_code(record),))


def _by_city(child: Whereabouts, places: PlaceBook, policy: AreaPolicy) -> Finding:
    if child.city is None:
        return _NOTHING
    where = f"{child.where}/missingCity"
    candidates = [*places.by_name("city", child.city, child.region, child.country)]
    if child.country in ("US", None):
        candidates += _post_offices(child, places)
    if not candidates:
        return _told("unknown_city", where, "The city isn't known and wasn't used; check it.")
    record = _the_one(candidates, child, places, policy)
    if record is None:
        message = "More than one place has this name; add the ZIP code, county or state."
        return _told("ambiguous_place", where, message)
    return Finding(piece=_city_piece(record, policy))


def _post_offices(child: Whereabouts, places: PlaceBook) -> Sequence[PlaceRecord]:
    """Return the ZIP codes whose post office has the city's name: small towns are known only so."""
    return places.by_name("zip", child.city or "", child.region, "US")


def _city_radius_m(record: PlaceRecord, policy: AreaPolicy) -> float:
    is_large = (record.population or 0) >= policy.city_large_population
    return policy.city_large_radius_m if is_large else policy.city_radius_m


def _city_piece(record: PlaceRecord, policy: AreaPolicy) -> Piece:
    around = f"the centre of {place_words(record)}"
    return _round(record, _city_radius_m(record, policy), around, Provenance.CITY)


def _the_one(
    candidates: Sequence[PlaceRecord], child: Whereabouts, places: PlaceBook, policy: AreaPolicy
) -> PlaceRecord | None:
    """Return the city that is meant, or None while more than one could be.

    One, if all lie together; else the one in the poster's county; else, abroad, the one that is
    much larger than its namesakes.
    """
    ranked = sorted(candidates, key=lambda r: (r.population or 0, r.code), reverse=True)
    inside = _in_county(ranked, child, places)
    for group in (ranked, inside):
        if group and _lie_together(group, policy):
            return group[0]
    if child.country in ("US", None):
        return None
    largest, second = (r.population or 0 for r in ranked[:2])
    return ranked[0] if largest >= second * policy.dominant_city_ratio else None


def _in_county(
    candidates: Sequence[PlaceRecord], child: Whereabouts, places: PlaceBook
) -> list[PlaceRecord]:
    shapes = [county.shape for county in _counties(child, places) if county.shape]
    return [r for r in candidates if any(s.intersects(Point(r.lon, r.lat)) for s in shapes)]


def _lie_together(records: Sequence[PlaceRecord], policy: AreaPolicy) -> bool:
    """Say whether all are the first city: its own record, its post offices, its outskirts."""
    first = records[0]
    if len(records) == 1:
        return True
    within_m = policy.same_city_radii * _city_radius_m(first, policy)
    centre = LonLat(first.lon, first.lat)
    others = [LonLat(r.lon, r.lat) for r in records[1:]]
    return bool((distances_m(centre, others) <= within_m).all())


def _by_county(child: Whereabouts, places: PlaceBook, policy: AreaPolicy) -> Finding:
    if child.county is None or child.country not in ("US", None):
        return _NOTHING
    where = f"{child.where}/missingCounty"
    counties = _counties(child, places)
    if not counties:
        return _told("unknown_county", where, "The county isn't known and wasn't used; check it.")
    if len({county.region for county in counties}) > 1:
        return _told("ambiguous_place", where, "Several states have this county; add the state.")
    names = " and ".join(place_words(county) for county in counties)
    if len(counties) == 1 and counties[0].shape is None:
        around = f"the middle of {names}"
        radius_m = policy.county_point_radius_m
        return Finding(piece=_round(counties[0], radius_m, around, Provenance.COUNTY))
    piece = Piece(
        shape=united(outline_of(county, policy.county_point_radius_m) for county in counties),
        provenance=Provenance.COUNTY,
        source=f"{names} (simplified outline)",
        places=tuple(map(place_code, counties)),
    )
    return Finding(piece=piece)


def _counties(child: Whereabouts, places: PlaceBook) -> Sequence[PlaceRecord]:
    """Return the counties meant: two where Virginia has a city and a county of one name."""
    if child.county is None:
        return ()
    named = [
        record
        for name in (child.county, f"{fold(child.county)} city")
        for record in places.by_name("county", name, child.region, "US")
    ]
    exact = [r for r in named if r.name.casefold() == child.county.casefold()]
    return exact or named


def _by_state(child: Whereabouts, places: PlaceBook, policy: AreaPolicy) -> Finding:
    record = places.by_code("state", child.region) if child.region else None
    if record is None or child.country != "US":
        return _NOTHING
    piece = Piece(
        shape=outline_of(record, policy.city_large_radius_m),
        provenance=Provenance.STATE,
        source=f"all of {record.name} (simplified outline)",
        places=(place_code(record),),
    )
    return Finding(piece=piece)


_STEPS: tuple[Step, ...] = (_by_zip, _by_city, _by_county, _by_state)


def _told(code: str, where: str, message: str) -> Finding:
    return Finding(problems=(warning(code, where, message),))

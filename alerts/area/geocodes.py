"""Which ground the geocodes of a CAP alert name.

Documents with geocodes only are common and must work (DOMAIN rule 7): SAME, FIPS6 and UGC county
codes from the built-in counties and states, any other scheme from what an operator imported.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.area.codes import SUCCESSORS, US_SCHEMES, PlaceKey, place_key
from alerts.area.piece import Finding, Piece, outline_of, united
from alerts.area.policy import AreaPolicy
from alerts.area.schemes import scheme_of
from alerts.area_of_interest import Provenance
from alerts.places import PlaceBook, PlaceRecord
from alerts.poster import SourceArea
from alerts.problem import Problem, warning

_NAMED_AT_MOST = 5  # places that the source words list before "and N more"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Match:
    """What one code stands for: no records if it's unknown or refused."""

    records: tuple[PlaceRecord, ...] = ()
    is_exact: bool = True
    problem: Problem | None = None


def geocode_ground(areas: Sequence[SourceArea], places: PlaceBook, policy: AreaPolicy) -> Finding:
    """Return the union of every place that the areas' geocodes name.

    An unknown code, one that names a whole country, and one that the atlas can only approximate
    are told as warnings; the rest is used. An area counts as complete when all codes of one of its
    schemes are known, since senders repeat the same ground in several schemes.
    """
    found: dict[tuple[str, str], PlaceRecord] = {}
    problems: dict[tuple[str, str], Problem] = {}
    is_partial = False
    for i, area in enumerate(areas):
        complete: dict[str, bool] = {}
        for j, (value_name, code) in enumerate(area.geocodes):
            scheme = scheme_of(value_name)
            match = _match(scheme, code, f"/areas/{i}/geocodes/{j}", places)
            found |= {(record.scheme, record.code): record for record in match.records}
            is_known = bool(match.records) and match.is_exact
            complete[scheme] = complete.get(scheme, True) and is_known
            if match.problem:
                problems.setdefault((scheme, code), match.problem)
        is_partial |= bool(complete) and not any(complete.values())
    told = tuple(problems.values())
    if not found:
        return Finding(problems=told)
    return Finding(piece=_piece(tuple(found.values()), policy, is_partial), problems=told)


def _match(scheme: str, code: str, where: str, places: PlaceBook) -> _Match:
    """Look a code up: as imported under its own scheme, else translated to a county or state."""
    imported = places.by_code(scheme, code)
    if imported is not None and imported.scheme != "country":
        return _Match(records=(imported,))
    key = place_key(scheme, code) if scheme in US_SCHEMES else None
    if key is None or key.scheme == "country":
        is_country = key is not None or imported is not None
        return _Match(problem=_too_large(where) if is_country else _unknown(scheme, code, where))
    records = tuple(_records(key, places))
    if not records:
        return _Match(problem=_unknown(scheme, code, where))
    return _Match(
        records=records,
        is_exact=key.code not in SUCCESSORS,
        problem=_inexact(scheme, code, key, where),
    )


def _records(key: PlaceKey, places: PlaceBook) -> Iterator[PlaceRecord]:
    """Yield the place, or those that cover the ground of a county that the atlas doesn't have."""
    own = places.by_code(key.scheme, key.code)
    codes = () if own else SUCCESSORS.get(key.code, ())
    if own:
        yield own
    for code in codes:
        record = places.by_code("county", code)
        if record:
            yield record


def _unknown(scheme: str, code: str, where: str) -> Problem:
    return warning(
        "unknown_geocode",
        where,
        f"The {scheme} code {code} names no place that is known here and was left out; send a "
        "polygon or a circle beside it.",
    )


def _too_large(where: str) -> Problem:
    return warning(
        "area_too_large",
        where,
        "This code names a whole country and was left out; name the states or counties concerned.",
    )


def _inexact(scheme: str, code: str, key: PlaceKey, where: str) -> Problem | None:
    if key.code in SUCCESSORS:
        message = "names a county that was redrawn; the counties that hold most of it are used."
        return warning("approximate_geocode", where, f"The {scheme} code {code} {message}")
    if key.part_of:
        message = "names a part of a county; the whole county is used."
        return warning("geocode_part_widened", where, f"The {scheme} code {code} {message}")
    return None


def _piece(records: Sequence[PlaceRecord], policy: AreaPolicy, is_partial: bool) -> Piece:
    names = [place_words(record) for record in records]
    more = len(names) - _NAMED_AT_MOST
    listed = ", ".join(names[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
    return Piece(
        shape=united(outline_of(record, policy.county_point_radius_m) for record in records),
        provenance=Provenance.GEOCODE,
        source=f"geocodes: {listed} (simplified outlines)",
        places=tuple(map(place_code, records)),
        is_partial=is_partial,
    )


def place_words(record: PlaceRecord) -> str:
    """Return the name with its region: "Marquette County, MI", "Texas"."""
    is_inside = record.region is not None and record.scheme != "state"
    return f"{record.name}, {record.region}" if is_inside else record.name


def place_code(record: PlaceRecord) -> str:
    """Return the code as areas of interest keep it: "fips:26103", "zip:49855", "state:TX"."""
    scheme = {"county": "fips", "city": "geonames"}.get(record.scheme, record.scheme)
    return f"{scheme}:{record.code}"

"""Where a poster says a child went missing, in the codes of the place table.

Posters write "TX" or "Texas", "US", "USA" or nothing, "49855-1234". What can't be read is left
empty and told.
"""

import re
from dataclasses import dataclass

from alerts.area.provinces import province_code
from alerts.area.us_states import state_code
from alerts.place_names import fold
from alerts.places import PlaceBook
from alerts.poster import Place
from alerts.problem import Problem, warning

# What posters write for a country beside its code and its English name.
_COUNTRY_WORDS = {
    "usa": "US",
    "us": "US",
    "america": "US",
    "united states of america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "estados unidos": "US",
    "czech republic": "CZ",
    "holland": "NL",
}

_TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Whereabouts:
    """A place of a poster, read; None is unknown. `region` is a USPS or Canadian province code."""

    where: str  # JSON pointer of the child: "/children/0"
    zip_code: str | None
    city: str | None
    county: str | None
    region: str | None
    country: str | None


def read_whereabouts(
    place: Place, where: str, places: PlaceBook
) -> tuple[Whereabouts, tuple[Problem, ...]]:
    """Read a poster's place; a country or state that can't be understood is told as a warning."""
    country, region = _country_and_region(place, places)
    problems = []
    if _text(place.country) and country is None:
        problems.append(_unread("unknown_country", f"{where}/missingCountry", "country"))
    if _text(place.state) and region is None and country in ("US", "CA", None):
        problems.append(_unread("unknown_state", f"{where}/missingState", "state"))
    zip_code = _zip_code(place.zip)
    if _text(place.zip) and zip_code is None and country == "US":
        problems.append(_unread("unknown_zip", f"{where}/missingZip", "ZIP code"))
    whereabouts = Whereabouts(
        where=where,
        zip_code=zip_code,
        city=_text(place.city),
        county=_text(place.county),
        region=region,
        country=country,
    )
    return whereabouts, tuple(problems)


def _country_and_region(place: Place, places: PlaceBook) -> tuple[str | None, str | None]:
    country = country_code(place.country, places)
    if country in _TERRITORIES:
        return "US", country
    state, province = state_code(place.state), province_code(place.state)
    if country == "US" or (country is None and state):
        return "US", state
    if country == "CA" or (country is None and province):
        return "CA", province
    return country, None


def country_code(words: str | None, places: PlaceBook) -> str | None:
    """Return the ISO 3166-1 alpha-2 code for "US", "usa", "United States"; None if unknown."""
    if not _text(words):
        return None
    name = fold(words or "")
    if name in _COUNTRY_WORDS:
        return _COUNTRY_WORDS[name]
    record = places.by_code("country", (words or "").strip().upper())
    if record:
        return record.code
    named = places.by_name("country", name, None, None)
    return named[0].code if len(named) == 1 else None


def _zip_code(words: str | None) -> str | None:
    match = re.fullmatch(r"([0-9]{5})(?:-?[0-9]{4})?", (words or "").strip())
    return match[1] if match else None


def _text(words: str | None) -> str | None:
    return words.strip() or None if words else None


def _unread(code: str, where: str, what: str) -> Problem:
    return warning(code, where, f"The {what} isn't one we know and wasn't used; check it.")

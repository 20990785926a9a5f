"""What may a geocoder be asked? The names of a place, and nothing else that a poster says.

A geocoder is a third party. It gets city, county, state, postcode and country, each only if it
looks like a name: no digits (but in a postcode), few words, no name of anybody on the poster
beside other words.
Neither names, descriptions, areas' own words nor case numbers ever get here (docs/adr/0028).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from alerts.area.policy import AreaPolicy
from alerts.area.whereabouts import Whereabouts
from alerts.place_names import fold
from alerts.places import PlaceBook
from alerts.poster import Place, Poster

# Letters of any script with what joins them: "Villanueva de la Cañada", "Stoke-on-Trent", "'s-
# Gravenhage", "St. John's". Whoever writes more than five words writes a sentence.
_NAME = re.compile(r"(?!.*[\d_])[\w\s'\u2019.,/()&\u00b7\u0300-\u036f\u0900-\u0dff-]+")
_GENITIVE = re.compile(r"['\u2019]s\b")  # "Wren's"
_LONGEST_NAME = 60
_MOST_WORDS = 5
_POSTCODE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9 -]{1,9}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceAsked:
    """The names of one place; this, and no more, goes to the geocoder."""

    city: str | None = None
    county: str | None = None
    state: str | None = None
    postcode: str | None = None
    country: str | None = None  # its name
    country_code: str | None = None  # ISO 3166-1 alpha-2: answers elsewhere aren't wanted
    region: str | None = None  # USPS or Canadian province code; not asked, answers are held to it

    @property
    def sought(self) -> str:
        """The name of the place itself."""
        return self.city or self.county or self.postcode or ""

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """The names that are asked, each with its level; the county only where no city is."""
        county = None if self.city else self.county
        named = (
            *(("city", self.city), ("county", county), ("state", self.state)),
            *(("postcode", self.postcode), ("country", self.country)),
        )
        return tuple((level, name) for level, name in named if name)

    @property
    def words(self) -> str:
        """The same as one line: "Leander, Texas, United States"."""
        return ", ".join(name for _, name in self.parts)


def place_asked(
    place: Place, read: Whereabouts, poster: Poster, places: PlaceBook, policy: AreaPolicy
) -> PlaceAsked | None:
    """Return what a geocoder may be asked of the place that a child is missing from.

    None if nothing remains that is smaller than a state: a circle around a country's middle would
    be no area.
    """
    people = tuple(_people(poster))
    city, county = (_name(words, people) for words in (place.city, place.county))
    postcode = _postcode(place.zip)
    if not (city or county or postcode):
        return None
    country_code = read.country or (None if _said(place.country) else policy.geocoder_country)
    country = places.by_code("country", country_code) if country_code else None
    state = places.by_code("state", read.region) if read.region else None
    return PlaceAsked(
        city=city,
        county=county,
        state=state.name if state else _name(place.state, people),
        postcode=postcode,
        country=country.name if country else _name(place.country, people),
        country_code=country_code,
        region=read.region,
    )


def _said(words: str | None) -> bool:
    return bool(words and words.strip())


def _name(words: str | None, people: tuple[frozenset[str], ...]) -> str | None:
    """Return words that look like a place's name, else None."""
    text = " ".join((words or "").split())
    if not text or len(text) > _LONGEST_NAME or not _NAME.fullmatch(text):
        return None
    told = fold(_GENITIVE.sub("", text)).split()
    if not told or len(told) > _MOST_WORDS:
        return None
    return None if any(_names_person(set(told), names) for names in people) else text


def _names_person(told: set[str], names: frozenset[str]) -> bool:
    """Say whether somebody's name is in it; a name and nothing else may be a town (Paris)."""
    return bool(told & names) and len(told) > 1


def _postcode(words: str | None) -> str | None:
    text = " ".join((words or "").split())
    return text if _POSTCODE.fullmatch(text) else None


def _people(poster: Poster) -> Iterator[frozenset[str]]:
    """Yield the names of everybody on the poster, folded as places are."""
    for person in (*poster.children, *poster.companions):
        names = (person.first_name, person.middle_name, person.last_name)
        yield frozenset(word for name in names if name for word in fold(name).split())

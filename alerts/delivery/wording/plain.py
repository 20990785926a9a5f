"""What a feed's abbreviations mean in plain words, and which words a push must not have.

Sources: NCIC Code Manual (hair HAI, eyes EYE, sex SEX), and what AMBER feeds are blamed for:
"LIC/6WCU986 ... " on a lock screen.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from alerts.poster import Child, Person, Poster

Sex = Literal["male", "female"]

_SEX: dict[str, Sex] = {
    "m": "male",
    "male": "male",
    "boy": "male",
    "masculino": "male",
    "f": "female",
    "female": "female",
    "girl": "female",
    "femenino": "female",
}

# Codes and spellings of colours → the keys of the messages `hair` and `eyes`.
_COLOURS = {
    "bal": "bald",
    "blk": "black",
    "bln": "blond",
    "bld": "blond",
    "blnd": "blond",
    "blonde": "blond",
    "blu": "blue",
    "bro": "brown",
    "brn": "brown",
    "gry": "gray",
    "grey": "gray",
    "grn": "green",
    "haz": "hazel",
    "mar": "maroon",
    "mul": "multicolored",
    "ong": "orange",
    "ple": "purple",
    "pnk": "pink",
    "aub": "red",
    "auburn": "red",
    "sdy": "sandy",
    "whi": "white",
    "dk brown": "dark brown",
    "drk brown": "dark brown",
    "lt brown": "light brown",
    "strawberry blonde": "strawberry blond",
}

_FEET = re.compile(
    r"([1-7])\s*(?:'|\u2019|ft\.?|feet)\s*(?:(1[01]|0?[0-9])\s*(?:\"|\u201d|''|in\.?|inches)?)?",
    re.IGNORECASE,
)
_CM_PER_INCH = 2.54
_KG_PER_POUND = 0.45359237

# Words that only an AMBER alert may use (DOMAIN rule 4), in the languages of the feeds.
_ABDUCTED = re.compile(r"abduc|kidnap|secuestr|sustra[cíi]|raptad", re.IGNORECASE)
_AMBER_ONLY = re.compile(rf"{_ABDUCTED.pattern}|amber alert|alerta amber", re.IGNORECASE)
_PLATE_PREFIX = re.compile(r"(?<![A-Za-z])LIC\s*/\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Age:
    """An age in years, or in months below two years if the poster says so."""

    number: int
    in_months: bool = False


def sex_of(person: Person) -> Sex | None:
    """Return the sex that the poster gives, None if it gives none or one we can't read."""
    return _SEX.get((person.sex or "").strip().casefold())


def age_of(person: Person, poster: Poster) -> Age | None:
    """Return the age that the poster states, else the one at its date from the date of birth."""
    approximate = person.approximate_age if isinstance(person, Child) else None
    match = re.match(
        r"\s*([0-9]{1,3})(?![0-9])\s*(m?)", (person.age_now or approximate or "").lower()
    )
    if match:
        return Age(number=int(match[1]), in_months=bool(match[2]))
    told = poster.modified_at or poster.issued_at
    if person.date_of_birth and told and told.date() >= person.date_of_birth:
        return Age(number=_years_between(person.date_of_birth, told.date()))
    return None


def _years_between(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def colour_key(word: str) -> str:
    """Return "brown" for "Bro", "BRN" or "brown": the key of a message, or the word as it is."""
    plain = " ".join(word.replace(".", " ").casefold().split())
    return _COLOURS.get(plain, plain)


def feet_and_inches(height: str) -> tuple[int, int] | None:
    """Read 5'4", "5 ft 4 in" and NCIC's "504"; None for anything else."""
    written = height.strip()
    match = _FEET.fullmatch(written) or re.fullmatch(r"([1-7])(0[0-9]|1[01])", written)
    return (int(match[1]), int(match[2] or 0)) if match else None


def centimetres(feet: int, inches: int) -> int:
    """Return a height in whole centimetres."""
    return round((12 * feet + inches) * _CM_PER_INCH)


def pounds_of(weight: str) -> int | None:
    """Read "40 LBS." and "100 lb"; None for anything else."""
    match = re.fullmatch(r"\s*([0-9]{1,3})\s*(?:lbs?|pounds?)\.?\s*", weight, re.IGNORECASE)
    return int(match[1]) if match else None


def kilograms(pounds: int) -> int:
    """Return a weight in whole kilograms."""
    return round(pounds * _KG_PER_POUND)


def spelled_name(name: str) -> str:
    """Return "Wren Example" for "WREN EXAMPLE": a poster's capitals are no part of a name."""
    tidy = one_line(name)
    return tidy.title().replace("'S ", "'s ") if tidy.isupper() else tidy


def one_line(text: str) -> str:
    """Return the text with every run of white space and control characters as one space."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


def plain_words(text: str, *, plate_words: str, may_say_abducted: bool) -> str:
    """Return a source's sentences without police shorthand.

    "LIC/6WCU986" becomes "license plate 6WCU986" (`plate_words` says it in the reader's language),
    "BLK HAIR" "black hair". Unless `may_say_abducted`, a sentence that speaks of abduction or of
    an AMBER alert goes.
    """
    words = _PLATE_PREFIX.sub(lambda _: f"{plate_words} ", one_line(text))
    words = re.sub(r"\b([A-Z]{3})\.? (HAIR|EYES?)\b", _coloured, words, flags=re.I)
    if may_say_abducted or not _AMBER_ONLY.search(words):
        return words.strip()
    sentences = re.split(r"(?<=[.!?;])\s+", words)
    return " ".join(s for s in sentences if not _AMBER_ONLY.search(s)).strip()


def presentable(text: str, *, may_say_abducted: bool) -> str:
    """Return the text without what no reader may see, wherever a source has put it.

    The last gate, for names and places that aren't: never longer than the text.
    """
    plain = _PLATE_PREFIX.sub("", text)
    if may_say_abducted or not _ABDUCTED.search(plain):
        return plain
    return re.sub(r"\w+", lambda word: "…" if _ABDUCTED.search(word[0]) else word[0], plain)


def _coloured(match: re.Match[str]) -> str:
    colour = _COLOURS.get(match[1].casefold())
    if colour is None:
        return match[0]
    return f"{colour} {'hair' if match[2].casefold() == 'hair' else 'eyes'}"

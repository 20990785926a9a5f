"""What of a poster tells which children it is of: names, dates, numbers, places, its words.

Lives in memory only, as long as the case is open (alerts.intake.likeness.known).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts.area.us_states import state_code
from alerts.intake.likeness.names import Words, folded, surname_words
from alerts.poster import Child, Poster

SHORTEST_NUMBER = 6  # characters: shorter ones ("12", "26-7") are met in every office
_DIGITS_OF_A_NUMBER = 4
_FEWEST_WORDS = 8  # of a text that says something of its own
_NOT_NUMBER = re.compile(r"[^0-9A-Z]+")
_NUMBER_LIKE = re.compile(r"[0-9A-Z][0-9A-Z/-]{4,}[0-9A-Z]")
_AGE = re.compile(r"\s*([0-9]{1,2})(?![0-9])\s*(?!\s*(?:m|w|d))")  # years: not "9 months"
_YEAR = timedelta(days=365.25)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildIdentity:
    """One child, ready to be compared; words are folded, "" and None are unknown."""

    given: Words
    middle: Words
    family: Words
    born: date | None = None
    born_between: tuple[date, date] | None = None  # from the age, a year to spare on either side
    sex: str = ""  # "f", "m", or what else the source says, folded
    missing_on: date | None = None
    zip: str = ""
    city: str = ""
    county: str = ""
    state: str = ""
    ncic: str = ""

    @property
    def name(self) -> str:
        """First and last name in the order of the alphabet, so that swapped names are alike."""
        return " ".join(sorted((*self.given, *self.family)))


@dataclass(frozen=True, kw_only=True, slots=True)
class PosterIdentity:
    """One poster, ready to be compared."""

    organization: str
    numbers_cases: bool  # so that two numbers of it are two cases; False: CAP
    number: str  # its own, as compared; "" if too short to mean anything elsewhere
    children: tuple[ChildIdentity, ...]  # those still missing; of a poster of the found, all
    mentioned: frozenset[str]  # numbers in its text: another's case number may be among them
    text: str  # folded, blanks around; only of a poster without children (CAP)
    told_at: datetime  # by the source, or taken in
    exercise: bool


def identity_of(poster: Poster, received_at: datetime) -> PosterIdentity:
    """Return what tells which children a poster is of."""
    children = poster.still_missing or poster.children
    told_at = poster.modified_at or poster.issued_at or received_at
    words = _words(poster)
    return PosterIdentity(
        organization=poster.case.organization.strip().upper(),
        numbers_cases=not poster.case.is_of_message,
        number=_number(poster.case.number),
        children=tuple(_child(child, told_at) for child in children),
        mentioned=_mentioned(f"{words} {poster.source_uri or ''}"),
        text="" if children else _text(words),
        told_at=told_at,
        exercise=poster.exercise,
    )


def _child(child: Child, told_at: datetime) -> ChildIdentity:
    place = child.missing_from
    return ChildIdentity(
        given=folded(child.first_name or ""),
        middle=folded(child.middle_name or ""),
        family=surname_words(child.last_name or ""),
        born=child.date_of_birth,
        born_between=_born_between(child, told_at),
        sex=(child.sex or "").strip().lower()[:1],
        missing_on=child.missing_since.date() if child.missing_since else None,
        zip=(place.zip or "").strip().upper()[:5],
        city=" ".join(folded(place.city or "")),
        county=" ".join(word for word in folded(place.county or "") if word != "county"),
        state=state_code(place.state) or " ".join(folded(place.state or "")),
        ncic=_NOT_NUMBER.sub("", (child.ncic_number or "").upper()),
    )


def _born_between(child: Child, told_at: datetime) -> tuple[date, date] | None:
    """Return when a child of the stated age was born, a year to spare: ages go stale."""
    match = _AGE.match((child.age_now or child.approximate_age or "").lower())
    if child.date_of_birth or match is None:
        return None
    years, day = int(match[1]), told_at.date()
    return day - (years + 2) * _YEAR, day - (years - 1) * _YEAR


def _number(text: str) -> str:
    number = _NOT_NUMBER.sub("", text.upper())
    return number if _says_something(number) else ""


def _mentioned(text: str) -> frozenset[str]:
    found = (_NOT_NUMBER.sub("", match) for match in _NUMBER_LIKE.findall(text.upper()))
    return frozenset(number for number in found if _says_something(number))


def _says_something(number: str) -> bool:
    digits = sum(c.isdigit() for c in number)
    return len(number) >= SHORTEST_NUMBER and digits >= _DIGITS_OF_A_NUMBER


def _words(poster: Poster) -> str:
    said = (
        text
        for narrative in poster.narratives
        for text in (narrative.headline, narrative.description)
        if text
    )
    return " ".join(said)


def _text(words: str) -> str:
    plain = folded(words)
    return f" {' '.join(plain)} " if len(plain) >= _FEWEST_WORDS else ""

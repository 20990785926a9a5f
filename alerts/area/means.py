"""How may the child have gone: on foot, by car, or does nobody say?

Only what the poster says; a companion has no car unless the source describes one, and nobody's
guilt is inferred (DOMAIN rule 18).
"""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from alerts.age import age_years
from alerts.poster import Child, Poster


class Means(StrEnum):
    """How somebody gets about."""

    ON_FOOT = "on_foot"
    UNKNOWN = "unknown"
    BY_CAR = "by_car"

    @property
    def words(self) -> str:
        """As one says it after a span of time: "3 h on foot"."""
        return _WORDS[self]


_WORDS = {
    Means.ON_FOOT: "on foot",
    Means.UNKNOWN: "by means unknown",
    Means.BY_CAR: "by car",
}

# Words by which sources tell of a vehicle: its plate, or somebody in it. A vehicle that is merely
# named ("her car is at home") says nothing.
_PLATE = re.compile(
    r"\blic/|\blicen[cs]e\s+(?:plates?|tags?)\b|\b(?:plate|tag)\s*(?:#|no\.|numbers?\b)",
    re.IGNORECASE,
)
_CAR = r"(?:cars?|vehicles?|trucks?|pick-?ups?|suvs?|(?:mini)?vans?|sedans?|rv)\b"
_WHOSE = r"(?:an?|the|his|her|their)\s+(?:[\w’'/-]+[\s,]+){0,8}?"
_RIDE = re.compile(
    r"\b(?:(?:driv(?:ing|en|es?)|drove|enter(?:ed|ing))(?:\s+(?:off|away))?(?:\s+in)?"
    r"|(?:travel(?:l?ing|l?ed|s)?|rid(?:ing|es?)|rode|fled|fleeing|taken|left|leaving|seen|got"
    r"|getting|believed\s+to\s+be|may\s+be|might\s+be)(?:\s+(?:off|away))?\s+in(?:to|side)?)"
    rf"\s+{_WHOSE}{_CAR}",
    re.IGNORECASE,
)


def means_of(
    poster: Poster, child: Child, now: datetime, *, on_foot_ages: tuple[int, int]
) -> Means:
    """Say how a child may have gone.

    Parameters
    ----------
    on_foot_ages: a child of these ages, the first and the last in years, who is alone and no amber
        case is on foot: younger ones don't walk far, older ones ride.

    Returns: by car if the source describes a vehicle, whoever drives it; else on foot for such a
    child; else unknown.
    """
    if poster.vehicles or any(map(_tells_of_a_vehicle, _texts(poster))):
        return Means.BY_CAR
    youngest, oldest = on_foot_ages
    age = age_years(child, now)
    is_alone = not poster.amber and not poster.companions
    if is_alone and age is not None and youngest <= age <= oldest:
        return Means.ON_FOOT
    return Means.UNKNOWN


def _tells_of_a_vehicle(text: str) -> bool:
    return bool(_PLATE.search(text) or _RIDE.search(text))


def _texts(poster: Poster) -> Iterator[str]:
    """Yield what the source tells of the case in its own words."""
    for narrative in poster.narratives:
        yield from filter(None, (narrative.headline, narrative.description))
    for person in (*poster.children, *poster.companions):
        if person.description:
            yield person.description

"""How surely are two children one? Each field that agrees or not is a code with a weight in bits.

The weights are those of Fellegi and Sunter ("A Theory for Record Linkage", JASA 64, 1969): the
binary logarithm of how much oftener a field agrees (or differs) between two posters of one child
than between posters of two. Fields of a family hang together, which the sum doesn't know; so there
are codes that bar certainty whatever the sum (see `decide`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rapidfuzz.distance import OSA

from alerts.intake.likeness.identity import ChildIdentity, PosterIdentity
from alerts.intake.likeness.names import (
    Agreement,
    given_agreement,
    middle_agreement,
    surname_agreement,
)

# How unlikely it is that one of 5,000 open cases, taken blindly, is the one: log2(1/5000).
PRIOR_BITS = -12.3

WEIGHTS: dict[str, float] = {
    # The commonest first name of a year has 1 % of it (US SSA, "Popular Baby Names"): any name is
    # given at least what that one is worth, log2(0.95 / 0.01).
    "name": 6.5,
    "name_short": 5.5,  # "Bill" for "William"
    "name_slip": 5.5,  # "Jonahtan" for "Jonathan"
    "name_alike": 3.0,  # "Ana" for "Anna": as well a twin
    "name_unknown": 0.0,
    "name_differs": -10.0,  # children keep their first name; sources rarely get all of it wrong
    # "Smith", the commonest surname, has 0.83 % (US Census, surnames of 2010): log2(0.97 / 0.0083).
    "surname": 6.9,
    "surname_slip": 6.0,
    "surname_part": 5.0,  # "García" for "García López"
    "surname_unknown": 0.0,
    "surname_differs": -4.0,  # a stepfather's name happens
    "names_swapped": -1.0,  # first for last, or first for middle
    "middle_name": 3.0,
    "middle_initial": 1.0,
    "middle_name_differs": -3.0,
    # One of the 6,570 days on which those under 18 were born: log2(0.95 * 6570).
    "birth_date": 12.6,
    "birth_date_near": 3.4,  # a digit, or day and month swapped: some 12 days, 2 % of true pairs
    "birth_date_differs": -6.6,
    "age": 2.5,  # three years of eighteen, where one has no birth date
    "age_differs": -5.0,
    "sex": 0.9,
    "sex_differs": -5.0,
    # Most open cases are of the last month: log2(0.9 / (1 / 30)).
    "missing_date": 4.8,
    "missing_date_near": 1.0,  # within a week: one is when last seen, the other when reported
    "missing_date_differs": -3.0,
    "zip": 6.0,  # not what a ZIP is worth: what is left of it among families and schoolmates
    "city": 5.0,  # New York has 2.5 % of the people of the US
    "county": 4.0,
    "state": 2.9,  # California has 12 %
    "state_differs": -4.0,
    "ncic": 20.0,  # made once, for one person (NCIC Operating Manual); typed by hand
    "ncic_differs": -3.0,
    "number": 14.0,  # six characters or more, in another source's document
    "same_source": -4.0,  # one source has two numbers for them: it thinks that they are two
}

_A_WEEK = timedelta(days=7)
_GIVEN = {
    Agreement.EXACT: "name",
    Agreement.SHORT: "name_short",
    Agreement.SLIP: "name_slip",
    Agreement.PART: "name_short",
    Agreement.ALIKE: "name_alike",
    Agreement.UNKNOWN: "name_unknown",
    Agreement.DIFFERENT: "name_differs",
}
_FAMILY = {
    Agreement.EXACT: "surname",
    Agreement.SLIP: "surname_slip",
    Agreement.PART: "surname_part",
    Agreement.UNKNOWN: "surname_unknown",
    Agreement.DIFFERENT: "surname_differs",
}
_MIDDLE = {
    Agreement.EXACT: "middle_name",
    Agreement.PART: "middle_initial",
    Agreement.DIFFERENT: "middle_name_differs",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """How two children agree; the codes name nobody."""

    codes: frozenset[str]
    bits: float  # log2 of the odds that they are one child

    @property
    def probability(self) -> float:
        """The odds as a probability, 0 to 1."""
        return 1 / (1 + 2 ** -max(min(self.bits, 60.0), -60.0))


def compare(a: ChildIdentity, b: ChildIdentity, about: frozenset[str] = frozenset()) -> Comparison:
    """Compare two children; `about` are codes of their posters (`of_posters`)."""
    codes = frozenset(
        (
            *about,
            *_names(a, b),
            *_birth(a, b),
            *_numbers(a, b),
            *_sex(a, b),
            *_missing(a, b),
            *_place(a, b),
        )
    )
    return Comparison(codes=codes, bits=PRIOR_BITS + sum(WEIGHTS[code] for code in codes))


def of_posters(a: PosterIdentity, b: PosterIdentity) -> frozenset[str]:
    """Return the codes that hold for all children of two posters."""
    known_to_a, known_to_b = a.mentioned | {a.number}, b.mentioned | {b.number}
    if (a.number and a.number in known_to_b) or (b.number and b.number in known_to_a):
        return frozenset({"number"})
    return frozenset({"same_source"} if a.organization == b.organization else ())


def names_in(text: str, child: ChildIdentity) -> bool:
    """Say whether a child's first and last name stand in a text, one middle name between at most.

    Parameters: `text`, folded, with blanks around (`PosterIdentity.text`).
    """
    if not child.given or not child.family or child.family[-1] not in text:
        return False
    first, last = " ".join(child.given), " ".join(child.family)
    return re.search(rf" {re.escape(first)}(?: [a-z]+)? {re.escape(last)} ", text) is not None


def _names(a: ChildIdentity, b: ChildIdentity) -> Iterator[str]:
    given, family = given_agreement(a.given, b.given), surname_agreement(a.family, b.family)
    if given is Agreement.DIFFERENT:
        swapped = _swapped(a, b)
        if swapped is not None:
            yield from swapped
            return
    yield _GIVEN[given]
    yield _FAMILY[family]
    middle = middle_agreement(a.middle, b.middle)
    if middle is not Agreement.UNKNOWN:
        yield _MIDDLE[middle]


def _swapped(a: ChildIdentity, b: ChildIdentity) -> tuple[str, ...] | None:
    """Return codes if first and last name, or first and middle, changed places."""
    crossed = given_agreement(a.given, b.family), given_agreement(a.family, b.given)
    sure = (Agreement.EXACT, Agreement.SLIP)
    if all(one in sure for one in crossed):
        exact = all(one is Agreement.EXACT for one in crossed)
        return "names_swapped", "name" if exact else "name_slip", "surname"
    family = surname_agreement(a.family, b.family)
    if family not in (Agreement.EXACT, Agreement.SLIP, Agreement.PART):
        return None
    by_middle = (a.middle == b.given and _fits(a.given, b.middle)) or (
        b.middle == a.given and _fits(b.given, a.middle)
    )
    return ("names_swapped", "name_short", _FAMILY[family]) if by_middle else None


def _fits(name: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not other or name[:1] == other[:1]


def _birth(a: ChildIdentity, b: ChildIdentity) -> Iterator[str]:
    if a.born and b.born:
        yield _of_dates(a.born, b.born)
        return
    first, second = _span(a), _span(b)
    if first and second:
        overlap = first[0] <= second[1] and second[0] <= first[1]
        yield "age" if overlap else "age_differs"


def _of_dates(a: date, b: date) -> str:
    if a == b:
        return "birth_date"
    swapped = a.year == b.year and (a.month, a.day) == (b.day, b.month)
    one_slip = OSA.distance(a.isoformat(), b.isoformat()) == 1
    same_day = (a.month, a.day) == (b.month, b.day)
    near = swapped or one_slip or abs((a - b).days) <= 1
    near = near or (same_day and abs(a.year - b.year) == 1)
    return "birth_date_near" if near else "birth_date_differs"


def _span(child: ChildIdentity) -> tuple[date, date] | None:
    return (child.born, child.born) if child.born else child.born_between


def _numbers(a: ChildIdentity, b: ChildIdentity) -> Iterator[str]:
    if a.ncic and b.ncic:
        yield "ncic" if a.ncic == b.ncic else "ncic_differs"


def _sex(a: ChildIdentity, b: ChildIdentity) -> Iterator[str]:
    if {a.sex, b.sex} <= {"f", "m"}:
        yield "sex" if a.sex == b.sex else "sex_differs"


def _missing(a: ChildIdentity, b: ChildIdentity) -> Iterator[str]:
    if not a.missing_on or not b.missing_on:
        return
    apart = abs(a.missing_on - b.missing_on)
    if apart.days <= 1:  # one source writes local time, the other UTC
        yield "missing_date"
    elif apart <= _A_WEEK:
        yield "missing_date_near"
    else:
        yield "missing_date_differs"


def _place(a: ChildIdentity, b: ChildIdentity) -> Iterator[str]:
    """Yield the narrowest place that agrees."""
    if a.state and b.state and a.state != b.state and len(a.state) == len(b.state) == 2:
        yield "state_differs"
    elif a.zip and a.zip == b.zip:
        yield "zip"
    elif a.city and b.city and _same_place(a.city, b.city):
        yield "city"
    elif a.county and a.county == b.county:
        yield "county"
    elif a.state and a.state == b.state:
        yield "state"


def _same_place(a: str, b: str) -> bool:
    return a == b or (min(len(a), len(b)) > 4 and OSA.distance(a, b, score_cutoff=2) <= 1)

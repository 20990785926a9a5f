"""Makes pairs of posters, of one child or of two, as sources would write them. Seeded; fictional.

Every pair says of what kind it is and whether it is one child; whoever measures looks at nothing
else.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from alerts.poster import Child, Place, Poster
from tests.intake.likeness.children import (
    ACCENTED,
    NOW,
    ORIGINS,
    PLACES,
    TWINS_ALIKE,
    changed,
    child_of,
    poster_of,
    seeded,
)
from tests.intake.likeness.rewrites import REWRITES, other_form, slip_in_last, thin


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two posters, and the truth about them."""

    kind: str
    one: Poster
    other: Poster
    is_same: bool
    is_thin: bool = False  # what they tell doesn't suffice to be sure, also for a person


def _same(rng: random.Random, kind: str) -> Pair:
    child = other = child_of(rng)
    for rewrite in REWRITES[kind][1]:
        other = rewrite(rng, other)
    return Pair(
        kind=kind,
        one=poster_of(rng, ORIGINS[0], child),
        other=poster_of(rng, ORIGINS[1], other),
        is_same=True,
        is_thin=kind == "thin",
    )


def _accented(rng: random.Random) -> Pair:
    written, plain = rng.choice(sorted(ACCENTED.items()))
    child = changed(child_of(rng), last_name=written)
    return Pair(
        kind="accents and alphabets",
        one=poster_of(rng, ORIGINS[0], child),
        other=poster_of(rng, ORIGINS[1], changed(child, last_name=plain)),
        is_same=True,
    )


def _numbered(rng: random.Random) -> Pair:
    """Another source's document has the case number of the first, and says little else."""
    child = child_of(rng)
    one = poster_of(rng, ORIGINS[0], child)
    other = poster_of(rng, ORIGINS[1], thin(rng, child), says=f"NCMEC case {one.case.number}.")
    return Pair(kind="number of the other", one=one, other=other, is_same=True)


def _both_siblings(rng: random.Random) -> Pair:
    one, other = (_sibling(rng, first := child_of(rng)), first)
    return Pair(
        kind="two siblings on both",
        one=poster_of(rng, ORIGINS[0], one, other),
        other=poster_of(rng, ORIGINS[1], other_form(rng, other), other_form(rng, one)),
        is_same=True,
    )


# --- two children


def _sibling(rng: random.Random, child: Child) -> Child:
    born = (child.date_of_birth or NOW.date()) + timedelta(days=rng.randrange(300, 2000))
    return changed(
        child_of(rng),
        last_name=child.last_name,
        date_of_birth=born,
        age_now=str(max((NOW.date() - born).days // 365, 0)),
        missing_since=child.missing_since,
        missing_from=child.missing_from,
    )


def _twin(rng: random.Random, child: Child, first_name: str | None = None) -> Child:
    other = child_of(rng)
    return changed(
        child,
        first_name=first_name or other.first_name,
        middle_name=other.middle_name,
        sex=other.sex,
    )


def _twins(rng: random.Random) -> tuple[Child, Child]:
    child = child_of(rng)
    twin = _twin(rng, child)
    return child, twin if twin.first_name != child.first_name else _sibling(rng, child)


def _twins_alike(rng: random.Random) -> tuple[Child, Child]:
    first, second = rng.choice(TWINS_ALIKE)
    child = changed(child_of(rng), first_name=first, middle_name=None)
    return child, changed(_twin(rng, child, second), middle_name=None)


def _siblings(rng: random.Random) -> tuple[Child, Child]:
    child = child_of(rng)
    other = _sibling(rng, child)
    return child, other if other.first_name != child.first_name else _twin(rng, child)


def _namesakes(rng: random.Random) -> tuple[Child, Child]:
    """The same name, age and state; another birth date and town."""
    child, other = child_of(rng), child_of(rng)
    near = [place for place in PLACES if place[1] == child.missing_from.state]
    city, state, _, zip_code = rng.choice(near)
    born = (child.date_of_birth or NOW.date()) + timedelta(days=rng.randrange(20, 300))
    return child, changed(
        other,
        first_name=child.first_name,
        last_name=child.last_name,
        date_of_birth=born,
        age_now=child.age_now,
        missing_from=Place(city=city, state=state, zip=zip_code),
    )


def _namesakes_by_age(rng: random.Random) -> tuple[Child, Child]:
    """The same name and age in one town, weeks apart; one source has no birth date."""
    child, other = _namesakes(rng)
    since = (child.missing_since or NOW) - timedelta(days=rng.randrange(15, 60))
    return child, changed(
        other,
        date_of_birth=None,
        missing_from=child.missing_from,
        missing_since=since,
    )


def _cousins(rng: random.Random) -> tuple[Child, Child]:
    """Surname, place and day; much else differs."""
    child, other = child_of(rng), child_of(rng)
    shared = {"last_name": child.last_name, "missing_from": child.missing_from}
    return child, changed(other, **shared, missing_since=child.missing_since)


def _same_birthday(rng: random.Random) -> tuple[Child, Child]:
    child, other = child_of(rng), child_of(rng)
    return child, changed(other, date_of_birth=child.date_of_birth, first_name=child.first_name)


def _strangers(rng: random.Random) -> tuple[Child, Child]:
    return child_of(rng), child_of(rng)


OTHERS: dict[str, tuple[float, Callable[[random.Random], tuple[Child, Child]]]] = {
    "twins": (3, _twins),
    "twins named alike": (1, _twins_alike),
    "siblings": (4, _siblings),
    "namesakes": (2, _namesakes),
    "namesakes by age": (1, _namesakes_by_age),
    "cousins": (2, _cousins),
    "same birthday and first name": (2, _same_birthday),
    "strangers": (5, _strangers),
}


def _different(rng: random.Random, kind: str) -> Pair:
    child, other = OTHERS[kind][1](rng)
    if rng.random() < 0.3:  # they are misspelt as well
        other = slip_in_last(rng, other)
    return Pair(
        kind=kind,
        one=poster_of(rng, ORIGINS[0], child),
        other=poster_of(rng, ORIGINS[1], other),  # two numbers of one source are always two
        is_same=False,
    )


def _one_of_two(rng: random.Random) -> Pair:
    """A poster of two siblings, and one of a third."""
    first = child_of(rng)
    return Pair(
        kind="siblings on different posters",
        one=poster_of(rng, ORIGINS[0], first, _sibling(rng, first)),
        other=poster_of(rng, ORIGINS[1], _sibling(rng, first)),
        is_same=False,
    )


def pairs(count: int, seed: int = 1) -> Iterator[Pair]:
    """Yield pairs, half of them of one child, every kind as often as its weight says."""
    rng = seeded(seed)
    same = {kind: weight for kind, (weight, _) in REWRITES.items()}
    different = {kind: weight for kind, (weight, _) in OTHERS.items()}
    more_same = {"accents": (1.0, _accented), "number": (1.0, _numbered)}
    makers: list[tuple[float, Callable[[], Pair]]] = [
        *((w, lambda kind=kind: _same(rng, kind)) for kind, w in same.items()),
        *((w, lambda make=make: make(rng)) for w, make in more_same.values()),
        (1.0, lambda: _both_siblings(rng)),
    ]
    others: list[tuple[float, Callable[[], Pair]]] = [
        *((w, lambda kind=kind: _different(rng, kind)) for kind, w in different.items()),
        (1.0, lambda: _one_of_two(rng)),
    ]
    for number in range(count):
        chosen = others if number % 2 else makers
        ((_, make),) = rng.choices(chosen, [weight for weight, _ in chosen])
        pair = make()
        yield pair if rng.random() < 0.5 else replace(pair, one=pair.other, other=pair.one)

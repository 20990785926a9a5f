"""The same child, written differently: what another source makes of a poster, by kind."""

import random
from collections.abc import Callable
from datetime import timedelta

from alerts.poster import Child, Place
from tests.intake.likeness.children import (
    FAMILY,
    NAMES,
    PLACES,
    changed,
    misspelt,
)

Rewrite = Callable[[random.Random, Child], Child]


def _as_it_is(_: random.Random, child: Child) -> Child:
    return child


def other_form(rng: random.Random, child: Child) -> Child:
    """Upper case, the state in full, no ZIP, the local day for the UTC one, no sex now and then."""
    place = child.missing_from
    full = next(name for _, code, name, _ in PLACES if code == place.state)
    since = child.missing_since
    return changed(
        child,
        first_name=(child.first_name or "").upper(),
        last_name=(child.last_name or "").upper(),
        middle_name=(child.middle_name or "")[:1] or None,
        sex=None if rng.random() < 0.3 else child.sex,
        missing_from=Place(city=place.city, state=full),
        missing_since=since - timedelta(hours=rng.randrange(6)) if since else None,
    )


def _slip_in_first(rng: random.Random, child: Child) -> Child:
    return changed(child, first_name=misspelt(rng, child.first_name or "x"))


def slip_in_last(rng: random.Random, child: Child) -> Child:
    return changed(child, last_name=misspelt(rng, child.last_name or "x"))


def _nickname(rng: random.Random, child: Child) -> Child:
    known = sorted(NAMES.nicknames_of(child.first_name or ""))
    return changed(child, first_name=rng.choice(known).title())


def _swapped(_: random.Random, child: Child) -> Child:
    return changed(child, first_name=child.last_name, last_name=child.first_name)


def _middle_first(_: random.Random, child: Child) -> Child:
    if child.middle_name is None:
        return changed(child, first_name=child.last_name, last_name=child.first_name)
    return changed(child, first_name=child.middle_name, middle_name=child.first_name)


def _one_field(_: random.Random, child: Child) -> Child:
    """First and middle name in one field."""
    first = f"{child.first_name} {child.middle_name or ''}".strip()
    return changed(child, first_name=first, middle_name=None)


def _suffix(_: random.Random, child: Child) -> Child:
    return changed(child, last_name=f"{child.last_name}, Jr.")


def _second_surname(rng: random.Random, child: Child) -> Child:
    join = rng.choice((" ", "-"))
    return changed(child, last_name=f"{child.last_name}{join}{rng.choice(FAMILY)}")


def _day_for_month(_: random.Random, child: Child) -> Child:
    born = child.date_of_birth
    if born is None or born.day > 12:
        return changed(child, date_of_birth=born + timedelta(days=1) if born else None)
    return changed(child, date_of_birth=born.replace(month=born.day, day=born.month))


def _another_year(rng: random.Random, child: Child) -> Child:
    born = child.date_of_birth
    if born is None:
        return child
    day = min(born.day, 28)
    return changed(child, date_of_birth=born.replace(year=born.year + rng.choice((-1, 1)), day=day))


def _age_only(_: random.Random, child: Child) -> Child:
    return changed(child, date_of_birth=None)


def _no_missing_date(_: random.Random, child: Child) -> Child:
    return changed(child, missing_since=None)


def _other_place(rng: random.Random, child: Child) -> Child:
    city = misspelt(rng, child.missing_from.city or "x")
    return changed(child, missing_from=Place(city=city, state=child.missing_from.state))


def thin(_: random.Random, child: Child) -> Child:
    """A name, an age and a state."""
    place = Place(state=child.missing_from.state)
    return changed(child, date_of_birth=None, missing_since=None, missing_from=place, sex=None)


REWRITES: dict[str, tuple[float, tuple[Rewrite, ...]]] = {
    "as it is": (1, (_as_it_is,)),
    "other form": (3, (other_form,)),
    "slip in first name": (2, (_slip_in_first,)),
    "slip in last name": (2, (slip_in_last,)),
    "slip in both names": (0.5, (_slip_in_first, slip_in_last)),
    "nickname": (2, (_nickname,)),
    "first and last swapped": (1, (_swapped,)),
    "first and middle swapped": (1, (_middle_first,)),
    "first and middle in one": (1, (_one_field,)),
    "suffix": (0.5, (_suffix,)),
    "second surname": (1, (_second_surname,)),
    "birth date: day for month": (1, (_day_for_month,)),
    "birth date: another year": (1, (_another_year,)),
    "age for birth date": (2, (_age_only,)),
    "no missing date": (1, (_no_missing_date,)),
    "slip in place": (1, (_other_place,)),
    "other form, slip in last name": (1, (other_form, slip_in_last)),
    "other form, age for birth date": (1, (_age_only, other_form)),
    "nickname, slip in place": (1, (_nickname, _other_place)),
    "thin": (0.5, (thin,)),
}

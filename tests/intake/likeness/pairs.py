"""Makes pairs of posters, of one child or of two, as sources would write them. Seeded; fictional.

Given names are those of the nickname list, surnames are made of syllables. Every pair says of what
kind it is and whether it is one child; whoever measures looks at nothing else.
"""

import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from nicknames import NickNamer

from alerts.poster import CaseKey, Child, Narrative, Place, Poster

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
_NAMES = NickNamer()
GIVEN = sorted(n for n in _NAMES.nickname_lookup if n.isalpha() and len(n) > 2)
_BEGIN = "Ash Birch Cold Dun East Fair Grey Hart Iron Kirk Long Marsh North Oak Penn Quill Red Stan"
_END = "berg bury by dale field ford gate ham hurst land ley man ner ridge sen stead ton well wick"
FAMILY = sorted({b + e for b in _BEGIN.split() for e in _END.split()})
ACCENTED = {"García": "Garcia", "Muñoz": "Munoz", "Müller": "Mueller", "Søgård": "Sogard"} | {
    "Ivanova-Exampleva": "Ivanova Exampleva",
    "Nguyễn": "Nguyen",
    "Ö Example": "O Example",
    "O’Example": "OExample",
    "Иванова": "Ivanova",
}
PLACES = [
    ("Marquette", "MI", "Michigan", "49855"),
    ("Ishpeming", "MI", "Michigan", "49849"),
    ("Houston", "TX", "Texas", "77002"),
    ("Austin", "TX", "Texas", "78701"),
    ("El Paso", "TX", "Texas", "79901"),
    ("Los Angeles", "CA", "California", "90012"),
    ("San Diego", "CA", "California", "92101"),
    ("Fresno", "CA", "California", "93721"),
    ("New York", "NY", "New York", "10007"),
    ("Buffalo", "NY", "New York", "14202"),
    ("Miami", "FL", "Florida", "33130"),
    ("Tampa", "FL", "Florida", "33602"),
    ("Columbus", "OH", "Ohio", "43215"),
    ("Cleveland", "OH", "Ohio", "44114"),
    ("Boise", "ID", "Idaho", "83702"),
    ("Fargo", "ND", "North Dakota", "58102"),
]
# Twins are often named alike. Not chosen by what the rules can tell apart.
_TWINS = """
Ana/Anna Maria/Marie Daniel/Daniela Mia/Lia Emma/Emily Jack/Zack Carl/Karl Aiden/Jaiden Eric/Erica
Jaden/Jayden Kaitlyn/Katelyn Brianna/Breanna Tim/Tom Ella/Bella Ava/Eva Amy/Ann John/Juan Leo/Theo
Haley/Bailey Taylor/Tyler Jordan/Jorden Makayla/Mikayla Isabel/Isabella Julian/Juliana Ian/Ryan
Faith/Hope Logan/Landon Olivia/Oliver Alexander/Alexandra Gabriel/Gabriela Mary/Molly Aaron/Erin
Madison/Addison Christian/Christina Nathan/Ethan Samuel/Samantha Jonathan/Nathaniel Ella/Emma
"""
TWINS_ALIKE = [tuple(pair.split("/")) for pair in _TWINS.split()]
ORIGINS = ("NCMC", "TXDPS")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two posters, and the truth about them."""

    kind: str
    one: Poster
    other: Poster
    is_same: bool
    is_thin: bool = False  # what they tell doesn't suffice to be sure, also for a person


def seeded(seed: int) -> random.Random:
    """Return chances that are the same each time."""
    return random.Random(seed)  # noqa: S311 - not for secrets


def child_of(rng: random.Random) -> Child:
    """Make up a child of today."""
    city, state, _, zip_code = rng.choice(PLACES)
    born = date(2009, 1, 1) + timedelta(days=rng.randrange(16 * 365))
    since = NOW - timedelta(days=rng.randrange(0, 45), hours=rng.randrange(24))
    return Child(
        first_name=rng.choice(GIVEN).title(),
        middle_name=rng.choice(GIVEN).title() if rng.random() < 0.5 else None,
        last_name=rng.choice(FAMILY),
        date_of_birth=born,
        age_now=str((NOW.date() - born).days // 365),
        sex=rng.choice(("Male", "Female")),
        missing_since=since,
        missing_from=Place(city=city, state=state, zip=zip_code, country="US"),
    )


def poster_of(rng: random.Random, organization: str, *children: Child, says: str = "") -> Poster:
    """Make the poster of one source."""
    words = (Narrative(language="en-US", description=says),) if says else ()
    return Poster(
        case=CaseKey(organization=organization, number=str(rng.randrange(1_000_000, 9_999_999))),
        modified_at=NOW,
        children=children,
        narratives=words,
    )


def misspelt(rng: random.Random, word: str) -> str:
    """Slip once: leave a letter out, double one, swap two, or hit another key; anywhere."""
    at = rng.randrange(len(word))
    slip = rng.randrange(4)
    if slip == 0 and len(word) > 3:
        return word[:at] + word[at + 1 :]
    if slip == 1:
        return word[:at] + word[at] + word[at:]
    if slip == 2 and at + 1 < len(word) and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    other = rng.choice([c for c in string.ascii_lowercase if c != word[at].lower()])
    return word[:at] + other + word[at + 1 :]


def changed(child: Child, **fields: object) -> Child:
    """Return the child as another source has it."""
    return child.model_copy(update=fields)


# --- the same child, written differently

Rewrite = Callable[[random.Random, Child], Child]


def _as_it_is(_: random.Random, child: Child) -> Child:
    return child


def _other_form(rng: random.Random, child: Child) -> Child:
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


def _slip_in_last(rng: random.Random, child: Child) -> Child:
    return changed(child, last_name=misspelt(rng, child.last_name or "x"))


def _nickname(rng: random.Random, child: Child) -> Child:
    known = sorted(_NAMES.nicknames_of(child.first_name or ""))
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


def _thin(_: random.Random, child: Child) -> Child:
    """A name, an age and a state."""
    place = Place(state=child.missing_from.state)
    return changed(child, date_of_birth=None, missing_since=None, missing_from=place, sex=None)


REWRITES: dict[str, tuple[float, tuple[Rewrite, ...]]] = {
    "as it is": (1, (_as_it_is,)),
    "other form": (3, (_other_form,)),
    "slip in first name": (2, (_slip_in_first,)),
    "slip in last name": (2, (_slip_in_last,)),
    "slip in both names": (0.5, (_slip_in_first, _slip_in_last)),
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
    "other form, slip in last name": (1, (_other_form, _slip_in_last)),
    "other form, age for birth date": (1, (_age_only, _other_form)),
    "nickname, slip in place": (1, (_nickname, _other_place)),
    "thin": (0.5, (_thin,)),
}


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
    other = poster_of(rng, ORIGINS[1], _thin(rng, child), says=f"NCMEC case {one.case.number}.")
    return Pair(kind="number of the other", one=one, other=other, is_same=True)


def _both_siblings(rng: random.Random) -> Pair:
    one, other = (_sibling(rng, first := child_of(rng)), first)
    return Pair(
        kind="two siblings on both",
        one=poster_of(rng, ORIGINS[0], one, other),
        other=poster_of(rng, ORIGINS[1], _other_form(rng, other), _other_form(rng, one)),
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
    organization = rng.choice(ORIGINS)
    if rng.random() < 0.3:  # they are misspelt as well
        other = _slip_in_last(rng, other)
    return Pair(
        kind=kind,
        one=poster_of(rng, ORIGINS[0], child),
        other=poster_of(rng, organization, other),
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

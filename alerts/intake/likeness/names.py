"""How alike are two names? Written differently, misspelt, swapped, shortened, or another child's.

Names are compared as folded words: no case, no accents, no hyphens, Latin letters, no "Jr.". What
could as well be a twin's name ("Ana" beside "Anna") is ALIKE, which is never enough to be sure.
"""

import re
import unicodedata
from enum import StrEnum
from functools import cache

from nicknames import NickNamer
from rapidfuzz.distance import OSA, JaroWinkler

# Letters that Unicode doesn't take apart into a Latin one and an accent.
_LATIN = {
    **dict(zip("øłđðħıœæßþ", ("o", "l", "d", "d", "h", "i", "oe", "ae", "ss", "th"), strict=True)),
    # Cyrillic by BGN/PCGN 1947, Greek by ELOT 743: what passports of the countries come close to.
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)),
    **dict(
        zip(
            "жхцчшщюяёьъієґ",
            ("zh", "kh", "ts", "ch", "sh", "shch", "yu", "ya", "e", "", "", "i", "ye", "g"),
            strict=True,
        )
    ),
    **dict(zip("αβγδεζηικλμνξοπρσςτυφ", "avgdeziiklmnxoprsstyf", strict=True)),
    **dict(zip("θχψω", ("th", "ch", "ps", "o"), strict=True)),
}
_TABLE = str.maketrans(_LATIN)
_APOSTROPHES = re.compile("['’`\u00b4\u02bc]")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "junior", "senior"})
_PARTICLES_OF_NAMES = "de la del las los da das do dos di van von der den el al bin ibn bint y e"
_PARTICLES = frozenset(_PARTICLES_OF_NAMES.split())
# Below, one letter more or less makes another common name of most names ("Mia", "Lia", "Mila").
_SHORTEST_MISSPELT = 5
_TWO_SLIPS = 8  # letters from which on two slips still leave a name that is recognised
_ALIKE = 0.88  # Jaro-Winkler: above, a person reading quickly takes one for the other
_SLIP = 0.92  # Jaro-Winkler of a surname with a slip or two (Winkler 2006, "Overview of Record
# Linkage", takes 0.92 as the point from which on strings count as agreeing in part)

Words = tuple[str, ...]


class Agreement(StrEnum):
    """How a given name or surname agrees with another, best first."""

    EXACT = "exact"
    SHORT = "short"  # a listed nickname, or the middle name as the first
    SLIP = "slip"  # misspelt: hardly anybody's own name
    PART = "part"  # one of two surnames
    ALIKE = "alike"  # a slip, or a twin's name
    UNKNOWN = "unknown"  # one of them isn't told
    DIFFERENT = "different"


def folded(text: str) -> Words:
    """Return the words of a name in plain Latin letters, lower case."""
    bare = _APOSTROPHES.sub("", text.casefold())
    decomposed = unicodedata.normalize("NFKD", bare.translate(_TABLE))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_TABLE)
    return tuple(_NOT_LETTERS.sub(" ", plain).split())


def surname_words(text: str) -> Words:
    """Return the words of a surname without "Jr." and, if others are left, without "de la"."""
    words = tuple(word for word in folded(text) if word not in _SUFFIXES)
    return tuple(word for word in words if word not in _PARTICLES) or words


def given_agreement(a: Words, b: Words) -> Agreement:
    """Compare two first names, each in folded words."""
    one, other = "".join(a), "".join(b)
    if not one or not other:
        return Agreement.UNKNOWN
    if one == other:
        return Agreement.EXACT
    if len(one) == 1 or len(other) == 1:  # an initial
        return Agreement.ALIKE if one[0] == other[0] else Agreement.DIFFERENT
    if a[0] == b[0] and len(a) != len(b):  # "Maria" and "Maria Elena"
        return Agreement.SHORT
    return _written_differently(one, other)


def surname_agreement(a: Words, b: Words) -> Agreement:
    """Compare two surnames, each in folded words."""
    one, other = "".join(a), "".join(b)
    if not one or not other:
        return Agreement.UNKNOWN
    if one == other or sorted(a) == sorted(b):
        return Agreement.EXACT
    if set(a) & set(b) and (len(a) > 1 or len(b) > 1):
        return Agreement.PART
    if min(len(one), len(other)) >= 4 and _slips(one, other) <= _slips_allowed(one, other):
        return Agreement.SLIP
    if JaroWinkler.similarity(one, other) >= _SLIP:
        return Agreement.SLIP
    return Agreement.DIFFERENT


def middle_agreement(a: Words, b: Words) -> Agreement:
    """Compare two middle names; an initial agrees with what begins so."""
    one, other = "".join(a), "".join(b)
    if not one or not other:
        return Agreement.UNKNOWN
    if len(one) == 1 or len(other) == 1:
        return Agreement.PART if one[0] == other[0] else Agreement.DIFFERENT
    found = given_agreement(a, b)
    return Agreement.EXACT if found in (Agreement.SHORT, Agreement.SLIP, Agreement.ALIKE) else found


def sound(word: str) -> str:
    """Return the Soundex code of a folded word: what sounds alike takes turns (see `turns`).

    Source: US National Archives, "Soundex System" (1880-1920 census rules).
    """
    if not word:
        return ""
    codes, last = "", _CODES.get(word[0], "")
    for letter in word[1:]:
        code = _CODES.get(letter, "")
        if code and code != last:
            codes += code
        if letter not in "hw":
            last = code
    return (word[0] + codes + "000")[:4]


_CODES = {
    letter: code
    for letters, code in (
        ("bfpv", "1"),
        ("cgjkqsxz", "2"),
        ("dt", "3"),
        ("l", "4"),
        ("mn", "5"),
        ("r", "6"),
    )
    for letter in letters
}


def _written_differently(one: str, other: str) -> Agreement:
    if _is_short_for(one, other) or _is_short_for(other, one):
        return Agreement.SHORT
    if _is_slip(one, other):
        return Agreement.SLIP
    near = _slips(one, other) <= 1 or JaroWinkler.similarity(one, other) >= _ALIKE
    return Agreement.ALIKE if near or _are_of_one_name(one, other) else Agreement.DIFFERENT


def _is_short_for(short: str, whole: str) -> bool:
    """Say whether one is a listed nickname of the other that no twin would bear beside it.

    "Bill" and "William", "Dan" and "Daniel"; but "Emma" beside "Emily", or "Ann" beside "Anna", is
    as listed, and as likely a sister.
    """
    longer_by = len(whole) - len(short)
    enough = 2 if whole.startswith(short) else 3
    return longer_by >= enough and short in _nicknames().nicknames_of(whole)


def _are_of_one_name(one: str, other: str) -> bool:
    """Say whether they are listed together: one for the other, or both for a third."""
    names = _nicknames()
    whole_one = {one} | names.canonicals_of(one)
    return bool(whole_one & ({other} | names.canonicals_of(other)))


def _is_slip(one: str, other: str) -> bool:
    """Say whether a difference is a slip of the pen and not another child's name.

    Twins' names tend to rhyme or to differ in their ending ("Carl" and "Karl", "Daniel" and
    "Daniela"): a slip is inside the word. It leaves what sounds the same, or what isn't a name.
    """
    if min(len(one), len(other)) < _SHORTEST_MISSPELT:
        return False
    if one[0] != other[0] or one[-1] != other[-1]:
        return False
    if _slips(one, other) > _slips_allowed(one, other):
        return False
    return sound(one) == sound(other) or not ({one, other} <= _borne())


def _slips(one: str, other: str) -> int:
    """Count letters left out, added, replaced, or neighbours swapped."""
    return OSA.distance(one, other, score_cutoff=3)


def _slips_allowed(one: str, other: str) -> int:
    return 2 if min(len(one), len(other)) >= _TWO_SLIPS else 1


@cache
def _nicknames() -> NickNamer:
    return NickNamer()


@cache
def _borne() -> frozenset[str]:
    """Return the given names that the nickname list knows."""
    names = _nicknames()
    return frozenset(names.nickname_lookup) | frozenset(names.canonical_lookup)

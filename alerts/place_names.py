"""When two spellings name the same place.

`fold` is applied to what the place table stores and to what a poster says, so that "ST. LOUIS",
"Saint Louis" and "St Louis County" meet.
"""

import re
import unicodedata
from functools import lru_cache

_LONGEST_REMEMBERED = 80  # characters; no name of a place is longer

# Written short or long in posters at will. Source: USPS Publication 28, and posters as received.
_WORDS = {
    "st": "saint",
    "ste": "sainte",
    "mt": "mount",
    "mtn": "mountain",
    "ft": "fort",
    "pt": "point",
    "twp": "township",
    "co": "county",
}

# What Americans append to the name of a county or its equal. Source: Census Bureau, LSAD codes.
_SUFFIXES = (
    "city and borough",
    "census area",
    "planning region",
    "municipality",
    "municipio",
    "county",
    "parish",
    "borough",
)


def fold(name: str) -> str:
    """Reduce a name to what counts when places are compared; "" for a name without letters.

    Case, accents and punctuation go; "St." becomes "saint"; "County", "Parish" and their like go
    from the end. Folding twice changes nothing.
    """
    return _remembered(name) if len(name) <= _LONGEST_REMEMBERED else _fold(name)


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    plain = re.sub(r"['\u2019.`]", "", plain).replace("&", " and ")
    words = re.sub(r"[\W_]+", " ", plain).split()
    return _without_suffix(" ".join(_WORDS.get(word, word) for word in words))


_remembered = lru_cache(8_000)(_fold)  # posters name the same towns and states again and again


def _without_suffix(name: str) -> str:
    for suffix in _SUFFIXES:
        if name.endswith(f" {suffix}"):
            return _without_suffix(name.removesuffix(f" {suffix}"))
    return name

"""Whom does a source's free text say to call? Phone numbers, and the name before them."""

from collections.abc import Iterable, Iterator
from itertools import islice

from phonenumbers import (
    Leniency,
    PhoneNumberFormat,
    PhoneNumberMatch,
    PhoneNumberMatcher,
    format_number,
)

from alerts.poster import Contact

MAX_CHARACTERS = 1_000  # of a contact text; what is longer is no contact and only costs time
MAX_NUMBERS = 10  # of one contact; nobody calls the eleventh
MAX_TRIES = 20  # runs of digits that are looked at: a text made to be slow has hundreds
_PUNCTUATION = " ,;:.-\u2013("
_LEAD_INS = (" at", " tel", " phone", " call", " ph")  # "... LAPD AT 213 ..."
NORTH_AMERICA = 1  # country calling code of the North American Numbering Plan


def phone_numbers(text: str, region: str = "US") -> tuple[str, ...]:
    """Return the valid phone numbers in a text, without repeats.

    North American numbers stay as written; others are written internationally, because whoever
    reads them next may not know the region (ISO 3166-1 alpha-2).
    """
    return _written(_matches(text[:MAX_CHARACTERS], region))


def contact_from(text: str, region: str = "US") -> Contact:
    """Return the contact that a free text names: its words before the numbers, and the numbers."""
    text = " ".join(text[:MAX_CHARACTERS].split())
    matches = list(_matches(text, region))
    name = _without_lead_in(text[: matches[0].start]) if matches else text
    return Contact(name=name or None, phone_numbers=_written(matches))


def _matches(text: str, region: str) -> Iterator[PhoneNumberMatch]:
    if not any(character.isdigit() for character in text):
        return iter(())
    matcher = PhoneNumberMatcher(text, region, leniency=Leniency.VALID, max_tries=MAX_TRIES)
    return islice(matcher, MAX_NUMBERS)


def _written(matches: Iterable[PhoneNumberMatch]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in matches:
        if match.number.country_code == NORTH_AMERICA:
            found[match.raw_string] = None
        else:
            found[format_number(match.number, PhoneNumberFormat.INTERNATIONAL)] = None
    return tuple(found)


def _without_lead_in(text: str) -> str:
    name = text.rstrip(_PUNCTUATION)
    for word in _LEAD_INS:
        if name.lower().endswith(word):
            return name[: -len(word)].rstrip(_PUNCTUATION)
    return name

"""Whom does a source's free text say to call? Phone numbers, and the name before them."""

from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher, format_number

from alerts.poster import Contact

MAX_CHARACTERS = 2_000  # of a contact text; what is longer is no contact and only costs time
_PUNCTUATION = " ,;:.-\u2013("
_LEAD_INS = (" at", " tel", " phone", " call", " ph")  # "... LAPD AT 213 ..."
NORTH_AMERICA = 1  # country calling code of the North American Numbering Plan


def phone_numbers(text: str, region: str = "US") -> tuple[str, ...]:
    """Return the valid phone numbers in a text, without repeats.

    North American numbers stay as written; others are written internationally, because whoever
    reads them next may not know the region (ISO 3166-1 alpha-2).
    """
    found: dict[str, None] = {}
    for match in PhoneNumberMatcher(text[:MAX_CHARACTERS], region, leniency=Leniency.VALID):
        if match.number.country_code == NORTH_AMERICA:
            found[match.raw_string] = None
        else:
            found[format_number(match.number, PhoneNumberFormat.INTERNATIONAL)] = None
    return tuple(found)


def contact_from(text: str, region: str = "US") -> Contact:
    """Return the contact that a free text names: its words before the numbers, and the numbers."""
    text = " ".join(text[:MAX_CHARACTERS].split())
    first = next(iter(PhoneNumberMatcher(text, region, leniency=Leniency.VALID)), None)
    name = _without_lead_in(text[: first.start]) if first else text
    return Contact(name=name or None, phone_numbers=phone_numbers(text, region))


def _without_lead_in(text: str) -> str:
    name = text.rstrip(_PUNCTUATION)
    for word in _LEAD_INS:
        if name.lower().endswith(word):
            return name[: -len(word)].rstrip(_PUNCTUATION)
    return name

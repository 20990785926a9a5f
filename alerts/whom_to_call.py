"""Whom to call about a child, in the order in which people are told.

The poster's own contacts first, those for the child's state before others; then the emergency
number of the country; then the missing-child hotline (DOMAIN rule 1). Nobody to call means that
the alert is held (rule 2), which is the caller's part.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from alerts.area.provinces import province_code
from alerts.area.us_states import state_code
from alerts.authority import Authority, AuthorityBook, AuthorityKind, CountryAuthorities, Phone
from alerts.place_names import fold
from alerts.poster import Contact, Poster

SHORTEST_CONTACT = 3  # digits: "911"; fewer can't be a number that a poster means
LONGEST = 15  # digits; ITU-T E.164
LONGEST_LINE = 200  # characters of a line that is read for numbers
_LINES_REMEMBERED = 2_000  # the same agencies come again and again
LONGEST_SHORT_CODE = 6  # digits of "116 000"; longer numbers belong to the numbering plan

_UNNAMED = "Investigating agency"
_EMERGENCY = "Emergency"

# "1-800-THE-LOST", perhaps with "(1-800-843-5678)" behind it.
_VANITY = re.compile(
    r"(?P<letters>[+0-9(). -]*[0-9][ .-]*[A-Z][A-Z0-9 .-]{2,}?) *(?P<digits>\([+0-9() .-]+\))?"
)


_SHORT_CODE = re.compile(rf"(?:[0-9][ -]?){{2,{LONGEST_SHORT_CODE}}}")
_DIGITS = re.compile(r"\(?\+?[0-9](?:[0-9 ).-]*[0-9])?")


def whom_to_call(poster: Poster, country: str | None, book: AuthorityBook) -> tuple[Authority, ...]:
    """Return whom to call, in order; empty if there is nobody.

    Parameters
    ----------
    country: ISO 3166-1 alpha-2 of the place where the child is missing; None if unknown, and then
        there is neither an emergency number nor a hotline to name.
    """
    contacts = tuple(_contacts(poster, country))
    local = book.get(country) if country else None
    if local is None:
        return contacts
    emergency = Authority(kind=AuthorityKind.EMERGENCY, name=_EMERGENCY, phones=local.emergency)
    if not local.hotline or local.hotline_name is None:
        return (*contacts, emergency)
    hotline = Authority(kind=AuthorityKind.HOTLINE, name=local.hotline_name, phones=local.hotline)
    return (*contacts, emergency, hotline)


def _contacts(poster: Poster, country: str | None) -> Iterator[Authority]:
    """Yield the poster's contacts that have a number, those of the child's state first."""
    states = {_region(child.missing_from.state) for child in poster.still_missing} - {None}
    told: set[str] = set()
    for contact in sorted(poster.contacts, key=lambda contact: _rank(contact, states)):
        region = country or ("US" if state_code(contact.state) else None)
        phones = tuple(p for p in _phones(contact.phone_numbers, region) if p.tel not in told)
        told |= {phone.tel for phone in phones}
        if phones:
            name = (contact.name or "").strip() or poster.organization_name or _UNNAMED
            yield Authority(kind=AuthorityKind.CONTACT, name=name, phones=phones)


def _rank(contact: Contact, states: set[str | None]) -> int:
    """0 for the child's state, 1 for no state, 2 for another state."""
    region = _region(contact.state)
    if region is None:
        return 1
    return 0 if region in states else 2


def _region(words: str | None) -> str | None:
    """Return what makes two words for a state, a province, or a region abroad the same."""
    if not words or not words.strip():
        return None
    return state_code(words) or province_code(words) or fold(words) or None


def _phones(numbers: Sequence[str], region: str | None) -> tuple[Phone, ...]:
    found = (phone for number in numbers for phone in phones_in(number, region))
    return tuple({phone.tel: phone for phone in found}.values())


def phones_in(words: str, region: str | None) -> tuple[Phone, ...]:
    """Return the numbers in a line of text, in order.

    Shown in the national format of `region` (ISO 3166-1 alpha-2) if they belong there, else
    internationally; a vanity number keeps its letters. What isn't of any numbering plan is kept as
    it is written if it has at least three digits.
    """
    return _phones_in_line(" ".join(words[:LONGEST_LINE].split()), region)


@lru_cache(_LINES_REMEMBERED)
def _phones_in_line(line: str, region: str | None) -> tuple[Phone, ...]:
    if _SHORT_CODE.fullmatch(line):
        return _as_written(line)
    vanity = _VANITY.fullmatch(line)
    if vanity:
        return _vanity_phone(line, vanity)
    matches = PhoneNumberMatcher(line, region, leniency=phonenumbers.Leniency.POSSIBLE)
    found = tuple(
        Phone(display=_display(match.number, region), tel=_tel(match.number))
        for match in matches
        if _is_whole(match.number)
    )
    return found or _as_written(line)


def _vanity_phone(words: str, vanity: re.Match[str]) -> tuple[Phone, ...]:
    """Keep the letters for those who remember them, and give the digits too.

    Letters are read as on North American phones, where alone they are in use.
    """
    try:
        number = phonenumbers.parse(vanity["digits"] or vanity["letters"], "US")
    except NumberParseException:
        return _as_written(words)
    if not _is_whole(number):
        return _as_written(words)
    spelled = phonenumbers.format_number(number, PhoneNumberFormat.RFC3966).removeprefix("tel:+")
    display = words if vanity["digits"] else f"{words} ({spelled})"
    return (Phone(display=display, tel=_tel(number)),)


def _is_whole(number: PhoneNumber) -> bool:
    """Refuse local numbers without their area code: nobody elsewhere could dial them."""
    reason = phonenumbers.is_possible_number_with_reason(number)
    return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE)


def _display(number: PhoneNumber, region: str | None) -> str:
    is_domestic = number.country_code == phonenumbers.country_code_for_region(region or "ZZ")
    form = PhoneNumberFormat.NATIONAL if is_domestic else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def _tel(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _as_written(words: str) -> tuple[Phone, ...]:
    """Return whatever looks like a number, though it belongs to no numbering plan we know."""
    runs = (match.group() for match in _DIGITS.finditer(words))
    phones = (Phone(display=run, tel=re.sub(r"[^+0-9]", "", run)) for run in runs)
    return tuple(p for p in phones if SHORTEST_CONTACT <= len(p.tel.lstrip("+")) <= LONGEST)


class _Entry(BaseModel):
    """One country of the file; numbers as people write them."""

    model_config = ConfigDict(extra="forbid")

    emergency: tuple[str, ...] = Field(min_length=1)
    hotline_name: str | None = None
    hotline: tuple[str, ...] = ()
    source: str | None = None


class _File(RootModel[dict[str, _Entry]]):
    """The whole file, by ISO 3166-1 alpha-2."""


def load_authorities(raw: bytes) -> AuthorityBook:
    """Read the emergency numbers and hotlines of each country.

    Parameters
    ----------
    raw: JSON, `{"US": {"emergency": ["911"], "hotline_name": ..., "hotline": [...]}}`.

    Raises
    ------
    ValueError: the JSON is broken, a country has no emergency number, a number can't be dialled, or
        a hotline has no name.
    """
    try:
        entries = _File.model_validate_json(raw).root
    except ValidationError as e:
        raise ValueError(f"the authorities can't be read: {e}") from e
    return {country: _authorities(country, entry) for country, entry in entries.items()}


def _authorities(country: str, entry: _Entry) -> CountryAuthorities:
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{country} is not an ISO 3166-1 alpha-2 code with a numbering plan")
    if bool(entry.hotline) != bool(entry.hotline_name):
        raise ValueError(f"{country}: a hotline needs both hotline_name and hotline")
    return CountryAuthorities(
        emergency=tuple(_listed(number, country) for number in entry.emergency),
        hotline_name=entry.hotline_name,
        hotline=tuple(_listed(number, country) for number in entry.hotline),
    )


def _listed(number: str, country: str) -> Phone:
    """Return a number of the file; short codes are dialled as they are ("116 000", "17")."""
    if _SHORT_CODE.fullmatch(number):
        return Phone(display=number, tel=number.replace(" ", ""))
    phones = phones_in(number, country)
    if len(phones) != 1 or not phones[0].tel.startswith("+"):
        raise ValueError(f"{country}: {number!r} is not one phone number")
    return Phone(display=number, tel=phones[0].tel)

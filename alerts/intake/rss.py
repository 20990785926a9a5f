"""Which posters does an RSS feed of missingkids.org hold? One item a child, one poster a case.

NCMEC's older RSS 2.0, still met in the wild: no guid, the case in the link's query, dates with a
named zone, everything else in one sentence.
"""

import re
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from urllib.parse import parse_qs, urlsplit

from alerts.intake.cap.contacts import phone_numbers
from alerts.intake.cap.xml import Node, parse_xml
from alerts.poster import CaseKey, Child, Contact, Narrative, Photo, Place, Poster
from alerts.problem import Problem, error, warning

NCMEC = "NCMC"  # NCMEC's organization code
NCMEC_NAME = "National Center for Missing & Exploited Children"
_MAX_CHARACTERS = 4_000  # of a description; the longest seen has 180

_TITLE = re.compile(r"(?:[^:]*missing[^:]*:\s*)?(?P<name>[^(]*)(?:\((?P<state>[^)]*)\))?", re.I)
_AGE = re.compile(r"\bAge Now:\s*([^,.]{1,40})", re.IGNORECASE)
_MISSING_SINCE = re.compile(r"\bMissing:\s*(\d{1,2})/(\d{1,2})/(\d{4})", re.IGNORECASE | re.ASCII)
_MISSING_FROM = re.compile(r"\bMissing From\s+(.{1,200}?)\.?\s+ANYONE\b", re.I | re.S)
_CONTACT = re.compile(r"\bSHOULD CONTACT:\s*(.*)", re.IGNORECASE | re.DOTALL)
_AGENCY = re.compile(r"(?P<name>[^(]{1,200})(?:\((?P<state>[^)]{1,60})\))?")
_SUFFIXES = frozenset({"JR", "JR.", "SR", "SR.", "II", "III", "IV"})
# RFC 5322 names the zones of the contiguous states only. Hours from UTC.
_ZONES = {"AKST": -9, "AKDT": -8, "HST": -10, "HAST": -10, "AST": -4, "ADT": -3, "CHST": 10}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Item:
    """One <item>: its node, texts and case."""

    node: Node
    case: CaseKey
    sequence: int  # which sibling
    language: str
    link: str
    title: str
    description: str
    published_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RssCase:
    """One case of the feed: the poster that its items make together."""

    poster: Poster
    items: tuple[Node, ...]  # its <item>s, siblings in their own order
    children: tuple[int, ...]  # which sibling each item is
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RssReading:
    """The cases of a feed in its order, and the items that belong to none."""

    cases: tuple[RssCase, ...]
    nameless: tuple[tuple[Node, Problem], ...]


def read_ncmec_rss(raw: bytes) -> tuple[tuple[Poster, ...], tuple[Problem, ...]]:
    """Read a missingkids.org RSS document.

    Returns: one poster a case, in the order of the feed, siblings together; and the problems:
    those of `parse_xml`, `not_a_feed`, `empty_feed`, `no_case_number` (warning, an item is left
    out), `bad_time`, `no_missing_place`. Never raises.
    """
    reading = parse_xml(raw)
    if reading.root is None:
        return (), reading.problems
    nodes = _item_nodes(reading.root)
    found = read_cases(nodes)
    problems = [*reading.problems, *(problem for _, problem in found.nameless)]
    problems += [problem for case in found.cases for problem in case.problems]
    if not found.cases:
        message = "The feed has no item with a case number (orgPrefix and caseNum in its link)."
        code = "no_posters" if nodes else "empty_feed"
        problems.append(error(code, reading.root.where, message))
    return tuple(case.poster for case in found.cases), tuple(problems)


def read_cases(nodes: Sequence[Node]) -> RssReading:
    """Read <item> elements; siblings share a case number and make one poster. Never raises."""
    cases: dict[CaseKey, tuple[list[_Item], list[Problem]]] = {}
    nameless: list[tuple[Node, Problem]] = []
    for node in nodes:
        problems: list[Problem] = []
        item = _item(node, problems)
        if item is None:
            nameless += [(node, problem) for problem in problems]
            continue
        items, said = cases.setdefault(item.case, ([], []))
        items.append(item)
        said += problems
    return RssReading(
        cases=tuple(_case_of(case, *found) for case, found in cases.items()),
        nameless=tuple(nameless),
    )


def _case_of(case: CaseKey, items: list[_Item], problems: list[Problem]) -> RssCase:
    items = sorted(items, key=lambda item: item.sequence)
    poster = _poster(case, items, problems)
    return RssCase(
        poster=poster,
        items=tuple(item.node for item in items),
        children=tuple(item.sequence for item in items),
        problems=tuple(problems),
    )


def is_ncmec_rss(links: Sequence[str]) -> bool:
    """Tell whether the links of an RSS feed lead to cases of a clearinghouse."""
    return any(_case(_query(link)) for link in links)


def _item_nodes(root: Node) -> list[Node]:
    channels = [c for c in root.children() if c.name == "channel"]
    return [item for c in channels for item in c.children() if item.name == "item"]


def _item(node: Node, problems: list[Problem]) -> _Item | None:
    texts = {child.name: child.text[:_MAX_CHARACTERS] for child in node.children()}
    link = texts.get("link", "")
    query = _query(link)
    case = _case(query)
    if case is None:
        message = "The item's link names no case (orgPrefix and caseNum); it was left out."
        problems.append(warning("no_case_number", node.where, message))
        return None
    published_at = read_published(texts.get("pubDate", ""))
    if published_at is None:
        message = "<pubDate> is missing or can't be read; write it as RFC 822 does."
        problems.append(warning("bad_time", node.where, message))
    return _Item(
        node=node,
        case=case,
        sequence=int(query["seqNum"]) if re.fullmatch(r"[0-9]{1,4}", query["seqNum"]) else 0,
        language=query["caseLang"].replace("_", "-") or "en-US",
        link=link if link.lower().startswith(("http://", "https://")) else "",
        title=texts.get("title", ""),
        description=texts.get("description", ""),
        published_at=published_at,
    )


def _query(link: str) -> dict[str, str]:
    """Return the fields of the link that name the case, "" for those it hasn't."""
    try:
        found = parse_qs(urlsplit(link).query)
    except ValueError:
        found = {}
    names = ("orgPrefix", "caseNum", "seqNum", "caseLang")
    return {name: found.get(name, [""])[0].strip() for name in names}


def _case(query: dict[str, str]) -> CaseKey | None:
    if not query["caseNum"]:
        return None
    return CaseKey(organization=query["orgPrefix"] or NCMEC, number=query["caseNum"])


def read_published(text: str) -> datetime | None:
    """Read an RFC 822 date, its zone perhaps a name, as aware UTC; None if it can't be read.

    An unknown zone is read as UTC.
    """
    zone = text.rsplit(" ", 1)[-1].upper()
    offset_h = _ZONES.get(zone)
    parts = parsedate_tz(text[: -len(zone)] + "GMT" if offset_h is not None else text)
    if parts is None:
        return None
    try:
        local = datetime.fromtimestamp(timegm((*parts[:6], 0, 0, 0)), UTC)
        offset = timedelta(hours=offset_h) if offset_h else timedelta(seconds=parts[9] or 0)
        return local - offset
    except (ValueError, OverflowError, OSError):
        return None


def _poster(case: CaseKey, items: list[_Item], problems: list[Problem]) -> Poster:
    moments = [item.published_at for item in items if item.published_at]
    contacts = [contact for item in items if (contact := _contact(item.description))]
    states = [state for item in items if (state := _title(item.title)[1])]
    return Poster(
        case=case,
        organization_name=NCMEC_NAME if case.organization == NCMEC else None,
        source_uri=next((item.link for item in items if item.link), None),
        issued_at=min(moments, default=None),
        modified_at=max(moments, default=None),
        amber=any("amber alert" in item.title.lower() for item in items),
        children=tuple(_child(item, problems) for item in items),
        contacts=tuple(dict.fromkeys(contacts)),
        narratives=tuple(_narrative(item) for item in items),
        distribution_states=tuple(dict.fromkeys(states)),
    )


def _narrative(item: _Item) -> Narrative:
    return Narrative(
        language=item.language,
        headline=item.title or None,
        description=item.description or None,
    )


def _child(item: _Item, problems: list[Problem]) -> Child:
    name, state = _title(item.title)
    first, middle, last = _name_parts(name)
    age = _AGE.search(item.description)
    place = _missing_from(item.description) or Place(state=state)
    if not (place.city or place.state):
        message = 'The item doesn\'t say "Missing From CITY, STATE".'
        problems.append(warning("no_missing_place", item.node.where, message))
    return Child(
        first_name=first,
        middle_name=middle,
        last_name=last,
        age_now=age[1].strip() if age else None,
        missing_since=_missing_since(item.description),
        missing_from=place,
        photos=_photos(item.node),
    )


def _title(title: str) -> tuple[str, str | None]:
    """Take "Missing: FIRST LAST (TX)" apart."""
    match = _TITLE.match(title)
    if not match:
        return title, None
    return match["name"].strip(), (match["state"] or "").strip() or None


def _name_parts(name: str) -> tuple[str | None, str | None, str | None]:
    """Split into first, middle and last name; a suffix stays with the last name."""
    words = name.split()
    if len(words) < 2:
        return (words[0] if words else None), None, None
    tail = 2 if words[-1].upper() in _SUFFIXES and len(words) > 2 else 1
    middle = " ".join(words[1:-tail])
    return words[0], middle or None, " ".join(words[-tail:])


def _missing_since(description: str) -> datetime | None:
    """Return the day as its midnight UTC; the feed gives no hour."""
    match = _MISSING_SINCE.search(description)
    if not match:
        return None
    month, day, year = (int(part) for part in match.groups())
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _missing_from(description: str) -> Place | None:
    match = _MISSING_FROM.search(description)
    if not match:
        return None
    parts = [part.strip() or None for part in match[1].split(",")]
    city, state, country = (*parts, None, None)[:3]
    return Place(city=city, state=state, country=country)


def _contact(description: str) -> Contact | None:
    match = _CONTACT.search(description)
    if not match:
        return None
    agency = _AGENCY.match(match[1])
    numbers = phone_numbers(match[1])
    name = " ".join(agency["name"].split()) if agency else ""
    for number in numbers:
        name = name.partition(number)[0].strip(" ,.:-")
    state = agency["state"].strip() if agency and agency["state"] else None
    return Contact(name=name or None, state=state, phone_numbers=numbers)


def _photos(node: Node) -> tuple[Photo, ...]:
    enclosures = [c for c in node.children() if c.name == "enclosure"]
    return tuple(
        Photo(uri=c.attribute("url"), mime_type=c.attribute("type").lower())
        for c in enclosures
        if c.attribute("type").lower().startswith("image/")
        and c.attribute("url").lower().startswith(("http://", "https://"))
    )

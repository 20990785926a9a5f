"""Which items does a JSON document hold? Posters, GeoJSON Features of them, or links (JSON Feed).

Each item is cut out of the document as it stands, so that what is kept is exactly what was sent.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from alerts.errors import FeedUnavailable
from alerts.intake.ncmec.dates import read_moment
from alerts.intake.pull.items import (
    JSON_TYPE,
    Contents,
    Format,
    Item,
    ItemKind,
    distinct,
    oldest_first,
    partial_listing,
)

_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"
_LISTS = ("posters", "features", "items")
_NEXT = ("next", "next_url")  # ours, and JSON Feed's (jsonfeed.org/version/1.1)
_ADDRESSES = ("url", "href", "link")
_CHANGES = ("lastModified", "date_modified", "updated", "modified", "date_published", "published")
_POSTERS = frozenset({"caseNumber", "organizationCode", "children", "properties", "childBean"})


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """One value, and the bytes that it stood in."""

    raw: bytes
    value: object


def read_json_items(raw: bytes, url: str) -> Contents:
    """Read the items of a JSON document.

    Parameters
    ----------
    raw: a poster or Feature; `{"posters": [...]}`, a FeatureCollection, a list of either; or an
        index, `{"items": [{"id", "url", "date_modified"}, ...]}` as JSON Feed has it.
    url: where it came from; links in it may be relative to that.

    Raises
    ------
    FeedUnavailable: it isn't JSON, is cut off, nested too deeply, or holds no list of anything.
    """
    text = raw.decode("utf-8-sig", "surrogateescape")  # gives each item its own bytes back
    try:
        at = _skip(text, 0)
        cuts, rest = _whole(text, at)
        is_ended = _skip(text, rest.end) == len(text)
    except (ValueError, IndexError, RecursionError) as e:
        raise FeedUnavailable("The feed can't be read: its JSON is broken or cut off.") from e
    if not is_ended:
        raise FeedUnavailable("The feed can't be read: something stands behind its JSON.")
    if cuts is None:
        cuts = _alone(raw, rest.members)
    is_paged = _is_paged(rest.members, len(cuts))
    return Contents(
        format=Format.JSON,
        items=oldest_first(distinct([_item(cut, url) for cut in cuts])),
        is_whole=not is_paged,
        problems=(partial_listing(""),) if is_paged else (),
    )


@dataclass(frozen=True, kw_only=True)
class _Rest:
    """What stands around the items, and where the document ends."""

    members: Mapping[str, object]
    end: int


def _whole(text: str, at: int) -> tuple[list[_Cut] | None, _Rest]:
    """Cut a list, or an object with a list of items; None: it has none."""
    if text[at] == "[":
        cuts, end = _cut_list(text, at)
        return cuts, _Rest(members={}, end=end)
    found: list[_Cut] | None = None
    members: dict[str, object] = {}
    at = _expect(text, at, "{")
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _expect(text, at, ":")
        if name in _LISTS and text[at] == "[":
            found, at = _cut_list(text, at)
        else:
            members[str(name)], at = _DECODER.raw_decode(text, at)
        at = _after(text, at, "}")
    return found, _Rest(members=members, end=at + 1)


def _cut_list(text: str, at: int) -> tuple[list[_Cut], int]:
    cuts = []
    at = _expect(text, at, "[")
    while text[at] != "]":
        value, end = _DECODER.raw_decode(text, at)
        cuts.append(_Cut(raw=text[at:end].encode("utf-8", "surrogateescape"), value=value))
        at = _after(text, end, "]")
    return cuts, at + 1


def _after(text: str, at: int, close: str) -> int:
    """Step over the comma after a value, or stay on the closing bracket."""
    at = _skip(text, at)
    return at if text[at] == close else _expect(text, at, ",")


def _expect(text: str, at: int, character: str) -> int:
    at = _skip(text, at)
    if text[at] != character:
        raise ValueError(f"no {character!r} where one belongs")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _alone(raw: bytes, members: Mapping[str, object]) -> list[_Cut]:
    """Take an object without a list for one poster, if it looks like one."""
    if "posters" in members and members["posters"] is None:  # as NCMEC writes an empty listing
        return []
    if not _POSTERS & members.keys():
        raise FeedUnavailable("The feed can't be read: its JSON holds no list of posters or links.")
    return [_Cut(raw=raw, value=members)]


def _is_paged(members: Mapping[str, object], items: int) -> bool:
    count = members.get("count")
    more = isinstance(count, int) and not isinstance(count, bool) and count > items
    return more or any(members.get(name) for name in _NEXT)


def _item(cut: _Cut, url: str) -> Item:
    fields = cut.value if isinstance(cut.value, Mapping) else {}
    inner = fields.get("properties")
    poster = inner if isinstance(inner, Mapping) else fields
    link = "" if _POSTERS & fields.keys() else _link(fields, url)
    changed = next((poster[name] for name in _CHANGES if poster.get(name)), None)
    dated_at = read_moment(changed).moment if isinstance(changed, str) else None
    name = _name(poster, fields) or link or cut.raw.hex()
    return Item(
        kind=ItemKind.LINK if link else ItemKind.POSTER,
        names=(name,),
        raw=cut.raw,
        media_type=JSON_TYPE,
        version=f"{name} {changed}" if link and changed else None,
        link=link,
        dated_at=dated_at,
    )


def _name(poster: Mapping[str, object], fields: Mapping[str, object]) -> str:
    """Return the case, or whatever else the source names the item by."""
    number = poster.get("caseNumber")
    if isinstance(number, str | int):
        return f"{poster.get('organizationCode')} {number}".upper()
    found = next((fields[name] for name in ("id", "guid") if fields.get(name)), "")
    return str(found) if isinstance(found, str | int) else ""


def _link(fields: Mapping[str, object], url: str) -> str:
    return next(_links(fields, url), "")


def _links(fields: Mapping[str, object], url: str) -> Iterator[str]:
    for name in _ADDRESSES:
        address = fields.get(name)
        if isinstance(address, str) and address.strip():
            try:
                whole = urljoin(url, address.strip())
            except ValueError:
                continue
            if whole.lower().startswith(("http://", "https://")):
                yield whole

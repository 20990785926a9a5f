"""Which items does an XML document hold? CAP, EDXL-DE, Atom and RSS, with alerts or links to them.

An Atom or RSS entry is cut into the alerts inside it; without any, its link is an item.
"""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urljoin

from alerts.errors import FeedUnavailable
from alerts.intake.cap.fields import cap_version
from alerts.intake.cap.times import read_time
from alerts.intake.cap.xml import Node, parse_xml
from alerts.intake.pull.items import (
    ATOM_TYPE,
    CAP_TYPE,
    RSS_TYPE,
    Contents,
    Format,
    Item,
    ItemKind,
    distinct,
    oldest_first,
    partial_listing,
)
from alerts.intake.pull.rss_items import poster_items
from alerts.intake.rss import is_ncmec_rss, read_published
from alerts.problem import error

_FEEDS = {"feed": Format.ATOM, "rss": Format.RSS, "RDF": Format.RSS}
_MEDIA_TYPES = {Format.ATOM: ATOM_TYPE, Format.RSS: RSS_TYPE}
_DATES = ("updated", "published", "pubDate", "date")
_EDXL_TYPE = "application/emergency+xml"


def read_xml_items(raw: bytes, url: str) -> Contents:
    """Read the items of an XML document.

    Parameters
    ----------
    url: where it came from; links in it may be relative to that.

    Raises
    ------
    FeedUnavailable: it isn't XML, is an attack, a web page, or no feed and no alert.
    """
    reading = parse_xml(raw)
    if reading.root is None:
        raise FeedUnavailable(f"The feed can't be read: {reading.problems[-1].message}")
    root = reading.root
    if root.name in _FEEDS:
        return _feed(root, _FEEDS[root.name], url)
    if root.name == "EDXLDistribution":
        return Contents(format=Format.EDXL, items=_whole(root, raw))
    if root.name == "alert":
        return Contents(format=Format.CAP, items=(_alert(root, raw),))
    items = [_alert(node, node.as_bytes()) for node in _alerts_in(root)]
    if not items:
        raise FeedUnavailable("The feed can't be read: this XML is no feed and no CAP alert.")
    return Contents(format=Format.CAP, items=oldest_first(distinct(items)))


def _feed(root: Node, kind: Format, url: str) -> Contents:
    entries = list(_entries(root))
    head = [root, *(c for c in root.children() if c.name == "channel")]
    pages = [c for h in head for c in h.children() if c.name == "link"]
    next_page = next((c for c in pages if c.attribute("rel").lower() == "next"), None)
    if kind is Format.RSS and is_ncmec_rss([_text(entry, "link") for entry in entries]):
        items = poster_items(entries)
    else:
        items = [item for entry in entries for item in _entry_items(entry, kind, url)]
        outside = [c for c in root.children() if c.name == "alert" and cap_version(c.namespace)]
        items += [_alert(node, node.as_bytes()) for node in outside]
    return Contents(
        format=kind,
        items=oldest_first(distinct(items)),
        updated_at=_date(head[-1], ("updated", "lastBuildDate", "pubDate")),
        is_whole=next_page is None,
        problems=(partial_listing(next_page.where),) if next_page else (),
    )


def _entries(root: Node) -> Iterator[Node]:
    """Yield Atom entries and RSS items, which stand in <channel> or, in RSS 1.0, beside it."""
    for child in root.children():
        if child.name in ("entry", "item"):
            yield child
        elif child.name == "channel":
            yield from (item for item in child.children() if item.name == "item")


def _entry_items(entry: Node, kind: Format, url: str) -> Iterator[Item]:
    raws = [node.as_bytes() for node in _alerts_in(entry)] or list(_escaped_alerts(entry))
    link = _link(entry, url)
    name = _text(entry, "id") or _text(entry, "guid") or link or entry.as_bytes().hex()
    dated_at = _date(entry, _DATES)
    for number, raw in enumerate(raws, 1):
        names = (name if number == 1 else f"{name} alert {number}",)
        yield Item(kind=ItemKind.CAP, names=names, raw=raw, media_type=CAP_TYPE, dated_at=dated_at)
    if raws:
        return
    message = "The entry holds no alert and no link to one."
    yield Item(
        kind=ItemKind.LINK if link else ItemKind.BROKEN,
        names=(name,),
        raw=entry.as_bytes(),
        media_type=_MEDIA_TYPES[kind],
        version=f"{name} {dated_at.isoformat()}" if dated_at else None,
        link=link,
        dated_at=dated_at,
        problems=() if link else (error("empty_entry", entry.where, message),),
    )


def _alerts_in(node: Node) -> Iterator[Node]:
    """Yield the outermost CAP alerts inside; depth is bounded by the parser."""
    for child in node.children():
        if child.name == "alert" and (not child.namespace or cap_version(child.namespace)):
            yield child
        else:
            yield from _alerts_in(child)


def _escaped_alerts(entry: Node) -> Iterator[bytes]:
    """Yield alerts that stand in an entry as text."""
    for child in entry.children():
        text = child.text if child.name in ("content", "description", "encoded") else ""
        start = text.find("?>") + 2 if text.startswith("<?xml") else 0
        inside = text[start:].strip()
        if inside.startswith("<") and "alert" in inside and "emergency:cap" in inside:
            yield inside.encode()


def _link(entry: Node, url: str) -> str:
    """Return the address of the alert: of CAP's own type if there is one, else the first."""
    children = list(entry.children())
    links = [c for c in children if c.name == "link" and c.attribute("rel").lower() != "self"]
    found = [(c.attribute("type").lower(), c.attribute("href") or c.text) for c in links]
    found += [
        (c.attribute("type").lower(), c.attribute("url"))
        for c in children
        if c.name == "enclosure" and c.attribute("type").lower() == CAP_TYPE
    ]
    found += [
        ("", c.text)
        for c in children
        if c.name == "guid" and c.text.lower().startswith(("http://", "https://"))
    ]
    found.sort(key=lambda one: one[0] != CAP_TYPE)
    absolute = (_absolute(url, address) for _, address in found if address)
    return next((address for address in absolute if address), "")


def _absolute(url: str, address: str) -> str:
    try:
        whole = urljoin(url, address.strip())
    except ValueError:
        return ""
    return whole if whole.lower().startswith(("http://", "https://")) else ""


def _whole(root: Node, raw: bytes) -> tuple[Item, ...]:
    """Keep an envelope as one item: what it says of itself is about all alerts in it."""
    names = [_alert_name(node) for node in _alerts_in(root)]
    alone = f"envelope {_text(root, 'distributionID') or raw.hex()}"
    sent = read_time(_text(root, "dateTimeSent")).value
    return (
        Item(
            kind=ItemKind.CAP,
            names=tuple(dict.fromkeys(names)) or (alone,),
            raw=raw,
            media_type=_EDXL_TYPE,
            dated_at=sent,
        ),
    )


def _alert(node: Node, raw: bytes) -> Item:
    return Item(
        kind=ItemKind.CAP,
        names=(_alert_name(node),),
        raw=raw,
        media_type=CAP_TYPE,
        dated_at=read_time(_text(node, "sent")).value,
    )


def _alert_name(node: Node) -> str:
    """Return what CAP 1.2, 3.2.1 names a message by."""
    said = [_text(node, tag) for tag in ("sender", "identifier", "sent")]
    return " ".join(said) if any(said) else node.as_bytes().hex()


def _text(node: Node, tag: str) -> str:
    return next((c.text for c in node.children() if c.name == tag and c.text), "")


def _date(node: Node, tags: tuple[str, ...]) -> datetime | None:
    """Return the first date that can be read, ISO 8601 or RFC 822."""
    texts = (_text(node, tag) for tag in tags)
    dates = (read_time(text).value or read_published(text) for text in texts if text)
    return next((date for date in dates if date), None)

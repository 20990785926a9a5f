"""How do the active alerts read as Atom? An entry each, which leads to the poster and to its CAP.

RFC 4287. Feed readers keep what they have read, and a takedown can't reach them: entries say where
and how urgent, whom to call, and no child's name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from alerts.alert import Tier
from alerts.area_of_interest import Provenance
from alerts.authority import AuthorityBook
from alerts.delivery.wording.messages import messages_in, nearest_language
from alerts.export.cap import MEDIA_TYPE as CAP_TYPE
from alerts.export.cap_xml import without_controls
from alerts.export.exported import ListedAlert

MEDIA_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"

_FEED_TITLE = {"en": "Active missing-child alerts", "es": "Alertas activas de menores"}
_CALL = {
    "en": "Whom to call is on the poster. Do not approach.",
    "es": "A quién llamar se lee en el cartel. No se acerque.",
}
_OR_CALL = {"en": "In an emergency: {numbers}.", "es": "En una emergencia: {numbers}."}


@dataclass(frozen=True, kw_only=True)
class AtomFeed:
    """What the feed says of itself."""

    feed_id: str  # a URI that never changes
    self_link: str
    home: str
    sender: str  # who publishes it
    updated: datetime
    language: str  # BCP 47
    authorities: AuthorityBook


def atom(feed: AtomFeed, alerts: Iterable[ListedAlert]) -> bytes:
    """Write alerts as an Atom feed, UTF-8."""
    root = etree.Element(_name("feed"), nsmap={None: NAMESPACE})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.language)
    _add(root, "title", _said(_FEED_TITLE, feed.language))
    _add(root, "id", feed.feed_id)
    _add(root, "updated", _moment(feed.updated))
    author = etree.SubElement(root, _name("author"))
    _add(author, "name", feed.sender)
    _link(root, feed.self_link, rel="self", media_type=MEDIA_TYPE)
    _link(root, feed.home, rel="alternate", media_type="text/html")
    for alert in alerts:
        _entry(root, feed, alert)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _entry(root: Any, feed: AtomFeed, alert: ListedAlert) -> None:
    entry = etree.SubElement(root, _name("entry"))
    _add(entry, "title", _title(alert, feed.language))
    _add(entry, "id", f"urn:uuid:{alert.alert_id}")
    _add(entry, "published", _moment(alert.issued_at))
    _add(entry, "updated", _moment(alert.updated_at))
    category = etree.SubElement(entry, _name("category"))
    category.set("term", alert.tier)
    _link(entry, alert.link, rel="alternate", media_type="text/html")
    _link(entry, alert.cap_link, rel="related", media_type=CAP_TYPE)
    _add(entry, "summary", _summary(feed, alert))


def _title(alert: ListedAlert, language: str) -> str:
    messages = messages_in(nearest_language(language))
    what = {Tier.AMBER: messages.amber_title, Tier.ENDANGERED: messages.endangered_title}
    title = what.get(alert.tier, messages.missing_title).of("unknown")
    says_where = alert.place and alert.provenance is not Provenance.EXPLICIT
    return f"{title}, {alert.place}" if says_where else title


def _summary(feed: AtomFeed, alert: ListedAlert) -> str:
    local = feed.authorities.get(alert.country or "")
    said = _said(_CALL, feed.language)
    if local is None:
        return said
    numbers = ", ".join(phone.display for phone in local.emergency)
    return f"{said} {_said(_OR_CALL, feed.language).format(numbers=numbers)}"


def _said(texts: dict[str, str], language: str) -> str:
    return texts.get(nearest_language(language), texts["en"])


def _moment(moment: datetime) -> str:
    """Write a moment to the second (RFC 3339, as RFC 4287, 3.3 asks)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _link(parent: Any, href: str, *, rel: str, media_type: str) -> None:
    link = etree.SubElement(parent, _name("link"))
    for name, value in (("rel", rel), ("type", media_type), ("href", href)):
        link.set(name, value)


def _add(parent: Any, name: str, text: str) -> None:
    etree.SubElement(parent, _name(name)).text = without_controls(text)


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"

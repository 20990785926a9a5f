"""Fictional feeds: Atom, RSS and JSON, around fictional alerts and posters."""

import json
from datetime import datetime, timedelta
from html import escape
from typing import Any

from tests.fakes.clock import NOON
from tests.intake.cap.documents import area, info
from tests.service.api_partner.documents import feature, message, poster, square

SENT = "2026-11-22T11:00:00-00:00"
ATOM = "http://www.w3.org/2005/Atom"


def cap(identifier: str = "EX-1", **changes: Any) -> bytes:
    """Return a CAP message of an hour ago."""
    return message(identifier, **{"sent": SENT, **changes})


def update(identifier: str, of: str, infos: str | None = None, **changes: Any) -> bytes:
    """Return a CAP Update of a message."""
    references = f"alerts@police.example,{of},{SENT}"
    sent = changes.pop("sent", "2026-11-22T11:30:00-00:00")
    return message(
        identifier, msg_type="Update", references=references, sent=sent, infos=infos, **changes
    )


def cancel(identifier: str, of: str) -> bytes:
    """Return a CAP Cancel of a message."""
    references = f"alerts@police.example,{of},{SENT}"
    return message(
        identifier,
        msg_type="Cancel",
        references=references,
        sent="2026-11-22T11:40:00-00:00",
        infos="",
    )


def other_words(words: str) -> str:
    """Return an <info> that says something else."""
    return info(area(), late=f"<description>{words}</description><contact>906-555-0100</contact>")


def entry(
    name: str, content: bytes = b"", *, link: str = "", updated: datetime | None = NOON
) -> str:
    """Return an Atom entry: with an alert inside, or with a link to it."""
    date = f"<updated>{updated.isoformat()}</updated>" if updated else ""
    inside = f"<content type='text/xml'>{content.decode()}</content>" if content else ""
    points = f"<link type='application/cap+xml' href='{escape(link)}'/>" if link else ""
    return f"<entry><id>urn:{name}</id><title>An alert</title>{date}{points}{inside}</entry>"


def atom(*entries: str, updated: datetime | None = NOON, more: str = "") -> bytes:
    """Return an Atom feed."""
    date = f"<updated>{updated.isoformat()}</updated>" if updated else ""
    return f"<feed xmlns='{ATOM}'><id>urn:feed</id>{date}{more}{''.join(entries)}</feed>".encode()


def atom_of(count: int, first: int = 1) -> bytes:
    """Return an Atom feed of so many alerts."""
    numbers = range(first, first + count)
    return atom(*(entry(f"e{n}", cap(f"EX-{n}")) for n in numbers))


def rss(*items: str, date: str = "") -> bytes:
    """Return an RSS 2.0 feed."""
    built = f"<lastBuildDate>{date}</lastBuildDate>" if date else ""
    return f"<rss version='2.0'><channel>{built}{''.join(items)}</channel></rss>".encode()


def child(
    first: str = "ALEX",
    *,
    case: str = "9000001",
    number: int = 1,
    published: str = "Sun, 22 Nov 2026 03:00:00 EST",
) -> str:
    """Return an item of missingkids.org's RSS."""
    link = f"https://www.example.org/case?orgPrefix=NCMC&amp;caseNum={case}&amp;seqNum={number}"
    return f"""<item><title>Missing: {first} EXAMPLE (MI)</title><pubDate>{published}</pubDate>
      <link>{link}</link><description>{first} EXAMPLE, Age Now: 7, Missing: 11/20/2026. Missing
      From MARQUETTE, MI. ANYONE HAVING INFORMATION SHOULD CONTACT: Example Police Department
      (Michigan) 1-906-555-0123.</description></item>"""


NAMES = ("Alex", "Bo", "Casey", "Dana", "Eden", "Fern", "Gray", "Hollis", "Indigo", "Jules")


def plain(number: str, **changes: Any) -> dict[str, Any]:
    """Return a poster in NCMEC's schema, of a child of its own, modified an hour ago."""
    hour_ago = (NOON - timedelta(hours=1)).isoformat()
    whole = poster(number, **{"lastModified": hour_ago, **changes})
    whole["children"][0] |= {"firstName": NAMES[int(number) % 10], "ageNow": str(int(number) % 10)}
    return whole


def listed(number: str, **changes: Any) -> dict[str, Any]:
    """Return the same as a GeoJSON Feature with ground of its own."""
    return feature(square()) | {"properties": plain(number, **changes)}


def as_json(document: object) -> bytes:
    """Return a document as JSON."""
    return json.dumps(document).encode()


def collection(*features: dict[str, Any]) -> bytes:
    """Return a GeoJSON FeatureCollection."""
    return as_json({"type": "FeatureCollection", "features": list(features)})

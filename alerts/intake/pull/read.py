"""What came back, and can it be used at all? Bytes in, items out, or FeedUnavailable."""

from alerts.errors import FeedUnavailable
from alerts.intake.pull.ask_feed import FeedAnswer
from alerts.intake.pull.items import Contents, Format
from alerts.intake.pull.json_items import read_json_items
from alerts.intake.pull.xml_items import read_xml_items

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_contents(answer: FeedAnswer) -> Contents:
    """Read what a feed answered; what it is decides how, not what the server calls it.

    Returns: an answer of no bytes is an empty listing of the format NOTHING.

    Raises
    ------
    FeedUnavailable: a web page, XML or JSON that is broken, cut off, an attack, or holds nothing
        of the kind; with a sentence that repeats nothing of the document.
    """
    body = answer.body or b""
    if not body.strip():
        return Contents(format=Format.NOTHING, items=())
    if looks_like_json(body):
        return read_json_items(body, answer.url)
    if "html" in answer.content_type and not _looks_like_xml(body):
        raise FeedUnavailable("The feed answers with a web page; check its address or log-in.")
    return read_xml_items(body, answer.url)


def looks_like_json(raw: bytes) -> bool:
    """Say whether a document begins as JSON does."""
    return raw.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in (b"{", b"[")


def _looks_like_xml(raw: bytes) -> bool:
    head = raw.removeprefix(_BYTE_ORDER_MARK).lstrip()[:200].lower()
    return head.startswith((b"<?xml", b"<feed", b"<rss", b"<alert"))

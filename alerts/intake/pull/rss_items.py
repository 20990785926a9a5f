"""Which items does an RSS feed of missingkids.org hold? A poster a case, named by its children."""

from collections.abc import Sequence

from alerts.intake.cap.xml import Node
from alerts.intake.pull.items import RSS_TYPE, Item, ItemKind
from alerts.intake.rss import RssCase, read_cases

_BEFORE, _AFTER = b'<rss version="2.0"><channel>', b"</channel></rss>"


def poster_items(entries: Sequence[Node]) -> list[Item]:
    """Return an item a case, with the XML of its entries, and one for each entry without a case."""
    found = read_cases(entries)
    broken = [
        Item(
            kind=ItemKind.BROKEN,
            names=(node.as_bytes().hex(),),
            raw=_document(node),
            media_type=RSS_TYPE,
            problems=(problem.model_copy(update={"severity": "error"}),),
        )
        for node, problem in found.nameless
    ]
    return [*(_poster(case) for case in found.cases), *broken]


def _poster(case: RssCase) -> Item:
    """Name each child, so that one who is gone from the feed is missed, too."""
    key = case.poster.case
    whole = f"{key.organization} {key.number}".upper()
    return Item(
        kind=ItemKind.POSTER,
        names=tuple(dict.fromkeys(f"{whole} child {number}" for number in case.children)),
        raw=_document(*case.items),
        media_type=RSS_TYPE,
        dated_at=case.poster.modified_at,
        poster=case.poster,
        problems=case.problems,
    )


def _document(*items: Node) -> bytes:
    return _BEFORE + b"".join(item.as_bytes() for item in items) + _AFTER

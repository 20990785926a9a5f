"""What does a source list, from end to end, and can the reading be trusted to have seen it all?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from alerts.intake.document import TakenIn
from alerts.intake.ncmec.api import PAGE_OVERLAP
from alerts.intake.poll.poll import Pull, names_in, take_page


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One reading of a whole listing, to its end."""

    names: frozenset[bytes]  # of the cases it lists, as `names_in`
    taken: tuple[TakenIn, ...]  # what had been missed
    doubt: str | None  # why something that is listed may not have been seen


def walk_listing(pull: Pull) -> Walk:
    """Read the whole listing, and take in what isn't here yet.

    Raises
    ------
    FeedUnavailable: it broke off.
    """
    names, taken, counts, shown = set[bytes](), list[TakenIn](), list[int](), 0
    for page in pull.api.posters(None):
        names |= names_in(pull.intake, page)
        taken += take_page(pull, page, moves_on=False)
        shown += len(page.items)
        counts += [] if page.count is None else [page.count]
    return Walk(names=frozenset(names), taken=tuple(taken), doubt=_doubt(counts, shown))


def _doubt(counts: Sequence[int], shown: int) -> str | None:
    """Say what the source's own counts, page by page, tell against the reading.

    Pages overlap: only if more posters go between two of them than that, one may slip through.
    """
    if any(before - after > PAGE_OVERLAP for before, after in pairwise(counts)):
        return "the listing shrank while it was read, so that some of it may have slipped through"
    if counts and counts[-1] > shown:
        return f"the listing counts {counts[-1]:,} posters and showed {shown:,}"
    return None

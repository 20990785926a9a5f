"""Which posters of a page are new, and how far have we come? Safe against a listing that moves."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from alerts.clock import Clock
from alerts.intake.ncmec.dates import read_moment
from alerts.intake.ncmec.listing import Listing, RawPoster


@dataclass(frozen=True, kw_only=True)
class PosterPage:
    """The posters of one answer that no page before had."""

    items: tuple[RawPoster, ...]
    skip: int  # how many items of the listing were skipped
    count: int | None  # the source's own count
    # Everything modified before this has been yielded: the checkpoint, once the page is stored.
    # None: keep the checkpoint that you have.
    newest_modified_at: datetime | None


class Progress:
    """What one reading of the listing has seen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: set[bytes] = set()
        self._newest: datetime | None = None
        self._in_order = True

    def page(self, listing: Listing, skip: int) -> PosterPage:
        """Leave out what a page before had, and remember the rest."""
        fresh = tuple(item for item in listing.items if self._is_new(item))
        for item in fresh:
            self._note(_modified_at(item.payload))
        newest = self._newest if self._in_order else None
        return PosterPage(items=fresh, skip=skip, count=listing.count, newest_modified_at=newest)

    def closing_page(self, skip: int) -> PosterPage | None:
        """Return a page without items, whose checkpoint is good since all has been read.

        None if the listing was in order, and the pages have said so already.
        """
        if self._in_order:
            return None
        return PosterPage(items=(), skip=skip, count=None, newest_modified_at=self._newest)

    def _is_new(self, item: RawPoster) -> bool:
        digest = hashlib.sha256(item.raw).digest()
        is_new = digest not in self._seen
        self._seen.add(digest)
        return is_new

    def _note(self, modified_at: datetime | None) -> None:
        """Follow the newest; one that is still to come would make us blind until then."""
        if modified_at is None or modified_at > self._clock():
            return
        if self._newest is not None and modified_at < self._newest:
            self._in_order = False
        self._newest = max(modified_at, self._newest or modified_at)


def _modified_at(payload: object) -> datetime | None:
    modified = payload.get("lastModified") if isinstance(payload, dict) else None
    return read_moment(modified).moment if isinstance(modified, str) else None

"""How far a reading of the listing has come."""

import json
from datetime import UTC, datetime, timedelta

from alerts.intake.ncmec.listing import Listing, RawPoster
from alerts.intake.ncmec.paging import Progress

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


def listing(*hours: int) -> Listing:
    """Items that were modified so many hours before NOW."""
    payloads = [{"lastModified": (NOW - timedelta(hours=h)).isoformat()} for h in hours]
    items = [RawPoster(raw=json.dumps(p).encode(), payload=p) for p in payloads]
    return Listing(items=tuple(items), count=None)


def progress() -> Progress:
    return Progress(lambda: NOW)


def test_the_newest_so_far_is_the_checkpoint() -> None:
    reading = progress()
    assert reading.page(listing(9, 7), 0).newest_modified_at == NOW - timedelta(hours=7)
    assert reading.page(listing(7, 5), 2).newest_modified_at == NOW - timedelta(hours=5)
    assert reading.closing_page(4) is None


def test_an_item_is_new_once() -> None:
    reading = progress()
    assert len(reading.page(listing(9, 7), 0).items) == 2
    assert len(reading.page(listing(7, 5), 1).items) == 1
    assert reading.page(listing(5), 2).items == ()


def test_a_source_that_does_not_sort_has_a_checkpoint_at_the_end_only() -> None:
    reading = progress()
    assert reading.page(listing(1, 3), 0).newest_modified_at is None
    assert reading.page(listing(5, 7), 2).newest_modified_at is None
    closing = reading.closing_page(4)
    assert closing is not None
    assert closing.items == ()
    assert closing.newest_modified_at == NOW - timedelta(hours=1)


def test_a_moment_to_come_is_no_checkpoint() -> None:
    page = progress().page(listing(3, -48), 0)
    assert page.newest_modified_at == NOW - timedelta(hours=3)


def test_items_without_a_moment_leave_the_checkpoint_alone() -> None:
    odd = tuple(RawPoster(raw=str(p).encode(), payload=p) for p in (None, 1, {"lastModified": 3}))
    page = progress().page(Listing(items=odd, count=None), 0)
    assert page.newest_modified_at is None
    assert len(page.items) == 3

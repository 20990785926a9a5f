"""When do neighborhoods without a county get theirs? At set-up all, later a few at a time."""

from alerts.area.counties import Counties, CountyBook
from alerts.audience.fill_counties import any_countyless, fill_counties
from alerts.store.engine import Store

ALL_AT_ONCE = 10_000  # rows a transaction while an instance is set up
A_PASS = 2_000  # rows a pass of the scheduler: a tenth of a second, and as many change rows
LOOKS_EVERY_S = 10.0


def fill_all_counties(store: Store, book: CountyBook) -> int:
    """Look up whatever has no county yet; return how many. Running processes see it as they start.

    No change rows: a million of them would have every running process read all anew.
    """
    filled, counties = 0, _counties_needed(store, book)
    while counties is not None:
        with store.begin() as session:
            some = fill_counties(session, counties, ALL_AT_ONCE, notes_change=False)
        filled += some
        if some < ALL_AT_ONCE:
            break
    return filled


def fill_some_counties(store: Store, book: CountyBook) -> int:
    """Look up a few that have no county yet, and tell running processes; return how many."""
    counties = _counties_needed(store, book)
    if counties is None:
        return 0
    with store.begin() as session:
        return fill_counties(session, counties, A_PASS, notes_change=True)


def _counties_needed(store: Store, book: CountyBook) -> Counties | None:
    """Return the counties if there is anything to look up; they take half a second to read."""
    with store.read() as session:
        needed = any_countyless(session)
    return book.now() if needed else None

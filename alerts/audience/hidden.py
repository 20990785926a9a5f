"""What of an area's reach may others see? Feeds and the desk, who are not to find anybody's home.

A neighborhood is a home address (DOMAIN rule 19). A figure below ten is hidden, and nothing that is
hidden may be worked out from what is shown (docs/adr/0033): the three totals are exact, every part
of a total is rounded down to tens, and rows of a table are listed from twenty on. So what is left
of a total beside the parts that are shown is never known to be a number below ten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from alerts.audience.index import DeviceCount, Figures

SMALLEST_SHOWN = 10  # DOMAIN rule 19
STEP = SMALLEST_SHOWN  # parts are rounded down to multiples of this
# Rows of a table below this aren't listed. Were it ten, two languages that aren't listed of 18
# devices would have 9 each: at the edge of what is possible, a number is known.
SMALLEST_LISTED = 2 * STEP

Shown: TypeAlias = int | str  # "<10" below ten


@dataclass(frozen=True, kw_only=True)
class Totals:
    """How many an area touches in all."""

    neighborhoods: int
    subscribers: int
    devices: int


@dataclass(frozen=True, kw_only=True)
class HiddenCounty:
    """People of one county, in tens; of a county that none is known of, `county` is None.

    People only: neighborhoods beside them, and both beside the totals, would give away what is left
    for the counties that aren't listed.
    """

    county: str | None  # FIPS code
    subscribers: int


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """What an area reaches, as others may see it."""

    neighborhoods: Shown
    subscribers: Shown
    devices: Shown
    devices_by: tuple[DeviceCount, ...]  # in tens; those below twenty aren't listed
    in_quiet_hours: Shown  # in tens
    already_told: Shown  # in tens
    counties: tuple[HiddenCounty, ...]  # in tens; those below twenty aren't listed


def hide_small(count: int) -> Shown:
    """Return a count as others may see it: "<10" below ten, nobody included (DOMAIN rule 19).

    Zero is hidden too: the step from nobody to somebody would tell who lives there.
    """
    return count if count >= SMALLEST_SHOWN else f"<{SMALLEST_SHOWN}"


def totals_of(figures: Figures) -> Totals:
    """Return the totals of exact figures."""
    return Totals(
        neighborhoods=figures.neighborhoods,
        subscribers=figures.subscribers,
        devices=figures.device_total,
    )


def hidden(figures: Figures, totals: Totals | None = None) -> Hidden:
    """Hide what would point at fewer than ten people.

    Parameters
    ----------
    totals: what is shown as totals, if not those of `figures`: who asks about nearly the same
        people again sees what they saw (`service.asked_before`).

    Notes
    -----
    Where fewer than ten people live, nothing at all is shown: ten phones of one person are no
    crowd.
    """
    whole = totals or totals_of(figures)
    people = whole.subscribers
    if people < SMALLEST_SHOWN:
        return _nothing()
    by_channel = shown_parts([row.devices for row in figures.devices], whole.devices)
    (told,) = shown_parts([figures.already_told], people, least=SMALLEST_SHOWN)
    (quiet,) = shown_parts([figures.in_quiet_hours], people, least=SMALLEST_SHOWN)
    return Hidden(
        neighborhoods=hide_small(whole.neighborhoods),
        subscribers=people,
        devices=hide_small(whole.devices),
        devices_by=tuple(
            DeviceCount(channel=row.channel, language=row.language, devices=shown)
            for row, shown in zip(figures.devices, by_channel, strict=True)
            if shown
        ),
        in_quiet_hours=hide_small(quiet),
        already_told=hide_small(told),
        counties=_counties(figures, whole),
    )


def shown_parts(parts: Sequence[int], whole: int, *, least: int = SMALLEST_LISTED) -> list[int]:
    """Round the parts of a whole down to tens; 0 is for a part that isn't shown.

    Parameters
    ----------
    parts: don't overlap; what they leave of `whole` is the rest.
    whole: is known exactly; below ten, no part is shown.
    least: the smallest part that is shown, a multiple of ten.

    Notes
    -----
    If the shown parts made up the whole there would be no rest, and nobody is a figure that is
    hidden too: then the largest is lowered by ten.
    """
    if whole < SMALLEST_SHOWN:
        return [0] * len(parts)
    shown = [_rounded(count, least) for count in parts]
    while any(shown) and sum(shown) >= whole:
        largest = shown.index(max(shown))
        shown[largest] = _rounded(shown[largest] - STEP, least)
    return shown


def _rounded(count: int, least: int) -> int:
    return count // STEP * STEP if count >= least else 0


def _counties(figures: Figures, whole: Totals) -> tuple[HiddenCounty, ...]:
    """Show the people of each county, who may have neighborhoods in several of them."""
    alone = [shown_parts([row.subscribers], whole.subscribers)[0] for row in figures.counties]
    rows = zip(figures.counties, shown_parts(alone, whole.neighborhoods), strict=True)
    found = [HiddenCounty(county=row.county, subscribers=shown) for row, shown in rows if shown]
    return tuple(sorted(found, key=lambda row: (-row.subscribers, row.county or "none")))


def _nothing() -> Hidden:
    small = hide_small(0)
    return Hidden(
        neighborhoods=small,
        subscribers=small,
        devices=small,
        devices_by=(),
        in_quiet_hours=small,
        already_told=small,
        counties=(),
    )

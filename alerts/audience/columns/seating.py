"""Who gets the first telling, by which devices, and when? Decided for all at once, in memory."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from alerts.alert import Tier
from alerts.audience.columns.nights import release_times
from alerts.audience.columns.people import NO_CAP, People
from alerts.audience.columns.reached import Reached
from alerts.audience.index import Terms
from alerts.audience.seats import Row, Seats

Mask: TypeAlias = NDArray[np.bool_]


def seats_of(reached: Reached, terms: Terms) -> Seats:
    """Seat the devices of those whom an area reached (DOMAIN rules 9 and 10)."""
    people = reached.people
    chosen = reached.owner_mask()
    chosen[people.rows_of(terms.left_out)] = False
    if terms.testers_only:
        chosen &= people.testers[: len(chosen)]
    rows = reached.devices_of(chosen)
    owners = reached.devices.owners[rows]
    numbers, labels = _rows(people, owners, reached.devices.channels[rows], terms)
    return Seats(
        device_ids=reached.devices.ids[rows],
        subscriber_ids=people.ids[owners],
        neighborhood_ids=_lowest(reached, len(chosen))[owners],
        row_of=numbers,
        rows=labels,
    )


def _lowest(reached: Reached, count: int) -> NDArray[np.int64]:
    """Return for each person the lowest id of their neighborhoods that match."""
    lowest = np.zeros(count, np.int64)
    lowest[reached.owners[::-1]] = reached.neighborhood_ids[::-1]  # the lowest is written last
    return lowest


def _rows(
    people: People, owners: NDArray[np.int32], channels: NDArray[np.uint8], terms: Terms
) -> tuple[NDArray[np.int64], list[Row]]:
    """Return what each device shares with others of its batch, by number."""
    hours = people.quiet_hours[owners]
    releases = release_times(people, terms.tier, terms.now, hours)
    languages, named = people.language_words.listed(), people.channel_words.listed()
    key = hours.astype(np.int64)
    key = key * len(named) + channels
    key = key * len(languages) + people.languages[owners]
    key = key * 2 + _capped(people, owners, terms)
    keys, numbers = np.unique(key, return_inverse=True)
    rows: dict[Row, int] = {}
    row_of_key = []
    for one in keys.tolist():
        rest, capped = divmod(one, 2)
        rest, language = divmod(rest, len(languages))
        quiet, channel = divmod(rest, len(named))
        row = Row(
            not_before=releases[quiet],
            channel=str(named[channel]),
            language=str(languages[language]),
            capped=bool(capped),
            hushed=False,
        )
        row_of_key.append(rows.setdefault(row, len(rows)))
    return np.array(row_of_key, np.int64)[numbers], list(rows)


def _capped(people: People, owners: NDArray[np.int32], terms: Terms) -> Mask:
    """Tell whose owner had their pushes of the week."""
    if terms.tier is Tier.AMBER:
        return np.zeros(len(owners), bool)
    chosen = people.weekly_caps[owners]
    caps = np.where(chosen == NO_CAP, terms.weekly_cap, chosen)
    pushes = np.zeros(len(people.ids), np.int64)
    known = np.isin(terms.pushed, people.ids)
    pushes[people.rows_of(terms.pushed)] = terms.pushes[known]
    over: Mask = pushes[owners] >= caps
    return over

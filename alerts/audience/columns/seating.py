"""Who gets the first telling, by which devices, and when? Decided for all at once, in memory."""

import json
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from alerts.alert import Tier
from alerts.audience.columns.people import NO_CAP, People
from alerts.audience.columns.reached import Reached
from alerts.audience.columns.said import said_of
from alerts.audience.index import Terms
from alerts.audience.quiet import Nights
from alerts.audience.seats import Row, Seats

Mask: TypeAlias = NDArray[np.bool_]


def seats_of(reached: Reached, terms: Terms) -> Seats:
    """Seat the devices of those whom an area reached (DOMAIN rules 9 and 10)."""
    people = reached.people
    chosen = reached.owner_mask()
    left_out = people.rows_of(terms.left_out)
    chosen[left_out[left_out < len(chosen)]] = False  # others joined since the match
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
    places, said = said_of(people, owners, channels)
    keys, numbers = np.unique(places * 2 + _capped(people, owners, terms), return_inverse=True)
    nights = Nights(terms.tier, terms.now)
    rows: dict[Row, int] = {}  # different quiet hours may end at the same time
    row_of_key = []
    for place, capped in (divmod(key, 2) for key in keys.tolist()):
        channel, language, hours = said[place]
        row = Row(
            not_before=nights.release(json.loads(hours) if hours else None),
            channel=channel,
            language=language,
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
    rows, known = people.find(terms.pushed)
    pushes = np.zeros(len(people.ids), np.int64)
    pushes[rows[known]] = terms.pushes[known]
    over: Mask = pushes[owners] >= caps
    return over

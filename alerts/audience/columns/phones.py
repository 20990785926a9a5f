"""Which of these devices can be reached, and how? Looked up in memory."""

import numpy as np

from alerts.audience.columns.people import NOBODY, People
from alerts.audience.columns.said import said_of
from alerts.audience.index import Ids, Phones


def phones_of(people: People, device_ids: Ids) -> Phones:
    """Return those of these devices that can be reached."""
    devices = people.devices
    found, known = devices.rows_of(np.sort(device_ids))
    rows = found[known]
    rows = rows[devices.owners[rows] != NOBODY]
    owners = devices.owners[rows]
    places, said = said_of(people, owners, devices.channels[rows])
    return Phones(
        device_ids=devices.ids[rows],
        subscriber_ids=people.ids[owners],
        said_of=places,
        said=said,
    )

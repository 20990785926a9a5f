"""Which of these devices can be reached, and how? Looked up in memory."""

import numpy as np

from alerts.audience.columns.people import NOBODY, People
from alerts.audience.index import Ids, Phones, Said


def phones_of(people: People, device_ids: Ids) -> Phones:
    """Return those of these devices that can be reached."""
    devices = people.devices
    places, known = devices.rows_of(np.sort(device_ids))
    rows = places[known]
    rows = rows[devices.owners[rows] != NOBODY]
    owners = devices.owners[rows]
    channels, languages = people.channel_words.listed(), people.language_words.listed()
    key = people.quiet_hours[owners].astype(np.int64) * len(channels) + devices.channels[rows]
    keys, said_of = np.unique(key * len(languages) + people.languages[owners], return_inverse=True)
    hours = people.quiet_words.listed()
    said = []
    for one in keys.tolist():
        rest, language = divmod(one, len(languages))
        quiet, channel = divmod(rest, len(channels))
        said.append(Said(str(channels[channel]), str(languages[language]), hours[quiet]))
    return Phones(
        device_ids=devices.ids[rows],
        subscriber_ids=people.ids[owners],
        said_of=said_of.astype(np.int64),
        said=said,
    )

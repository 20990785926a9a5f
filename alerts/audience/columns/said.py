"""What counts for the batch of each device: its channel, its owner's language and quiet hours."""

import numpy as np
from numpy.typing import NDArray

from alerts.audience.columns.people import People
from alerts.audience.index import Said


def said_of(
    people: People, owners: NDArray[np.int32], channels: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], list[Said]]:
    """Return for each device the place of what counts for it, and what that is, each once.

    `owners` are rows of people, `channels` numbers in their `channel_words`.
    """
    named, spoken = people.channel_words.listed(), people.language_words.listed()
    hours = people.quiet_words.listed()
    key = people.quiet_hours[owners].astype(np.int64) * len(named) + channels
    keys, places = np.unique(key * len(spoken) + people.languages[owners], return_inverse=True)
    said = []
    for one in keys.tolist():
        rest, language = divmod(one, len(spoken))
        quiet, channel = divmod(rest, len(named))
        said.append(Said(str(named[channel]), str(spoken[language]), hours[quiet]))
    return places.astype(np.int64), said

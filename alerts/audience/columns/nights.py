"""Until when do people's quiet hours hold a push? Once for each of the hours that people chose."""

import json
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from alerts.alert import Tier
from alerts.audience.columns.people import People
from alerts.audience.quiet import Nights


def release_times(
    people: People, tier: Tier, now: datetime, chosen: NDArray[np.int32]
) -> list[datetime]:
    """Return when people may be disturbed, by the number in `people.quiet_hours`.

    Only of the `chosen` numbers: what nobody of these people chose is read as no quiet hours.
    """
    nights = Nights(tier, now)
    words = people.quiet_words.listed()
    free = [now] * len(words)
    for number in np.unique(chosen).tolist():
        said = words[number]
        free[number] = nights.release(json.loads(said) if said else None)
    return free

"""Until when do people's quiet hours hold a push? Once for each of the hours that people chose."""

import json
from datetime import datetime

from alerts.alert import Tier
from alerts.audience.columns.people import People
from alerts.audience.quiet import Nights


def release_times(people: People, tier: Tier, now: datetime) -> list[datetime]:
    """Return when people may be disturbed, by the number in `people.quiet_hours`."""
    nights = Nights(tier, now)
    chosen = people.quiet_words.listed()
    return [nights.release(json.loads(said) if said else None) for said in chosen]

"""When does a job run next? After its interval, whatever the clock did meanwhile."""

from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger


class Every(BaseTrigger):  # type: ignore[misc]
    """Fires every so many seconds; what was missed isn't made up for.

    APScheduler's own interval counts up each run that was missed. On a machine that starts in
    1970, until NTP tells it the year, these are more than a billion: it would never be done.
    """

    __slots__ = ("interval",)

    def __init__(self, seconds: float) -> None:
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the next time after `now`: in step with the one before, unless that is far off."""
        due = now if previous is None else previous + self.interval
        return due if now < due <= now + self.interval else now + self.interval

"""A clock that stands still until it is told to move on."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday


class StandingClock:
    """An `alerts.clock.Clock`."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move_on(self, **by: float) -> datetime:
        """Let time pass (`seconds=`, `hours=`, `days=`), and return the new now."""
        self.now += timedelta(**by)
        return self.now

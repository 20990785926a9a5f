"""When may this person be disturbed? Quiet hours by tier, in the person's own time zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.alert import Tier


class QuietHours(BaseModel):
    """From `start` to `end` each night, pushes of these tiers wait.

    AMBER isn't among them unless the person says so (DOMAIN rule 10: it breaks through by default).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: time = Field(description="Local time, HH:MM", examples=["22:00"])
    end: time = Field(description="Local time, HH:MM; the next day if not after start")
    time_zone: str = Field(description="IANA name", examples=["America/Detroit"])
    tiers: tuple[Tier, ...] = (Tier.ENDANGERED, Tier.MISSING)

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("is no IANA time zone, such as America/Chicago")
        return name

    @field_validator("start", "end")
    @classmethod
    def _is_local(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("is a local time without a zone, such as 22:00")
        return value

    def release(self, tier: Tier, now: datetime) -> datetime:
        """Return when a push of `tier` may be sent: now, or when the quiet hours end."""
        if tier not in self.tiers or self.start == self.end:
            return now
        zone = ZoneInfo(self.time_zone)
        today = now.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            until = day if self.end > self.start else day + timedelta(days=1)
            # compared in UTC: within one zone Python compares the hands of the clock
            starts = datetime.combine(day, self.start, zone).astimezone(UTC)
            ends = datetime.combine(until, self.end, zone).astimezone(UTC)
            if starts <= now < ends:
                return ends.astimezone(now.tzinfo)
        return now

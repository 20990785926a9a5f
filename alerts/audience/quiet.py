"""When may this person be disturbed? Quiet hours by tier, in the person's own time zone."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.alert import Tier


@cache
def _zones() -> frozenset[str]:
    """The names of all time zones; to list them walks the disk, so it is done once."""
    return frozenset(available_timezones())


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
        if name not in _zones():
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


class Nights:
    """When pushes of one tier may be sent, for many people; the same hours are read once."""

    def __init__(self, tier: Tier, now: datetime) -> None:
        self._tier, self._now = tier, now
        self._known: dict[str, datetime] = {}

    def release(self, said: Mapping[str, Any] | None) -> datetime:
        """Return when a person with these quiet hours, as stored, may be disturbed."""
        if not said:
            return self._now
        key = json.dumps(said, sort_keys=True)
        if key not in self._known:
            self._known[key] = QuietHours.model_validate(said).release(self._tier, self._now)
        return self._known[key]

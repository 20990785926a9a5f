"""The numbers that intake decides by; each is a setting (config/example.env has the reasons)."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from alerts.alert import Tier


class IntakePolicy(BaseModel):
    """When an alert expires, and what waits for the desk."""

    model_config = ConfigDict(frozen=True)

    expires_after: dict[Tier, timedelta]
    amber_fresh_for: timedelta  # an older AMBER case isn't news: the desk looks first
    hold_area_above_km2: float
    hold_amber_area_above_km2: float
    default_country: str | None

    def expiry(self, tier: Tier, now: datetime, source_says: datetime | None) -> datetime:
        """Return when an alert ends by itself: the source's own expiry wins if sooner (rule 13)."""
        ours = now + self.expires_after[tier]
        return min(ours, source_says) if source_says else ours

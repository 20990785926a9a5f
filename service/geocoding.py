"""Which geocoder do the settings name?"""

from datetime import timedelta

from alerts.clock import Clock
from alerts.geocoding.remembered import Manners, RememberingGeocoder
from alerts.geocoding.service import GeopyGeocoder, ServiceSettings
from alerts.geocoding.turns import Pace
from alerts.store.engine import Store
from alerts.store.vault import Vault
from config.settings import Settings


def make_geocoder(
    settings: Settings, store: Store, vault: Vault, clock: Clock
) -> RememberingGeocoder | None:
    """Return the geocoder that the settings name, None if they name none.

    Raises
    ------
    GeocoderMisconfigured: they name one that can't be asked.
    """
    behind = make_service(settings)
    if behind is None:
        return None
    manners = Manners(
        service=behind.service,
        pace=Pace(min_delay_s=settings.geocoder_min_delay_s, per_day=settings.geocoder_per_day),
        timeout_s=settings.geocoder_timeout_s,
        keep_found=timedelta(days=settings.geocoder_cache_days),
        keep_unknown=timedelta(days=settings.geocoder_unknown_cache_days),
    )
    return RememberingGeocoder(behind, store, vault, clock, manners)


def make_service(settings: Settings) -> GeopyGeocoder | None:
    """Return the service alone, with no memory and no manners; raises as above."""
    if not settings.geocoder:
        return None
    key = settings.geocoder_key.get_secret_value() if settings.geocoder_key else ""
    return GeopyGeocoder(
        ServiceSettings(
            service=settings.geocoder,
            key=key,
            url=settings.geocoder_url,
            user_agent=settings.resolved_geocoder_user_agent,
            timeout_s=settings.geocoder_timeout_s,
        )
    )

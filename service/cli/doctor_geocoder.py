"""Is a geocoder set up, and can it be asked as the settings say? Asks it nothing."""

from alerts.area.geocoder.answer import GeocoderMisconfigured
from config.settings import Settings
from service.cli.finding import Finding, ill, well
from service.geocoding import make_service

NAME = "geocoder"


def geocoder(settings: Settings) -> Finding:
    """Say how it stands with the places that our own tables don't know."""
    try:
        service = make_service(settings)
    except GeocoderMisconfigured as e:
        return ill(NAME, f"{str(e).rstrip('.')}.", "Mend PORCHLIGHT_GEOCODER and what follows it.")
    if service is None:
        detail = "None (no PORCHLIGHT_GEOCODER): places that we don't know wait for the desk."
        return well(NAME, detail, required=False)
    where = f" at {settings.geocoder_url}" if settings.geocoder_url else ""
    detail = (
        f"{service.name}{where}, {settings.geocoder_per_day:,} requests a day at most. "
        "Try porchlight places geocode."
    )
    return well(NAME, detail, required=False)

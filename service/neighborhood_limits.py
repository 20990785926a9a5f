"""How large may one neighborhood be on this instance? One answer for the API and for imports."""

from alerts.audience.kept_ground import Limits
from config.settings import Settings


def neighborhood_limits(settings: Settings) -> Limits:
    """Return the limits that the settings say."""
    return Limits(
        largest_km2=settings.largest_neighborhood_km2,
        most_vertices=settings.largest_neighborhood_vertices,
    )

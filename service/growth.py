"""The numbers of growth and of suggestions, as the settings have them (docs/adr/0029)."""

from alerts.area.growth import Caps, GrowthPolicy
from alerts.area.suggestion import SuggestPolicy
from config.settings import Settings

KM_M = 1000.0


def growth_policy(settings: Settings) -> GrowthPolicy:
    """Return how the ground grows with the time since a child was last seen."""
    return GrowthPolicy(
        on_foot_kmh=settings.growth_on_foot_kmh,
        unknown_kmh=settings.growth_unknown_kmh,
        by_car_kmh=settings.growth_by_car_kmh,
        on_foot_youngest=settings.growth_on_foot_youngest,
        on_foot_oldest=settings.growth_on_foot_oldest,
        amber=_caps(
            settings.growth_amber_on_foot_cap_km,
            settings.growth_amber_unknown_cap_km,
            settings.growth_amber_by_car_cap_km,
        ),
        endangered=_caps(
            settings.growth_endangered_on_foot_cap_km,
            settings.growth_endangered_unknown_cap_km,
            settings.growth_endangered_by_car_cap_km,
        ),
        missing=_caps(
            settings.growth_missing_on_foot_cap_km,
            settings.growth_missing_unknown_cap_km,
            settings.growth_missing_by_car_cap_km,
        ),
    )


def suggest_policy(settings: Settings) -> SuggestPolicy:
    """Return what the desk is shown of how an alert might be widened."""
    return SuggestPolicy(
        hours_ahead=settings.suggest_hours,
        highway_kmh=settings.suggest_highway_kmh,
        corridor_cap_m=settings.corridor_cap_km * KM_M,
        half_width_m=settings.corridor_half_width_km * KM_M,
        approximate_half_width_m=settings.corridor_coarse_half_width_km * KM_M,
        most_roads=settings.suggest_roads,
    )


def _caps(on_foot_km: float, unknown_km: float, by_car_km: float) -> Caps:
    return Caps(on_foot_m=on_foot_km * KM_M, unknown_m=unknown_km * KM_M, by_car_m=by_car_km * KM_M)

"""Does every number of growth and of suggestions come from its setting?"""

from pathlib import Path
from typing import Any

from alerts.alert import Tier
from alerts.area.growth import GrowthPolicy
from alerts.area.means import Means
from alerts.area.suggestion import SuggestPolicy
from config.settings import Settings
from service.growth import growth_policy, suggest_policy
from service.wiring import area_policy


def settings(**more: Any) -> Settings:
    return Settings(data_dir=Path("var"), _env_file=None, **more)


def test_the_defaults_of_settings_and_code_are_the_same() -> None:
    assert growth_policy(settings()) == GrowthPolicy()
    assert suggest_policy(settings()) == SuggestPolicy()


def test_each_cap_is_its_own() -> None:
    tiers, means = (Tier.AMBER, Tier.ENDANGERED, Tier.MISSING), tuple(Means)
    names = {(t, m): f"growth_{t}_{m}_cap_km" for t in tiers for m in means}
    wanted = {name: 10.0 + n for n, name in enumerate(names.values())}
    growth = area_policy(settings(**wanted)).growth
    for (tier, by), name in names.items():
        assert growth.cap_m(tier, by) == wanted[name] * 1000
    assert growth.cap_m(Tier.LONG_TERM, Means.BY_CAR) == 0


def test_speeds_ages_and_corridors_are_settings() -> None:
    changed = settings(
        growth_on_foot_kmh=1,
        growth_unknown_kmh=2,
        growth_by_car_kmh=3,
        growth_on_foot_youngest=4,
        growth_on_foot_oldest=5,
        suggest_hours=(6,),
        suggest_highway_kmh=7,
        suggest_roads=8,
        corridor_cap_km=9,
        corridor_half_width_km=1,
        corridor_coarse_half_width_km=2,
    )
    growth = growth_policy(changed)
    assert [growth.speed_kmh(means) for means in Means] == [1, 2, 3]
    assert (growth.on_foot_youngest, growth.on_foot_oldest) == (4, 5)
    assert suggest_policy(changed) == SuggestPolicy(
        hours_ahead=(6,),
        highway_kmh=7,
        most_roads=8,
        corridor_cap_m=9_000,
        half_width_m=1_000,
        approximate_half_width_m=2_000,
    )

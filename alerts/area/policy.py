"""How far around a place an alert reaches before the desk has looked at it."""

from pydantic import BaseModel, ConfigDict

from alerts.area.growth import GrowthPolicy


class AreaPolicy(BaseModel):
    """The numbers of the area derivation; each is a setting.

    Distances are metres on the ground. 16 km (10 miles) around a ZIP code covers the code itself
    (the median US ZIP code area is about 8 km across, nine in ten are under 30 km) and the next
    towns, where a child on foot or on a bus is within the first hours. A city is known less exactly
    than a ZIP code and is larger, so 24 km (15 miles) around its centre; from half a million
    inhabitants its built-up area alone is wider than that, so 40 km (25 miles). 8 km stands for a
    county of which the atlas has a point only: they are independent cities.
    """

    model_config = ConfigDict(frozen=True)

    zip_radius_m: float = 16_000
    city_radius_m: float = 24_000
    city_large_radius_m: float = 40_000
    city_large_population: int = 500_000
    county_point_radius_m: float = 8_000
    # Post offices that bear a city's name lie up to this many of its radii away (St. Louis, Los
    # Angeles); a namesake farther off is another place.
    same_city_radii: float = 2
    # Abroad, where no state narrows a name down, the city so many times larger than its namesakes
    # is the one that is meant.
    dominant_city_ratio: float = 10
    # Some codes of the source were unknown or only approximated: the ground is incomplete.
    unknown_code_penalty: float = 0.8
    # The states in which a poster is distributed agree with the area, or lie elsewhere; and so many
    # of them at most say anything: nearly every poster of five states names the neighbours only.
    agreed_bonus: float = 0.05
    agreed_at_most: float = 0.95
    elsewhere_penalty: float = 0.5
    most_distribution_states: int = 5
    # Nothing but the distribution names ground: half as sure as a state that the poster names.
    distribution_penalty: float = 0.5
    # A geocoder's place is known less well than a city of ours, so no less ground; whose box is
    # wider than the largest radius is a region, not a place (docs/adr/0028).
    geocoder_least_radius_m: float = 24_000
    geocoder_most_radius_m: float = 100_000
    # Of two places of one name the first is meant if it is so much better known, 0-1 (Nominatim's
    # importance: Paris in France 0.8, in Texas 0.5).
    geocoder_outweighs_by: float = 0.2
    # Whether it may name the city where the state alone is known; the order of DOMAIN rule 8 has
    # the state first.
    geocoder_refines_states: bool = False
    geocoder_country: str | None = None  # ISO 3166-1 alpha-2 of a poster that names no country
    # How circles around a place grow with the time since a child was last seen (docs/adr/0029).
    growth: GrowthPolicy = GrowthPolicy()

"""What do people call a county that we know by its FIPS code?"""

from alerts.places import PlaceBook


def county_name(places: PlaceBook, fips: str | None) -> str | None:
    """Return a county's name with its state ("Marquette County, MI"); None if it isn't known."""
    place = places.by_code("county", fips) if fips else None
    if place is None:
        return None
    return f"{place.name}, {place.region}" if place.region else place.name

"""A few places in and around Germany, with invented square outlines."""

from tests.area.listed_places import FEW_PLACES, ListedPlaces, place

GERMANY = ListedPlaces(
    (
        *(
            record
            for scheme in ("state", "county", "zip", "city")
            for record in FEW_PLACES.all_of(scheme)
        ),
        place("country", "US", "United States", (-98, 39), half_width_deg=20),
        place("country", "DE", "Germany", (10, 51), country="DE", half_width_deg=4),
        place("country", "FR", "France", (2, 47), country="FR", half_width_deg=3.9),
    )
)

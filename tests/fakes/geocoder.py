"""A geocoder that knows what a test tells it, and fails when it is told to."""

from collections.abc import Callable, Sequence

from alerts.area.geocoder.answer import FoundPlace, GeocoderFailed
from alerts.area.geocoder.asked import PlaceAsked


class FakeGeocoder:
    """An `alerts.area.geocoder.answer.Geocoder`."""

    name = "Gazetteer"
    credit = "© the Example contributors"

    def __init__(self, *places: FoundPlace) -> None:
        self.places = list(places)
        self.fails: GeocoderFailed | None = None
        self.asked: list[PlaceAsked] = []
        self.before: Callable[[], object] = lambda: None  # is called before each answer

    def find(self, asked: PlaceAsked) -> Sequence[FoundPlace]:
        """Return the places whose name begins as is asked, in the country that is asked."""
        self.asked.append(asked)
        self.before()
        if self.fails is not None:
            raise self.fails
        return tuple(
            place
            for place in self.places
            if place.name.split(",")[0] in (asked.city, asked.county, asked.postcode)
            and asked.country_code in (None, place.country)
        )

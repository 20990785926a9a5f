"""A place book over a list: what the derivation asks, answered in memory."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from shapely.geometry import Point, box

from alerts.places import PlaceRecord, fold


class ListedPlaces:
    """The `PlaceBook` of the tests."""

    def __init__(self, records: Iterable[PlaceRecord]) -> None:
        self._by_code: dict[tuple[str, str], PlaceRecord] = {}
        self._by_name: dict[tuple[str, str], list[PlaceRecord]] = defaultdict(list)
        for record in records:
            self._by_code[record.scheme, record.code] = record
            self._by_name[record.scheme, fold(record.name)].append(record)

    def by_code(self, scheme: str, code: str) -> PlaceRecord | None:
        return self._by_code.get((scheme, code))

    def by_name(
        self, scheme: str, name: str, region: str | None, country: str | None
    ) -> Sequence[PlaceRecord]:
        return [
            record
            for record in self._by_name.get((scheme, fold(name)), ())
            if region in (None, record.region) and country in (None, record.country)
        ]

    def all_of(self, scheme: str) -> list[PlaceRecord]:
        """Return every place of a scheme."""
        return [record for (s, _), record in self._by_code.items() if s == scheme]

    def country_at(self, lon: float, lat: float) -> str | None:
        here = Point(lon, lat)
        for (scheme, code), record in self._by_code.items():
            if scheme == "country" and record.shape and record.shape.intersects(here):
                return code
        return None


def place(
    scheme: str,
    code: str,
    name: str,
    at: tuple[float, float],
    *,
    region: str | None = None,
    country: str = "US",
    population: int | None = None,
    half_width_deg: float | None = None,
) -> PlaceRecord:
    """Make a record; with `half_width_deg` its outline is a square around the point."""
    lon, lat = at
    w = half_width_deg
    return PlaceRecord(
        scheme=scheme,
        code=code,
        name=name,
        region=region,
        country=country,
        lon=lon,
        lat=lat,
        shape=box(lon - w, lat - w, lon + w, lat + w) if w else None,
        population=population,
    )


# Real names and codes, invented outlines.
FEW_PLACES = ListedPlaces(
    (
        place("country", "US", "United States", (-98, 39), half_width_deg=20),
        place("country", "MX", "Mexico", (-102, 5), country="MX", half_width_deg=5),
        place("country", "CA", "Canada", (-98, 65), country="CA", half_width_deg=5),
        place("state", "MI", "Michigan", (-85, 44), region="MI", half_width_deg=2),
        place("state", "CT", "Connecticut", (-72.7, 41.6), region="CT", half_width_deg=0.5),
        place("state", "TX", "Texas", (-99, 31), region="TX", half_width_deg=4),
        place("state", "VA", "Virginia", (-78, 37.5), region="VA", half_width_deg=1.5),
        place(
            "county", "26103", "Marquette County", (-87.6, 46.6), region="MI", half_width_deg=0.4
        ),
        place(
            "county", "48491", "Williamson County", (-97.6, 30.6), region="TX", half_width_deg=0.3
        ),
        place("county", "09003", "Hartford County", (-72.7, 41.8), region="CT", half_width_deg=0.2),
        place("county", "09013", "Tolland County", (-72.3, 41.85), region="CT", half_width_deg=0.2),
        place("county", "51059", "Fairfax County", (-77.3, 38.85), region="VA", half_width_deg=0.2),
        place("county", "51600", "Fairfax city", (-77.3, 38.85), region="VA", half_width_deg=0.02),
        place("county", "51610", "Falls Church city", (-77.17, 38.88), region="VA"),
        place("county", "17167", "Orange County", (-89.6, 39.8), region="IL", half_width_deg=0.3),
        place("county", "36071", "Orange County", (-74.3, 41.4), region="NY", half_width_deg=0.3),
        place("zip", "49855", "Marquette", (-87.4545, 46.5786), region="MI"),
        place("zip", "49841", "Gwinn", (-87.44, 46.28), region="MI"),
        place("zip", "78641", "Leander", (-97.8575, 30.5835), region="TX"),
        place("city", "1", "Marquette", (-87.4, 46.54), region="MI", population=20_000),
        place("city", "2", "Austin", (-97.74, 30.27), region="TX", population=960_000),
        place("city", "3", "Oakland", (-98.0, 30.6), region="TX", population=900),
        place("city", "4", "Oakland", (-95.0, 29.6), region="TX", population=1_900),
        place("city", "5", "Leander", (-97.8531, 30.5788), region="TX", population=59_000),
        place("city", "6", "Leander", (-84.0, 44.0), region="MI", population=900),
        place("city", "7", "Tijuana", (-117.0, 32.5), country="MX", population=1_800_000),
        place(
            "city", "8", "Toronto", (-79.4, 43.7), region="ON", country="CA", population=2_700_000
        ),
    )
)

"""What we know of a named place, and how it is looked up.

`PlaceRecord` is a row of the place table, `PlaceBook` the questions the derivation asks it. The
store answers them in the product, a small list in the tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shapely.geometry import MultiPolygon, Polygon

from alerts.place_names import fold

__all__ = ["PlaceBook", "PlaceRecord", "fold"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceRecord:
    """One place of one code set; WGS84 lon/lat.

    `scheme` is "country" (ISO 3166-1 alpha-2), "state" (USPS code, FIPS in `fips`), "county"
    (five-digit FIPS), "zip" (five digits, named for its post office), "city" (GeoNames id), or a
    code set that an operator imported ("ugc", "emma", "nuts", ...).
    """

    scheme: str
    code: str
    name: str
    region: str | None  # USPS or Canadian province code, else the country's own first-level code
    country: str | None  # ISO 3166-1 alpha-2
    lon: float
    lat: float
    shape: Polygon | MultiPolygon | None  # None where only a point is known
    population: int | None
    fips: str | None = None  # of states: two digits


class PlaceBook(Protocol):
    """The look-ups that deriving an area needs."""

    def by_code(self, scheme: str, code: str) -> PlaceRecord | None:
        """Return the place with exactly this code, or None."""
        ...

    def by_name(
        self, scheme: str, name: str, region: str | None, country: str | None
    ) -> Sequence[PlaceRecord]:
        """Return the places whose folded name equals `fold(name)`; None leaves a filter out."""
        ...

    def country_at(self, lon: float, lat: float) -> str | None:
        """Return the ISO 3166-1 alpha-2 code of the country at a point, or None at sea."""
        ...

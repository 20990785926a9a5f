"""Which province of Canada is meant, by postal code or name."""

from alerts.place_names import fold

# (postal code, GeoNames admin1, name in English). Source: Canada Post, GeoNames.
_PROVINCES: tuple[tuple[str, str, str], ...] = (
    ("AB", "01", "Alberta"),
    ("BC", "02", "British Columbia"),
    ("MB", "03", "Manitoba"),
    ("NB", "04", "New Brunswick"),
    ("NL", "05", "Newfoundland and Labrador"),
    ("NS", "07", "Nova Scotia"),
    ("ON", "08", "Ontario"),
    ("PE", "09", "Prince Edward Island"),
    ("QC", "10", "Quebec"),
    ("SK", "11", "Saskatchewan"),
    ("YT", "12", "Yukon"),
    ("NT", "13", "Northwest Territories"),
    ("NU", "14", "Nunavut"),
)

_CODES = frozenset(code for code, _, _ in _PROVINCES)
_BY_NAME = {fold(name): code for code, _, name in _PROVINCES}
_BY_GEONAMES = {number: code for code, number, _ in _PROVINCES}


def province_code(words: str | None) -> str | None:
    """Return the postal code for "ON", "Ontario", "CA-ON"; None if it's no province of Canada."""
    if not words:
        return None
    code = words.strip().strip(".").upper().removeprefix("CA-")
    return code if code in _CODES else _BY_NAME.get(fold(words))


def province_of_geonames(admin1: str) -> str | None:
    """Return the postal code for GeoNames' number of a province."""
    return _BY_GEONAMES.get(admin1)

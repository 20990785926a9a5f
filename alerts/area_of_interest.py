"""Where an alert matters: the ground, how we know it, and how sure we are."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from shapely.geometry import MultiPolygon, Polygon


class Provenance(StrEnum):
    """Which knowledge the area was made from, best first (DOMAIN rule 8)."""

    EXPLICIT = "explicit"  # a polygon or circle that the source drew
    GEOCODE = "geocode"  # SAME, FIPS6, UGC
    ZIP = "zip"
    CITY = "city"
    COUNTY = "county"
    STATE = "state"
    GEOCODER = "geocoder"
    DESK = "desk"  # drawn by staff


DRAWN = "drawn by the source"


def in_our_words(provenance: Provenance | None, source: str) -> str:
    """Return what an area was made from, without the source's own words: they may name a child."""
    return DRAWN if provenance is Provenance.EXPLICIT else source


# How sure we are that the area is the ground the source means. Policy, see docs/adr/0007.
CONFIDENCE: dict[Provenance, float] = {
    Provenance.DESK: 1.0,
    Provenance.EXPLICIT: 1.0,
    Provenance.GEOCODE: 0.9,
    Provenance.ZIP: 0.8,
    Provenance.CITY: 0.7,
    Provenance.COUNTY: 0.6,
    Provenance.GEOCODER: 0.5,
    Provenance.STATE: 0.3,
}

# The words for a confidence, each from its bound up to the next. By CONFIDENCE: what was drawn is
# certain, codes and ZIP very likely, city and county likely, a geocoder's place possible, a mere
# state uncertain; what lowers a confidence (docs/adr/0007, 0020) lowers the word.
CONFIDENCE_WORDS: tuple[tuple[float, str], ...] = (
    (0.95, "certain"),
    (0.8, "very likely"),
    (0.6, "likely"),
    (0.4, "possible"),
    (0.2, "uncertain"),
    (0.0, "doubtful"),
)

_DIGITS = 6  # 0.75 + 0.05 is 0.8


def confidence_words(confidence: float) -> str:
    """Return the words for a confidence of 0 to 1; an order for people, no probability.

    Raises
    ------
    ValueError: it isn't in 0 to 1.
    """
    if not 0 <= confidence <= 1:
        raise ValueError("a confidence is from 0 to 1")
    known = round(confidence, _DIGITS)
    return next(words for bound, words in CONFIDENCE_WORDS if known >= bound)


class AreaOfInterest(BaseModel):
    """The ground where an alert is pushed.

    `shape` is WGS84 lon/lat, valid, split at ±180°, never empty. `source` says in words what it
    was made from ("16 km around ZIP 49855"), `places` the codes ("fips:26103").
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    shape: Polygon | MultiPolygon
    provenance: Provenance
    confidence: float  # 0-1
    area_km2: float  # geodesic
    source: str
    places: tuple[str, ...] = ()

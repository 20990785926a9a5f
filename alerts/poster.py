"""What a source says of one case, unaltered: children, companions, photos, whom to call.

Every parser of `alerts.intake` ends in a `Poster`; everything after reads only this. The names
follow NCMEC's Poster schema where it has one, CAP 1.2 where it hasn't.
"""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class PosterValue(BaseModel):
    """Base of the frozen, keyword-only values of a poster."""

    model_config = ConfigDict(frozen=True)


class Photo(PosterValue):
    """A picture as the source names it; the bytes are fetched, checked and kept apart."""

    uri: str | None = None
    md5: str | None = None  # hex, lower case, of the source's bytes
    data_base64: str | None = None  # inline bytes, dropped once the photo is kept
    file_name: str | None = None
    mime_type: str | None = None
    caption: str | None = None
    age_progressed: bool = False


class Place(PosterValue):
    """Where somebody went missing, in the source's words."""

    city: str | None = None
    county: str | None = None
    state: str | None = None  # "TX" or "Texas", as sent
    zip: str | None = None
    country: str | None = None  # "US", "United States", as sent


class Person(PosterValue):
    """A child or a companion."""

    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    date_of_birth: date | None = None
    age_now: str | None = None
    sex: str | None = None
    races: tuple[str, ...] = ()
    hair_color: str | None = None
    eye_color: str | None = None
    height: str | None = None
    weight: str | None = None
    clothing: str | None = None
    description: str | None = None
    ncic_number: str | None = None
    photos: tuple[Photo, ...] = ()

    @property
    def full_name(self) -> str:
        """First, middle and last name, those that are known."""
        return " ".join(n for n in (self.first_name, self.middle_name, self.last_name) if n)


class Child(Person):
    """A missing child; `date_found` ends the case for this child."""

    approximate_age: str | None = None
    missing_since: datetime | None = None
    missing_from: Place = Place()
    date_found: datetime | None = None


class Companion(Person):
    """Somebody the poster names beside the child. Guilt is never inferred (DOMAIN rule 18)."""

    companion_type: str | None = None  # as sent: "companion", "abductor", ...


class Contact(PosterValue):
    """Whom the poster says to call."""

    name: str | None = None
    state: str | None = None
    phone_numbers: tuple[str, ...] = ()


class Vehicle(PosterValue):
    """A vehicle that the source describes."""

    description: str | None = None  # "blue 1981 Buick two-door"
    license_plate: str | None = None
    license_state: str | None = None


class Narrative(PosterValue):
    """What the source tells in one language, word for word."""

    language: str  # BCP 47, "en-US"
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None


class ExplicitCircle(PosterValue):
    """A circle that the source drew."""

    lon: float
    lat: float
    radius_m: float


class SourceArea(PosterValue):
    """One area as the source gives it: shapes, codes and words."""

    description: str | None = None  # CAP areaDesc
    geometry: dict[str, Any] | None = None  # GeoJSON geometry, lon/lat, as sent but axis-swapped
    circles: tuple[ExplicitCircle, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()  # (scheme lower case: same|fips6|ugc|..., code)


class CaseKey(PosterValue):
    """Which case of which source: organizationCode + caseNumber, or sender + first identifier."""

    organization: str
    number: str
    is_of_message: bool = False  # CAP's identifier: another one may be of the same case


class Poster(PosterValue):
    """One case as one source tells it."""

    case: CaseKey
    organization_name: str | None = None  # shown on the page, unaltered (DOMAIN rule 3)
    source_uri: str | None = None
    issued_at: datetime | None = None  # NCMEC dateCreated, CAP sent
    modified_at: datetime | None = None  # NCMEC lastModified, CAP sent
    expires_at: datetime | None = None  # the source's own expiry, if it has one
    amber: bool = False  # the source says it is an AMBER alert
    endangered: bool = False
    unidentified: bool = False  # never pushed
    exercise: bool = False  # CAP status Exercise or Test: to opted-in testers only
    children: tuple[Child, ...] = ()
    companions: tuple[Companion, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    contacts: tuple[Contact, ...] = ()
    narratives: tuple[Narrative, ...] = ()
    extra_photos: tuple[Photo, ...] = ()
    areas: tuple[SourceArea, ...] = ()
    distribution_states: tuple[str, ...] = ()
    unknown_fields: tuple[str, ...] = Field(
        default=(), description="JSON pointers never seen, indexes of lists as *"
    )

    @property
    def all_found(self) -> bool:
        """Every child on the poster has been found (siblings are found separately)."""
        return bool(self.children) and all(c.date_found for c in self.children)

    @property
    def still_missing(self) -> tuple[Child, ...]:
        """The children who have not been found."""
        return tuple(c for c in self.children if not c.date_found)

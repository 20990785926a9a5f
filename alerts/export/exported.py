"""What leaves the house of one active alert: values only, cleaned, ready to be written."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.alert import Tier
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.authority import Authority
from alerts.cap_parameters import SourceOf
from alerts.poster import Poster


@dataclass(frozen=True, kw_only=True)
class ExportedText:
    """What is told in one language."""

    language: str  # BCP 47
    headline: str
    description: str
    instruction: str
    ours: tuple[str, ...] = ()  # which of the three are our words and not the source's


@dataclass(frozen=True, kw_only=True)
class ExportedPhoto:
    """A picture of ours behind a signed link that expires."""

    url: str
    size_bytes: int
    sha1: str  # hex, as CAP 1.2 (3.2.3) wants it
    caption: str | None
    age_progressed: bool
    child: int | None = None  # whose picture: the n-th child or companion; None: the poster's
    companion: int | None = None


@dataclass(frozen=True, kw_only=True)
class EarlierMessage:
    """A revision that was told before this one."""

    identifier: str
    sent: datetime


@dataclass(frozen=True, kw_only=True)
class ExportedAlert:
    """One revision of one alert, as everybody may see it."""

    alert_id: UUID
    identifier: str
    sender: str
    sent: datetime
    revision: int
    tier: Tier
    exercise: bool
    expires_at: datetime
    earlier: tuple[EarlierMessage, ...]
    poster: Poster  # what the public page shows of it, nothing else
    source: SourceOf
    texts: tuple[ExportedText, ...]
    authorities: tuple[Authority, ...]
    area: AreaOfInterest | None
    photos: tuple[ExportedPhoto, ...]
    link: str  # of the poster page


@dataclass(frozen=True, kw_only=True)
class ListedAlert:
    """One line of the public lists: where and how urgent, never a name or a picture."""

    alert_id: UUID
    revision: int
    tier: Tier
    country: str | None
    issued_at: datetime
    updated_at: datetime
    expires_at: datetime
    place: str  # what the area was made from, in words
    area_id: int | None  # row id; None: it has no area
    area_digest: str | None  # the same for the same ground
    provenance: Provenance | None
    confidence: float | None
    link: str
    cap_link: str

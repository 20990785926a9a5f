"""What a page shows: the frozen values that the routes fill and the templates read.

Nothing here knows the database or Flask. What the source wrote stays as it wrote it; labels,
tier words and sentences come from `service.pages.texts` in the language of the page.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict
from shapely.geometry import MultiPolygon, Polygon

from alerts.alert import Tier
from alerts.area_of_interest import Provenance
from alerts.authority import Authority, AuthorityKind

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def _web_address_or_none(value: object) -> str | None:
    """Drop what a browser must not follow: `javascript:`, `data:`, `//elsewhere`."""
    if not isinstance(value, str):
        return None
    address = value.strip()
    is_own_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    is_web = address.lower().startswith(("https://", "http://"))
    return address if is_own_path or is_web else None


WebAddress = Annotated[str | None, BeforeValidator(_web_address_or_none)]
"""An http(s) URL or a path on this server; anything else a source wrote becomes None."""


class View(BaseModel):
    """Base of the frozen values of a page."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True, extra="forbid")


class LanguageLink(View):
    """The same page in another language."""

    language: Language
    url: str


class Page(View):
    """What every page has: the language it is in, and how to read it in another."""

    language: Language = "en"

    @property
    def alternatives(self) -> tuple[LanguageLink, ...]:
        """Links to the other languages, relative to the page."""
        others = (other for other in LANGUAGES if other != self.language)
        return tuple(LanguageLink(language=other, url=f"?lang={other}") for other in others)


class FactLabel(StrEnum):
    """What a fact says of a person; `texts` has the word for each in every language."""

    AGE = "age"
    MISSING_SINCE = "missing_since"
    MISSING_FROM = "missing_from"
    SEX = "sex"
    HEIGHT = "height"
    WEIGHT = "weight"
    HAIR = "hair"
    EYES = "eyes"
    RACE = "race"
    CLOTHING = "clothing"
    DESCRIPTION = "description"
    DATE_OF_BIRTH = "date_of_birth"


class Fact(View):
    """One thing known of a person, in the source's words."""

    label: FactLabel
    value: str


class PhotoView(View):
    """One picture; `alt` defaults to "Photo of NAME" in the language of the page."""

    url: WebAddress
    alt: str | None = None
    caption: str | None = None
    age_progressed: bool = False
    width_px: int | None = None  # both known: the page does not jump when the photo arrives
    height_px: int | None = None
    print_url: WebAddress = None  # the same picture, as large as paper takes it


class PersonView(View):
    """A child or a companion as the page shows them."""

    name: str
    facts: tuple[Fact, ...] = ()
    photos: tuple[PhotoView, ...] = ()

    @property
    def shown_photos(self) -> tuple[PhotoView, ...]:
        """The photos that have an address a browser may load."""
        return tuple(photo for photo in self.photos if photo.url)


class ChildView(PersonView):
    """A child. One who was `found` is shown without name, photo or facts (DOMAIN rule 15)."""

    age: str | None = None  # "7", shown beside the name
    found: bool = False


class VehicleView(View):
    """A vehicle in the source's words."""

    description: str | None = None
    plate: str | None = None
    plate_state: str | None = None


class NarrativeView(View):
    """What the source tells in one language, word for word."""

    language: str  # BCP 47
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None

    def is_in(self, language: Language) -> bool:
        """Whether a reader of `language` can read it ("en-US" is English)."""
        return self.language.lower().split("-")[0] == language


class Outline(View):
    """A county, state or country near the area: drawn thin, to say where on Earth this is."""

    name: str
    shape: Polygon | MultiPolygon  # WGS84 lon/lat


class AreaView(View):
    """The area of interest. `shape` is WGS84 lon/lat, split at ±180°, never empty."""

    shape: Polygon | MultiPolygon
    words: str  # "16 km around ZIP 49855 (Marquette, MI)"
    provenance: Provenance
    confidence: float  # 0-1
    surroundings: tuple[Outline, ...] = ()  # from `service.pages.atlas`
    tile_url: str | None = None  # Leaflet template of a tile server; None draws outlines only
    tile_attribution: str | None = None


class SourceView(View):
    """Who published the poster; shown unaltered (DOMAIN rule 3)."""

    name: str
    case_number: str
    logo_url: WebAddress = None
    url: WebAddress = None


_CALLING_ORDER = {kind: order for order, kind in enumerate(AuthorityKind)}


def in_calling_order(authorities: Sequence[Authority]) -> tuple[Authority, ...]:
    """Contact, emergency, hotline (DOMAIN rule 1); those without a number are left out."""
    callable_ones = (authority for authority in authorities if authority.phones)
    return tuple(sorted(callable_ones, key=lambda authority: _CALLING_ORDER[authority.kind]))


class PosterPage(Page):
    """One alert, for the neighbour who opened the push."""

    alert_id: str  # public id
    revision: int
    tier: Tier
    headline: str
    url: str  # absolute, shared and named in OpenGraph
    issued_at: AwareDatetime
    updated_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    timezone: str = "UTC"  # IANA name of the place, times are shown in it
    active: bool = True  # False: a preview or an ended alert; no OpenGraph
    exercise: bool = False
    children: tuple[ChildView, ...] = ()
    companions: tuple[PersonView, ...] = ()
    vehicles: tuple[VehicleView, ...] = ()
    narratives: tuple[NarrativeView, ...] = ()
    extra_photos: tuple[PhotoView, ...] = ()
    area: AreaView | None = None
    source: SourceView
    authorities: tuple[Authority, ...]
    share_image_url: WebAddress = None  # absolute, for OpenGraph

    @property
    def still_missing(self) -> tuple[ChildView, ...]:
        """The children to look for."""
        return tuple(child for child in self.children if not child.found)

    @property
    def found_count(self) -> int:
        """How many children of this poster have been found."""
        return len(self.children) - len(self.still_missing)

    @property
    def narratives_to_read(self) -> tuple[NarrativeView, ...]:
        """The narratives, those in the language of the page first."""
        return tuple(sorted(self.narratives, key=lambda n: not n.is_in(self.language)))

    @property
    def title(self) -> str:
        """The name, if one child is missing; else the headline."""
        missing = self.still_missing
        return (missing[0].name if len(missing) == 1 else "") or self.headline

    @property
    def callable_authorities(self) -> tuple[Authority, ...]:
        """Whom to call, in the order in which to call."""
        return in_calling_order(self.authorities)


class GonePage(Page):
    """An alert that is over. It can't hold a child's data: it has no field for it."""

    authorities: tuple[Authority, ...] = ()  # emergency and hotline; contacts are not shown

    @property
    def callable_authorities(self) -> tuple[Authority, ...]:
        """Whom to call about another child; the contact of the old case is left out."""
        general = [a for a in self.authorities if a.kind is not AuthorityKind.CONTACT]
        return in_calling_order(general)


class NotFoundPage(GonePage):
    """An address that leads nowhere."""


class HomeAlert(View):
    """One active alert in the list of the home page."""

    title: str
    tier: Tier
    place: str  # "Marquette, MI"
    since: datetime
    url: WebAddress
    timezone: str = "UTC"  # IANA name of the place
    exercise: bool = False


class HomePage(Page):
    """What Porchlight is and what is active now."""

    alerts: tuple[HomeAlert, ...] = ()
    base_url: str = "http://127.0.0.1:8000"  # for the examples to paste
    timezone: str = "UTC"


class DocsPage(Page):
    """The API, readable and to be tried."""

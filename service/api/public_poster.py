"""What everybody may see of an active alert, as JSON: the models and how they are filled.

What the source says stays the source's. The one exception is DOMAIN rule 4: outside AMBER nothing
may speak of abduction, so there such words give way to "…".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from alerts.alert import Status, Tier
from alerts.area_of_interest import AreaOfInterest, Provenance, confidence_words
from alerts.authority import Authority, AuthorityKind
from alerts.delivery.wording import Fact, describe
from alerts.delivery.wording.plain import presentable
from alerts.photos_shown import source_hash
from alerts.poster import Child, Companion, Photo, Poster
from alerts.store.alerts import AlertRevision
from alerts.whom_to_call import whom_to_call
from geo.geojson import to_geometry
from service.pages.show import Shown, headline
from service.pages.views import Language
from service.wiring import Runtime


class FactLine(BaseModel):
    """One thing that is known, in plain words."""

    label: str
    value: str


class PublicPhoto(BaseModel):
    """A photo behind signed links that expire; width and height are those behind `url`."""

    url: str
    print_url: str = Field(description="The same picture, up to 2,400 px on its longest side.")
    caption: str | None
    age_progressed: bool
    width_px: int
    height_px: int


class PublicPerson(BaseModel):
    """A companion: what the poster says, and no more (DOMAIN rule 18)."""

    name: str
    facts: list[FactLine]
    photos: list[PublicPhoto]


class PublicChild(BaseModel):
    """A child. Of one who was found there is nothing but that (DOMAIN rule 15)."""

    found: bool
    name: str | None = None
    missing_since: datetime | None = None
    facts: list[FactLine] = []
    photos: list[PublicPhoto] = []


class PublicVehicle(BaseModel):
    """A vehicle, in the source's words."""

    description: str | None
    license_plate: str | None
    license_state: str | None


class PublicNarrative(BaseModel):
    """What the source tells in one language."""

    language: str
    headline: str | None
    description: str | None
    instruction: str | None


class PublicArea(BaseModel):
    """The area of interest, as a GeoJSON geometry, with how we know it."""

    geometry: dict[str, Any]
    provenance: Provenance
    confidence: float = Field(description="That it is the ground the source means, 0-1")
    confidence_words: str = Field(description="The same in words, certain to doubtful")
    source: str = Field(description="What it was made from, in words")
    area_km2: float


class PublicPhone(BaseModel):
    """A number: to read, and to dial."""

    display: str
    link: str = Field(examples=["tel:+19065550100"])


class PublicAuthority(BaseModel):
    """Whom to call. Do not approach: call."""

    kind: AuthorityKind
    name: str
    phones: list[PublicPhone]


class PublicSource(BaseModel):
    """Who published the poster; unaltered (DOMAIN rule 3)."""

    organization: str
    organization_code: str
    case_number: str
    url: str | None


class PublicPoster(BaseModel):
    """An active alert."""

    id: UUID
    status: Literal[Status.ACTIVE] = Status.ACTIVE
    tier: Tier
    exercise: bool = Field(description="Nobody is missing: this is a drill")
    revision: int
    title: str
    link: str
    issued_at: datetime
    updated_at: datetime
    expires_at: datetime
    authorities: list[PublicAuthority] = Field(description="In the order in which to call")
    children: list[PublicChild]
    companions: list[PublicPerson]
    vehicles: list[PublicVehicle]
    narratives: list[PublicNarrative]
    extra_photos: list[PublicPhoto]
    area: PublicArea | None
    source: PublicSource


@dataclass(frozen=True, kw_only=True)
class PosterWriter:
    """Writes an opened alert as JSON, in one language."""

    runtime: Runtime
    shown: Shown
    revision: AlertRevision
    language: Language

    def write(self) -> PublicPoster:
        """Return what everybody may see."""
        alert, poster, live = self.shown.alert, self.shown.poster, self.revision
        base = self.runtime.settings.resolved_public_url
        authorities = whom_to_call(poster, alert.country, self.runtime.authorities)
        return PublicPoster(
            id=alert.public_id,
            tier=live.tier,
            exercise=alert.exercise,
            revision=live.number,
            title=headline(self.runtime, self.shown, self.language),
            link=f"{base}/alerts/{alert.public_id}",
            issued_at=alert.activated_at or alert.received_at,
            updated_at=live.made_at,
            expires_at=alert.expires_at,
            authorities=[_authority(authority) for authority in authorities],
            children=[self._child(child) for child in poster.children],
            companions=[self._companion(companion) for companion in poster.companions],
            vehicles=self._vehicles(),
            narratives=self._narratives(),
            extra_photos=self._photos(poster.extra_photos),
            area=_area(live.area.value()) if live.area else None,
            source=_source(poster),
        )

    def _child(self, child: Child) -> PublicChild:
        if child.date_found:
            return PublicChild(found=True)
        return PublicChild(
            found=False,
            name=self._words(child.full_name) or None,
            missing_since=child.missing_since,
            facts=self._facts(children=(child,)),
            photos=self._photos(child.photos),
        )

    def _companion(self, companion: Companion) -> PublicPerson:
        facts = self._facts(companions=(companion,))
        named = bool(companion.full_name.strip())
        return PublicPerson(
            name=self._words(companion.full_name) or "",
            facts=facts[1:] if named else facts,  # the first one is the name itself
            photos=self._photos(companion.photos),
        )

    def _facts(
        self, *, children: tuple[Child, ...] = (), companions: tuple[Companion, ...] = ()
    ) -> list[FactLine]:
        """Describe some people of the poster, by the tier that we gave it."""
        some: dict[str, object] = {
            "children": children,
            "companions": companions,
            "vehicles": (),
            "amber": self.revision.tier is Tier.AMBER,
        }
        found: Sequence[Fact] = describe(self.shown.poster.model_copy(update=some), self.language)
        return [FactLine(label=fact.label, value=fact.value) for fact in found]

    def _vehicles(self) -> list[PublicVehicle]:
        return [
            PublicVehicle(
                description=self._words(vehicle.description),
                license_plate=vehicle.license_plate,
                license_state=vehicle.license_state,
            )
            for vehicle in self.shown.poster.vehicles
        ]

    def _narratives(self) -> list[PublicNarrative]:
        return [
            PublicNarrative(
                language=narrative.language,
                headline=self._words(narrative.headline),
                description=self._words(narrative.description),
                instruction=self._words(narrative.instruction),
            )
            for narrative in self.shown.poster.narratives
        ]

    def _photos(self, photos: Sequence[Photo]) -> list[PublicPhoto]:
        """Return those that were fetched, checked and kept; the source's own links never."""
        found = []
        for photo in photos:
            kept = self.shown.photos.get(source_hash(self.runtime.vault, photo))
            if kept is None:
                continue
            found.append(
                PublicPhoto(
                    url=self.runtime.links.url(kept.public_id, "page", self.runtime.clock()),
                    print_url=self.runtime.links.url(kept.public_id, "print", self.runtime.clock()),
                    caption=self._words(photo.caption),
                    age_progressed=photo.age_progressed,
                    width_px=kept.width,
                    height_px=kept.height,
                )
            )
        return found

    def _words(self, text: str | None) -> str | None:
        if text is None or self.revision.tier is Tier.AMBER:
            return text
        return presentable(text, may_say_abducted=False)


def _authority(authority: Authority) -> PublicAuthority:
    return PublicAuthority(
        kind=authority.kind,
        name=authority.name,
        phones=[PublicPhone(display=p.display, link=f"tel:{p.tel}") for p in authority.phones],
    )


def _area(area: AreaOfInterest) -> PublicArea:
    return PublicArea(
        geometry=to_geometry(area.shape),
        provenance=area.provenance,
        confidence=area.confidence,
        confidence_words=confidence_words(area.confidence),
        source=area.source,
        area_km2=round(area.area_km2, 3),
    )


def _source(poster: Poster) -> PublicSource:
    return PublicSource(
        organization=poster.organization_name or poster.case.organization,
        organization_code=poster.case.organization,
        case_number=poster.case.number,
        url=poster.source_uri,
    )

"""What the alert desk asks and is answered."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, RootModel

from alerts.alert import Tier
from alerts.area.means import Means
from alerts.area.suggestion import Kind
from alerts.desk.recall import LONGEST_REASON
from service.api.figures import AreaReach
from service.http import ApiModel

AREA_EXAMPLE = {"type": "Point", "coordinates": [-87.4, 46.54], "radius_m": 16000}


class ReachOptions(ApiModel):
    """What is asked of an area beside the area."""

    tier: Tier | None = Field(
        None, description='Whose quiet hours count; the alert\'s, else "missing"'
    )
    alert_id: UUID | None = Field(None, description="Count who knows of this alert already")
    testers_only: bool | None = Field(None, description="As an exercise; the alert's, else false")


class ReachQuestion(ReachOptions):
    """An area, and what is asked of it."""

    area: dict[str, Any] = Field(
        description="GeoJSON, lon before lat: a geometry, Feature or FeatureCollection. A Point "
        "has `radius_m`, a LineString `half_width_m` (metres): in the properties, or beside it.",
        examples=[AREA_EXAMPLE],
    )


class AreaAlone(BaseModel):
    """GeoJSON itself, with the other questions as members of their own."""

    model_config = ConfigDict(extra="allow")

    type: Literal[
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
        "Point",
        "LineString",
        "MultiLineString",
        "Feature",
        "FeatureCollection",
    ]
    tier: Tier | None = None
    alert_id: UUID | None = None
    testers_only: bool | None = None


class ReachDocument(RootModel[ReachQuestion | AreaAlone]):
    """An area in `area`, or GeoJSON itself."""


class CorrectionAsked(ApiModel):
    """What of an alert was too much."""

    tier: Tier | None = Field(None, description="Lower than it is told now")
    area: dict[str, Any] | None = Field(
        None,
        description="GeoJSON as for `/v1/desk/reach`, inside the area that is told now",
        examples=[AREA_EXAMPLE],
    )
    reason: str = Field(
        description="For the book of deeds, kept for ever: never the child's name",
        min_length=1,
        max_length=LONGEST_REASON,
    )


class Correction(ApiModel):
    """What people are told from now on."""

    alert_id: UUID
    revision: int
    tier: Tier
    area_km2: float
    notes: list[str] = Field(description="What was repaired or simplified in the area, in words")


class SuggestedCounty(ApiModel):
    """A county."""

    county: str = Field(description="FIPS code")
    name: str


class SuggestedArea(ApiModel):
    """Ground that the desk might add, beyond the alert's own; nothing is changed by it."""

    kind: Kind
    words: str = Field(description='"4 h after last seen, by car: 3 counties, I-35 corridor"')
    geometry: dict[str, Any] = Field(description="GeoJSON, WGS84 lon/lat")
    area_km2: float
    counties: list[SuggestedCounty] = Field(description="The nearest first")
    states: list[str] = Field(description="USPS codes, the nearest first")
    roads: list[str] = Field(description="The nearest first")
    hours: float = Field(description="Since last seen, at least")
    is_exact: bool = Field(description="false: the time is known as a day at most")
    means: Means
    distance_km: float
    reach: AreaReach


class Suggestions(ApiModel):
    """All that is suggested now."""

    items: list[SuggestedArea]
    next: None = None


class DeskReach(AreaReach):
    """Whom an area would reach now; each count is hidden below ten."""

    tier: Tier
    testers_only: bool
    area_km2: float
    notes: list[str] = Field(description="What was repaired or simplified in the area, in words")
    took_ms: float

"""What did the person draw? A GeoJSON Feature, as a neighborhood that can be kept."""

import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from alerts.audience.kept_ground import (
    KeptGround,
    Limits,
    Resolution,
    cost_in_words,
    read_ground,
)
from alerts.intake.ncmec.json_text import read_json
from alerts.store.subscribers import Neighborhood
from geo.cells import cell_names, unpack_cells
from geo.geojson import to_geometry
from geo.measure import area_km2
from service.problem import from_validation, refused

LONGEST_NAME = 60  # characters; `neighborhood.name`


def _printable(name: str) -> str:
    if any(unicodedata.category(c) == "Cc" for c in name):
        raise PydanticCustomError("control_character", "a name has no control characters")
    return name.strip()


class DrawnProperties(BaseModel):
    """What is said of the ground; other members are ignored (RFC 7946 section 6.1)."""

    name: Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_printable)] | None = None
    radius_m: float | None = Field(None, description="Metres round a Point", gt=0)
    h3_resolution: Resolution | None = Field(
        None,
        description="Keep only the H3 cells of this resolution that the ground lies in, and "
        "forget the drawing: 5 (253 km² a cell) to 9 (0.1 km²). 7 (5 km²) hides the middle of a "
        "circle among the people of some 2 km², 8 (0.7 km²) among those of a few blocks",
    )


class DrawnFeature(BaseModel):
    """A GeoJSON Feature: Polygon, MultiPolygon, or Point with `properties.radius_m`; lon, lat."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [-87.4, 46.54]},
                    "properties": {"name": "Home", "radius_m": 1500},
                }
            ]
        }
    )

    type: Literal["Feature"]
    geometry: dict[str, Any]
    properties: DrawnProperties | None = None


class NeighborhoodProperties(BaseModel):
    """What is known of a neighborhood."""

    name: str | None
    area_km2: float
    radius_m: float | None = Field(description="It was drawn as a circle of that many metres")
    h3_resolution: int | None = Field(description="Only H3 cells of this resolution are kept")
    h3_cells: tuple[str, ...] | None = Field(description="The cells; the geometry outlines them")
    drawn_km2: float | None = Field(
        None, description="What the drawing covered; told once, when cells were made of it"
    )
    notes: tuple[str, ...] = Field(
        (), description="What was repaired in the drawing and what cells cost, in words"
    )


class NeighborhoodFeature(BaseModel):
    """A neighborhood of yours."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: dict[str, Any]
    properties: NeighborhoodProperties


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Ground that may be kept, and how it is to be kept."""

    ground: KeptGround  # as it was drawn
    name: str
    h3_resolution: int | None


@dataclass(frozen=True, kw_only=True)
class Remarks:
    """What is told in the answer to a drawing, and stored with no neighborhood.

    With an Idempotency-Key the answer itself is remembered for a day, sealed.
    """

    drawn_km2: float | None = None
    notes: tuple[str, ...] = ()


def read_drawing(limits: Limits) -> Drawing:
    """Read the request's body as a drawing.

    Raises
    ------
    ApiProblem: no JSON, or a property that can't be used.
    GeoError: it draws no ground, or more than a neighborhood may cover (422, naming the limit).
    """
    reading = read_json(request.get_data())
    if not reading.ok:
        raise refused(reading.problems)
    ground = read_ground(reading.value, limits)
    properties = _properties(reading.value)
    return Drawing(
        ground=ground, name=properties.name or "", h3_resolution=properties.h3_resolution
    )


def remarks(drawing: Drawing, kept: KeptGround) -> Remarks:
    """Return what is to be told of a drawing and of what is kept of it."""
    if kept.cells is None:
        return Remarks(notes=kept.notes)
    return Remarks(
        drawn_km2=float(f"{area_km2(drawing.ground.shape):.3g}"),
        notes=(*kept.notes, cost_in_words(drawing.ground, kept)),
    )


def kept_ground(neighborhood: Neighborhood) -> KeptGround:
    """Return what is kept of a neighborhood's ground."""
    return KeptGround(
        shape=neighborhood.shape,
        radius_m=neighborhood.radius_m,
        resolution=neighborhood.cell_resolution,
        cells=unpack_cells(neighborhood.cells) if neighborhood.cells else None,
    )


def as_feature(neighborhood: Neighborhood, said: Remarks | None = None) -> NeighborhoodFeature:
    """Return a neighborhood as GeoJSON, with what is said when it is drawn."""
    said, kept = said or Remarks(), kept_ground(neighborhood)
    return NeighborhoodFeature(
        id=neighborhood.public_id,
        geometry=to_geometry(kept.shape, digits=7),
        properties=NeighborhoodProperties(
            name=neighborhood.name or None,
            area_km2=round(area_km2(kept.shape), 6),
            radius_m=kept.radius_m,
            h3_resolution=kept.resolution,
            h3_cells=cell_names(kept.cells) if kept.cells else None,
            drawn_km2=said.drawn_km2,
            notes=said.notes,
        ),
    )


def _properties(feature: object) -> DrawnProperties:
    given = feature.get("properties") if isinstance(feature, dict) else None
    try:
        return DrawnProperties.model_validate({} if given is None else given)
    except ValidationError as bad:
        raise from_validation(bad, "/properties") from None

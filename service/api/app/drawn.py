"""What did the person draw? A GeoJSON Feature, as a neighborhood that can be kept."""

import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from alerts.intake.ncmec.json_text import read_json
from alerts.problem import error
from alerts.store.subscribers import Neighborhood
from config.settings import Settings
from geo.geojson import parse_feature, to_geometry
from geo.measure import area_km2, vertex_count
from geo.packed import pack, unpack
from geo.parts import Shape
from service.problem import ApiProblem, from_validation, refused

LONGEST_NAME = 60  # characters; `neighborhood.name`


def _printable(name: str) -> str:
    if any(unicodedata.category(c) == "Cc" for c in name):
        raise PydanticCustomError("control_character", "a name has no control characters")
    return name.strip()


class DrawnProperties(BaseModel):
    """What is said of the ground; other members are ignored (RFC 7946 section 6.1)."""

    name: Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_printable)] | None = None
    radius_m: float | None = Field(None, description="Metres round a Point", gt=0)


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
    notes: tuple[str, ...] = Field((), description="What was repaired in the drawing, in words")


class NeighborhoodFeature(BaseModel):
    """A neighborhood of yours."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: dict[str, Any]
    properties: NeighborhoodProperties


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Ground that may be kept."""

    shape: Shape  # WGS84 lon/lat, valid, split at ±180°, rounded as it is stored
    name: str
    radius_m: float | None
    notes: tuple[str, ...]


def read_drawing(settings: Settings) -> Drawing:
    """Read the request's body as a drawing.

    Raises
    ------
    ApiProblem: no JSON, or larger than a neighborhood may be (422, naming the limit).
    GeoError: it draws no ground (422, naming the vertex).
    """
    reading = read_json(request.get_data())
    if not reading.ok:
        raise refused(reading.problems)
    ground = parse_feature(reading.value)
    properties = _properties(reading.value)
    shape = unpack(pack(ground.shape))
    _check_size(shape, settings)
    is_circle = isinstance(reading.value, dict) and reading.value["geometry"]["type"] == "Point"
    return Drawing(
        shape=shape,
        name=properties.name or "",
        radius_m=properties.radius_m if is_circle else None,
        notes=ground.notes,
    )


def as_feature(neighborhood: Neighborhood, notes: tuple[str, ...] = ()) -> NeighborhoodFeature:
    """Return a neighborhood as GeoJSON; `notes` say what was repaired when it was drawn."""
    return NeighborhoodFeature(
        id=neighborhood.public_id,
        geometry=to_geometry(neighborhood.shape, digits=7),
        properties=NeighborhoodProperties(
            name=neighborhood.name or None,
            area_km2=round(area_km2(neighborhood.shape), 6),
            radius_m=neighborhood.radius_m,
            notes=notes,
        ),
    )


def _properties(feature: object) -> DrawnProperties:
    given = feature.get("properties") if isinstance(feature, dict) else None
    try:
        return DrawnProperties.model_validate({} if given is None else given)
    except ValidationError as bad:
        raise from_validation(bad, "/properties") from None


def _check_size(shape: Shape, settings: Settings) -> None:
    largest, covers = settings.largest_neighborhood_km2, area_km2(shape)
    if covers > largest:
        raise _too_much(
            "too_large",
            f"A neighborhood covers at most {largest:,g} km²; this one covers {covers:,.0f} km².",
        )
    most, corners = settings.largest_neighborhood_vertices, vertex_count(shape)
    if corners > most:
        raise _too_much(
            "too_many_vertices",
            f"A neighborhood has at most {most:,} vertices; this one has {corners:,}.",
        )


def _too_much(code: str, message: str) -> ApiProblem:
    return refused([error(code, "/geometry", message)])

"""How do the active alerts read as GeoJSON? Features with their areas, and boxes around them.

RFC 7946: longitude first, shells counter-clockwise, cut at the 180th meridian. No child is named.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from alerts.alert import Tier
from alerts.area_of_interest import Provenance
from alerts.export.exported import ListedAlert
from geo.geojson import to_geometry
from geo.parts import Shape, polygons_of

MEDIA_TYPE = "application/geo+json"  # RFC 7946, 12

Box = tuple[float, float, float, float]


class AreaProperties(BaseModel):
    """What is said of an active alert without naming a child."""

    tier: Tier
    revision: int
    place: str = Field(description="What the area was made from, in words")
    provenance: Provenance | None
    confidence: float | None
    issued_at: datetime
    updated_at: datetime
    expires_at: datetime
    link: str = Field(description="The poster page")
    cap: str = Field(description="The alert as CAP 1.2")


class AlertFeature(BaseModel):
    """Where an alert is active."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    bbox: Box = Field(description="West, south, east, north; west is above east over ±180°")
    geometry: dict[str, Any]
    properties: AreaProperties


class AlertFeatures(BaseModel):
    """Where alerts are active, newest first."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    bbox: Box | None = Field(None, description="Around all of them; not there without any")
    features: list[AlertFeature]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """An area as GeoJSON draws it."""

    bounds: tuple[Box, ...]  # of each part: west, south, east, north
    bbox: Box
    geometry: dict[str, Any]


def draw(shape: Shape) -> Drawn:
    """Draw an area: WGS84 lon/lat, valid, split at ±180°."""
    bounds = tuple(part.bounds for part in polygons_of(shape))
    return Drawn(bounds=bounds, bbox=box_around(bounds), geometry=to_geometry(shape))


def geojson(alerts: Iterable[ListedAlert], drawn: Mapping[str, Drawn]) -> bytes:
    """Write alerts that have an area as a FeatureCollection, UTF-8.

    `drawn`: the areas, by their digests.
    """
    areas = ((alert, drawn.get(alert.area_digest or "")) for alert in alerts)
    found = [(alert, area) for alert, area in areas if area is not None]
    bounds = [part for _, area in found for part in area.bounds]
    collection = AlertFeatures(
        bbox=box_around(bounds) if bounds else None,
        features=[_feature(alert, area) for alert, area in found],
    )
    return collection.model_dump_json(exclude_none=True).encode()


def box_around(bounds: Iterable[Box]) -> Box:
    """Return the smallest box around boxes of parts: west, south, east, north, in degrees.

    West is above east where the box holds the 180th meridian (RFC 7946, 5.2).
    """
    bounds = tuple(bounds)
    south, north = min(b[1] for b in bounds), max(b[3] for b in bounds)
    west, east = _span([(b[0], b[2]) for b in bounds])
    return round(west, 6), round(south, 6), round(east, 6), round(north, 6)


def _span(intervals: list[tuple[float, float]]) -> tuple[float, float]:
    """Return where the intervals begin and end, going east, with the widest gap left out."""
    first, *rest = sorted(intervals)
    merged = [first]
    for west, east in rest:
        if west <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], east)
        else:
            merged.append((west, east))
    gap_over_seam = merged[0][0] + 360 - merged[-1][1]
    gaps = [after[0] - before[1] for before, after in pairwise(merged)]
    if not gaps or gap_over_seam >= max(gaps):
        return merged[0][0], merged[-1][1]
    widest = gaps.index(max(gaps))
    return merged[widest + 1][0], merged[widest][1]


def _feature(alert: ListedAlert, area: Drawn) -> AlertFeature:
    return AlertFeature(
        id=alert.alert_id,
        bbox=area.bbox,
        geometry=area.geometry,
        properties=AreaProperties(
            tier=alert.tier,
            revision=alert.revision,
            place=alert.place,
            provenance=alert.provenance,
            confidence=alert.confidence,
            issued_at=alert.issued_at,
            updated_at=alert.updated_at,
            expires_at=alert.expires_at,
            link=alert.link,
            cap=alert.cap_link,
        ),
    )

"""Which lines of a GeoJSON Lines file are plain? They are read together, ten times as fast.

A plain line is a Feature with a Polygon of one ring of lon/lat pairs and with properties; whether
its ground is plain too is for `geo.plain` to say. A line that isn't plain, or isn't right, is read
by `service.cli.geojsonl` alone, whose reading of a plain one would be the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from alerts.audience.kept_ground import Limits
from geo.plain import pack_plain

NOT_PLAIN = frozenset({"h3_resolution"})  # properties that change what is kept of the ground


class _Polygon(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    type: Literal["Polygon"]
    coordinates: list[list[tuple[float, float]]]
    bbox: Any = None


class _Feature(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["Feature"]
    geometry: _Polygon
    properties: dict[str, Any]
    id: Any = None
    bbox: Any = None


_DECODER = msgspec.json.Decoder(_Feature)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainLine:
    """What a plain line says."""

    packed: bytes  # geo.packed
    properties: dict[str, Any]


def plain_lines(lines: Sequence[bytes], limits: Limits) -> list[PlainLine | None]:
    """Read the plain ones of many lines; None for every other."""
    features = [_feature(line) for line in lines]
    packed = pack_plain(
        [feature.geometry.coordinates[0] if feature else () for feature in features],
        most_vertices=limits.most_vertices,
        largest_km2=limits.largest_km2,
    )
    return [
        PlainLine(packed=blob, properties=feature.properties) if feature and blob else None
        for feature, blob in zip(features, packed, strict=True)
    ]


def _feature(line: bytes) -> _Feature | None:
    try:
        line.decode()  # what is skipped isn't looked at otherwise
        feature = _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if len(feature.geometry.coordinates) != 1 or not NOT_PLAIN.isdisjoint(feature.properties):
        return None
    return feature

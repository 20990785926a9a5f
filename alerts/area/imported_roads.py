"""Which highways does an operator's GeoJSON hold? Lines, for corridors.

Natural Earth's roads, the Census Bureau's TIGER/Line primary roads (as GeoJSON), a state's own:
any features with LineString or MultiLineString geometry and a property that names the road.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString

from alerts.area.imported import Unusable, features_of, text_of
from alerts.roads import Highway

MAX_CODE_CHARS = 40  # of the road table
MAX_NAME_CHARS = 120
SIMPLIFIED_TO_DEG = 0.001  # some 100 m; a corridor is kilometres wide, a road's file gigabytes

# The property with the code: TIGER/Line, Natural Earth, what else is met.
_CODE_FIELDS = ("FULLNAME", "code", "CODE", "ref", "name", "NAME")
_NAME_FIELDS = ("FULLNAME", "name", "NAME")
_AFTER_HYPHEN = re.compile(r"\s*-\s*")


@dataclass(frozen=True, kw_only=True)
class RoadChoice:
    """What the operator says of the files."""

    source: str
    code_field: str | None = None  # the property with the code; None: look for it
    name_field: str | None = None
    code_prefix: str = ""  # "I-", where the code is but a number
    only: tuple[tuple[str, str], ...] = ()  # properties and the values that features must have


@dataclass(frozen=True, kw_only=True)
class ReadRoads:
    """The highways of the files, one a code, and what was odd."""

    roads: tuple[Highway, ...]
    notes: tuple[Unusable, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    code: str
    name: str
    lines: Sequence[LineString]


def read_roads(files: Iterable[tuple[str, bytes]], choice: RoadChoice) -> ReadRoads:
    """Read the highways of GeoJSON files.

    Parameters
    ----------
    files: name and content of each: FeatureCollections, or one Feature a line.

    Returns: one highway a code, WGS84 lon/lat; the pieces of one code are joined end to end, and
    simplified by SIMPLIFIED_TO_DEG. What can't be read is left out and said, and never stops the
    rest. Never raises for what is in the files.
    """
    lines: dict[str, list[LineString]] = {}
    names: dict[str, str] = {}
    notes: list[Unusable] = []
    for file, content in files:
        for where, feature in features_of(file, content, notes):
            part = _part(where, feature, choice, notes)
            if part is not None:
                lines.setdefault(part.code, []).extend(part.lines)
                names.setdefault(part.code, part.name)
    roads = tuple(
        Highway(code=code, name=names[code], source=choice.source, line=_joined(pieces))
        for code, pieces in lines.items()
    )
    return ReadRoads(roads=roads, notes=tuple(notes))


def _part(where: str, feature: Any, choice: RoadChoice, notes: list[Unusable]) -> _Part | None:
    """Read one Feature; None, and a note, if it can't be used; None alone if it isn't wanted."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        notes.append(Unusable(where=where, message="This isn't a GeoJSON Feature."))
        return None
    properties = feature.get("properties")
    said: Mapping[str, Any] = properties if isinstance(properties, dict) else {}
    if any(text_of(said, (name,)) != value for name, value in choice.only):
        return None
    code = text_of(said, (choice.code_field,) if choice.code_field else _CODE_FIELDS)
    code = choice.code_prefix + _tidy(code) if code else ""
    if not code or len(code) > MAX_CODE_CHARS:
        message = f"It has no code of at most {MAX_CODE_CHARS} characters: name its property."
        notes.append(Unusable(where=where, message=message))
        return None
    lines = _lines(feature.get("geometry"))
    if isinstance(lines, str):
        notes.append(Unusable(where=f"{where}/geometry", message=f"{code}: {lines}"))
        return None
    name = text_of(said, (choice.name_field,) if choice.name_field else _NAME_FIELDS) or code
    return _Part(code=code, name=name[:MAX_NAME_CHARS], lines=lines)


def _tidy(code: str) -> str:
    """Write TIGER's "I- 35" as "I-35"."""
    return _AFTER_HYPHEN.sub("-", " ".join(code.split()))


def _lines(geometry: Any) -> list[LineString] | str:
    """Return the lines of a GeoJSON geometry, or in words why there are none."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in ("LineString", "MultiLineString") or not isinstance(coordinates, list):
        return "A road is a LineString or MultiLineString."
    lines = []
    for path in [coordinates] if kind == "LineString" else coordinates:
        line = _line(path)
        if isinstance(line, str):
            return line
        lines.append(line)
    return lines or "It has no line."


def _line(path: Any) -> LineString | str:
    try:
        corners = np.array([position[:2] for position in path], dtype=float)
    except (TypeError, ValueError, KeyError, OverflowError):
        return "A position isn't two numbers."
    if corners.ndim != 2 or corners.shape[1] != 2:
        return "A line has at least two different positions, of two numbers each."
    if not np.isfinite(corners).all() or (np.abs(corners) > (180, 90)).any():
        return "A position isn't on Earth: longitude first, degrees."
    if len(np.unique(corners, axis=0)) < 2:
        return "A line has at least two different positions."
    if (np.abs(np.diff(corners[:, 0])) > 180).any():
        return "It crosses the 180th meridian: split it there (RFC 7946)."
    return LineString(corners)


def _joined(pieces: Sequence[LineString]) -> LineString | MultiLineString:
    """Join what meets end to end, and leave out corners that no map of a county shows."""
    merged = shapely.line_merge(MultiLineString(list(pieces)))
    simpler = shapely.simplify(merged, SIMPLIFIED_TO_DEG)
    return simpler if isinstance(simpler, LineString) else MultiLineString(simpler)

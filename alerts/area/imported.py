"""Which places does an operator's GeoJSON hold? Code sets beyond the built-in ones.

UGC zones, EMMA_ID, NUTS, ISO 3166-2, CAP-CP: whoever publishes a code set publishes its outlines,
as a FeatureCollection, as one Feature a line, or as one Feature a file named for its code (the
National Weather Service's zones are met in that way).
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from alerts.area.piece import united
from alerts.places import PlaceRecord
from geo.errors import GeoError
from geo.geojson import parse_geometry
from geo.parts import from_polygons, polygons_of

MAX_CODE_CHARS = 32  # of the place table
_MAX_NAME_CHARS = 200

# The property that holds the code, by code set; then what any set may call it. Sources: Eurostat's
# GISCO files, MeteoAlarm's geocodes, Natural Earth's admin-1 file, Statistics Canada's boundary
# files, the National Weather Service's zone shapefiles.
_CODE_FIELDS = {
    "nuts": ("NUTS_ID",),
    "emma": ("EMMA_ID",),
    "iso3166-2": ("iso_3166_2", "ISO_3166_2", "ISO1"),
    "cap-cp": ("SGC", "CDUID", "CSDUID", "CDUIDIDU", "PRUID"),
    "ugc": ("UGC", "ugc"),
}
_ANY_CODE_FIELDS = ("code", "CODE", "id", "ID")
_NAME_FIELDS = ("NAME", "name", "NAME_LATN", "NUTS_NAME", "CDNAME", "CSDNAME", "label", "areaDesc")
_COUNTRY_FIELDS = ("CNTR_CODE", "iso_a2", "ISO_A2", "country")
_ALPHA_2 = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, kw_only=True)
class ImportChoice:
    """What the operator says of the files."""

    scheme: str  # as `alerts.area.schemes.scheme_of` gives it
    code_field: str | None = None  # the property with the code; None: look for it
    name_field: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2, where the features don't say


@dataclass(frozen=True, kw_only=True)
class Unusable:
    """A feature that was left out, or used with a repair."""

    where: str  # file, and JSON pointer inside
    message: str
    is_used: bool = False


@dataclass(frozen=True, kw_only=True)
class ReadPlaces:
    """The places of the files, one a code, and what was odd."""

    places: tuple[PlaceRecord, ...]
    notes: tuple[Unusable, ...]


def read_imported(files: Iterable[tuple[str, bytes]], choice: ImportChoice) -> ReadPlaces:
    """Read the places of GeoJSON files.

    Parameters
    ----------
    files: name and content of each; the name is the code of a file with a single Feature that
        carries none.

    Returns: one place a code, WGS84 lon/lat; features of one code are one place. What can't be
    read is left out and said, and never stops the rest. Never raises for what is in the files.
    """
    found: dict[str, PlaceRecord] = {}
    notes: list[Unusable] = []
    for name, content in files:
        for where, feature in features_of(name, content, notes):
            place = _place(where, feature, choice, PurePath(name).stem, notes)
            if place is not None:
                found[place.code] = _together(found.get(place.code), place)
    return ReadPlaces(places=tuple(found.values()), notes=tuple(notes))


def features_of(name: str, content: bytes, notes: list[Unusable]) -> Iterator[tuple[str, Any]]:
    """Yield what should be Features, each with where it is; what is no JSON is noted."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        yield from _feature_lines(name, content, notes)
        return
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        features = document.get("features")
        for n, feature in enumerate(features if isinstance(features, list) else ()):
            yield f"{name}#/features/{n}", feature
    else:
        yield name, document


def _feature_lines(name: str, content: bytes, notes: list[Unusable]) -> Iterator[tuple[str, Any]]:
    """Read one Feature a line (RFC 8142, or plain lines)."""
    for number, line in enumerate(content.splitlines(), 1):
        text = line.strip(b"\x1e\xef\xbb\xbf \t\r\n")
        if not text:
            continue
        try:
            yield f"{name}:{number}", json.loads(text)
        except (ValueError, RecursionError):
            notes.append(Unusable(where=f"{name}:{number}", message="This isn't JSON."))


def _place(
    where: str, feature: Any, choice: ImportChoice, stem: str, notes: list[Unusable]
) -> PlaceRecord | None:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        notes.append(Unusable(where=where, message="This isn't a GeoJSON Feature."))
        return None
    properties = feature.get("properties")
    said: Mapping[str, Any] = properties if isinstance(properties, dict) else {}
    code = _code(feature, said, choice) or (stem.upper() if "#" not in where else "")
    if not code or len(code) > MAX_CODE_CHARS:
        message = f"It has no code of at most {MAX_CODE_CHARS} characters: name its property."
        notes.append(Unusable(where=where, message=message))
        return None
    try:
        drawn = parse_geometry(feature.get("geometry"), "/geometry")
    except GeoError as e:
        notes.append(Unusable(where=f"{where}{e.where}", message=f"{code}: {e}."))
        return None
    notes += [Unusable(where=where, message=f"{code}: {n}", is_used=True) for n in drawn.notes]
    inside = max(polygons_of(drawn.shape), key=lambda part: part.area).representative_point()
    return PlaceRecord(
        scheme=choice.scheme,
        code=code,
        name=(text_of(said, (choice.name_field,) if choice.name_field else _NAME_FIELDS) or code)[
            :_MAX_NAME_CHARS
        ],
        region=text_of(said, ("STATE",)) if choice.scheme == "ugc" else None,
        country=_country(said, choice),
        lon=inside.x,
        lat=inside.y,
        shape=drawn.shape,
        population=None,
    )


def _code(feature: Mapping[str, Any], said: Mapping[str, Any], choice: ImportChoice) -> str | None:
    if choice.code_field:
        return text_of(said, (choice.code_field,))
    named = text_of(said, _CODE_FIELDS.get(choice.scheme, ()))
    if named is None and choice.scheme == "ugc":
        named = _ugc_zone(said)
    return named or text_of(said, _ANY_CODE_FIELDS) or text_of(feature, ("id",))


def _ugc_zone(said: Mapping[str, Any]) -> str | None:
    """Return "TXZ123" of the National Weather Service's own columns STATE and ZONE."""
    state, zone = text_of(said, ("STATE",)), text_of(said, ("ZONE",))
    return f"{state}Z{zone.zfill(3)}" if state and zone and zone.isdecimal() else None


def _country(said: Mapping[str, Any], choice: ImportChoice) -> str | None:
    named = (text_of(said, _COUNTRY_FIELDS) or "").upper()
    if _ALPHA_2.fullmatch(named):
        return named
    return choice.country or ("US" if choice.scheme == "ugc" else None)


def text_of(said: Mapping[str, Any], names: Iterable[str]) -> str | None:
    """Return the first property that is there, as text; 17.0 is 17."""
    for name in names:
        value = said.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, float) and not math.isfinite(value):
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(int(value)) if value == int(value) else str(value)
    return None


def _together(known: PlaceRecord | None, more: PlaceRecord) -> PlaceRecord:
    """Unite features of one code: zones of several islands come as several."""
    if known is None or known.shape is None or more.shape is None:
        return more
    united_shape = united((known.shape, more.shape))
    return replace(known, shape=from_polygons(polygons_of(united_shape)))

"""Which poster does a CAP alert make? Its words, shapes and pictures, nothing guessed.

CAP has no fields for persons: children, companions and vehicles stay in the free text, where the
source put them, unless a parameter is clearly labelled (`labelled`). Names are never fished out of
free text.
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from alerts.intake.cap.contacts import contact_from
from alerts.intake.cap.labelled import labelled_children, labelled_vehicles
from alerts.intake.cap.retold import retold
from alerts.intake.cap.topic import is_about_a_child, is_amber, is_endangered, other_events
from alerts.intake.cap.values import CapAlert, CapArea, CapInfo, CapResource, NameValue, Ring
from alerts.poster import (
    CaseKey,
    Contact,
    ExplicitCircle,
    Narrative,
    Photo,
    Poster,
    SourceArea,
)

__all__ = ["is_about_a_child", "poster_from_cap"]

EXERCISE_STATUSES = frozenset({"Exercise", "Test"})
_IMAGE_SUFFIXES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
_LISTED_CODES = frozenset({"same", "fips6", "ugc"})  # no code holds a blank or comma


def poster_from_cap(alert: CapAlert) -> Poster:
    """Return what the alert says as a poster.

    The case is (sender, identifier) of this message; for an Update the caller resolves
    `references` to the first message of the case. Areas are WGS84 lon/lat, without repeats over
    the info blocks; the expiry is the last of theirs. Info blocks about another event than the
    child are left out (`other_events`); the reader has warned of them.
    """
    others = other_events(alert.infos)
    infos = tuple(info for number, info in enumerate(alert.infos) if number not in others)
    expiries = [info.expires for info in infos if info.expires]
    poster = Poster(
        case=CaseKey(organization=alert.sender, number=alert.identifier, is_of_message=True),
        organization_name=_first(info.sender_name for info in infos) or alert.sender,
        source_uri=_first(_web_address(info.web) for info in infos),
        issued_at=alert.sent,
        modified_at=alert.sent,
        expires_at=max(expiries) if expiries else None,
        amber=is_amber(alert),
        endangered=is_endangered(alert),
        exercise=alert.status in EXERCISE_STATUSES,
        children=labelled_children(infos),
        vehicles=labelled_vehicles(infos),
        contacts=_contacts(infos),
        narratives=tuple(_narrative(info) for info in infos),
        extra_photos=_photos(infos),
        areas=_source_areas(infos),
    )
    return retold(poster, infos)


def _first(texts: Iterable[str | None]) -> str | None:
    return next((text for text in texts if text), None)


def _web_address(text: str | None) -> str | None:
    """Return an http or https address; anything else never becomes a link."""
    try:
        parts = urlsplit(text or "")
    except ValueError:
        return None
    return text if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def _narrative(info: CapInfo) -> Narrative:
    return Narrative(
        language=info.language,
        headline=info.headline or info.event or None,
        description=info.description,
        instruction=info.instruction,
    )


def _contacts(infos: Iterable[CapInfo]) -> tuple[Contact, ...]:
    """Return whom all info blocks say to call; most blocks repeat one contact word for word."""
    texts = dict.fromkeys((info.contact, _region(info)) for info in infos if info.contact)
    return tuple(dict.fromkeys(contact_from(text, region) for text, region in texts))


def _region(info: CapInfo) -> str:
    """Return the country of the language tag ("en-AU"); US, CAP's default, if it has none."""
    region = info.language.replace("_", "-").split("-")[-1].upper()
    return region if len(region) == 2 and "-" in info.language.replace("_", "-") else "US"


def _photos(infos: Iterable[CapInfo]) -> tuple[Photo, ...]:
    resources = (resource for info in infos for resource in info.resources)
    photos = (photo for resource in resources if (photo := _photo(resource)))
    return tuple(dict.fromkeys(photos))


def _photo(resource: CapResource) -> Photo | None:
    """Return an image resource that can be had: by address, or inline."""
    address = _web_address(resource.uri)
    file_name = PurePosixPath(resource.uri.partition("?")[0]).name if resource.uri else ""
    mime_type = resource.mime_type or _IMAGE_SUFFIXES.get(PurePosixPath(file_name).suffix.lower())
    if not (mime_type or "").startswith("image/"):
        return None
    if not (address or resource.deref_uri_base64):
        return None
    return Photo(
        uri=address,
        data_base64=resource.deref_uri_base64,
        file_name=file_name or None,
        mime_type=mime_type,
        caption=resource.desc,
    )


def _source_areas(infos: Iterable[CapInfo]) -> tuple[SourceArea, ...]:
    """Return the areas of all infos; those that differ in words only are one."""
    found: dict[object, SourceArea] = {}
    for area in (area for info in infos for area in info.areas):
        ground = (area.polygons, area.circles, tuple(_geocodes(area.geocodes)))
        key = ground if any(ground) else area.area_desc.casefold()
        found.setdefault(key, _source_area(area))
    return tuple(found.values())


def _source_area(area: CapArea) -> SourceArea:
    return SourceArea(
        description=area.area_desc or None,
        geometry=_geometry(area.polygons),
        circles=tuple(
            ExplicitCircle(lon=centre.lon, lat=centre.lat, radius_m=radius_m)
            for centre, radius_m in area.circles
        ),
        geocodes=tuple(_geocodes(area.geocodes)),
    )


def _geometry(rings: tuple[Ring, ...]) -> dict[str, object] | None:
    """Return a GeoJSON Polygon, or MultiPolygon for several rings (CAP has no holes)."""
    polygons = [[[[point.lon, point.lat] for point in ring]] for ring in rings]
    if not polygons:
        return None
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _geocodes(pairs: tuple[NameValue, ...]) -> Iterator[NameValue]:
    """Yield (scheme in lower case, code); lists in one value are taken apart where that is safe."""
    for name, value in pairs:
        scheme = name.lower()
        codes = value.replace(",", " ").replace(";", " ").split()
        for code in codes if scheme in _LISTED_CODES else [value]:
            yield scheme, code

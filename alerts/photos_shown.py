"""Which photos does a poster show, and by what are they known here?"""

from collections.abc import Iterable

from alerts.poster import Child, Companion, Photo, Poster
from alerts.store.vault import Vault

MAX_PHOTOS = 12  # a poster of several siblings has fewer; more is a mistake or a flood


def photos_shown(poster: Poster) -> list[Photo]:
    """Return the photos of those still missing and of companions, the first ones first."""
    people: Iterable[Child | Companion] = (*poster.still_missing, *poster.companions)
    found = [photo for person in people for photo in person.photos]
    return [*found, *poster.extra_photos][:MAX_PHOTOS]


def purpose_of(size: str) -> str:
    """Return what a photo of that size is sealed for."""
    return f"photo/{size}"


def source_hash(vault: Vault, photo: Photo) -> bytes:
    """Return the keyed hash by which a photo of a case is recognised."""
    return vault.lookup("photo", photo.md5 or photo.uri or "")

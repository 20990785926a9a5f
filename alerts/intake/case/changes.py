"""Has a poster changed, can people see it, and does it matter to them? (DOMAIN rule 9)

What matters is told again. What can be seen and doesn't matter is put on their screens in silence.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from alerts.poster import Child, Companion, Person, Photo, Poster, PosterValue

_NOT_CONTENT = {"modified_at", "unknown_fields"}
# Neither a phone nor the poster page shows these of a poster, and of a person.
_NOT_SHOWN = _NOT_CONTENT | {"issued_at", "expires_at", "exercise", "distribution_states"}
_NOT_SHOWN_OF_PEOPLE = {"ncic_number": True, "photos": True}  # photos: by what tells them apart


class _Material(BaseModel):
    """What people act on; equal for two posters that ask the same of them."""

    model_config = ConfigDict(frozen=True)

    areas: frozenset[str]
    places: frozenset[str]
    photos: frozenset[str]
    vehicles: frozenset[str]  # plates included
    companions: frozenset[str]
    amber: bool
    endangered: bool


def content_digest(poster: Poster) -> bytes:
    """Return what tells two revisions of a poster apart: SHA-256 of its canonical JSON.

    Without `modified_at` (some sources touch it every night) and `unknown_fields`, and without the
    inline bytes of a photo that its md5 stands for.
    """
    content = _without_bytes(poster.model_dump(mode="json", exclude=_NOT_CONTENT))
    return hashlib.sha256(_canonical(content).encode()).digest()


def material_change(old: Poster, new: Poster) -> bool:
    """Whether people who were told of `old` must be told of `new`.

    Material are area, photos, plate, vehicle, companions, the amber or endangered status, and
    whether a sibling has been found (DOMAIN rule 9). Order, letter case, blanks and a birthday
    are not.
    """
    return _material(old) != _material(new) or _found_status_changed(old, new)


def visible_change(old: Poster, new: Poster) -> bool:
    """Whether a phone that shows `old`, or its poster page, shows something else with `new`.

    Letter case and blanks are no change, nor is the address of a picture that is the same. It may
    see a change where nobody does in the end ("Bro" is shown as "brown"), never the other way.
    """
    return _shown(old) != _shown(new)


def _shown(poster: Poster) -> str:
    people, photos = {"__all__": _NOT_SHOWN_OF_PEOPLE}, {"extra_photos": True}
    left_out: Any = dict.fromkeys(_NOT_SHOWN, True) | {"children": people, "companions": people}
    told = poster.model_copy(update={"children": tuple(map(_to_the_minute, poster.children))})
    words = told.model_dump(mode="json", exclude=left_out | photos)
    pictures = [(_photo_key(p), p.caption, p.age_progressed) for p in _photos(poster)]
    return _folded(_canonical([words, pictures]))


def _to_the_minute(child: Child) -> Child:
    """Return a child as it is told of: nobody is shown seconds."""
    since = child.missing_since
    if since is None:
        return child
    return child.model_copy(update={"missing_since": since.replace(second=0, microsecond=0)})


def _material(poster: Poster) -> _Material:
    return _Material(
        areas=_keys(poster.areas),
        places=_keys(child.missing_from for child in poster.children),
        photos=frozenset(_photo_key(photo) for photo in _photos(poster)),
        vehicles=_keys(poster.vehicles),
        companions=_keys(_lasting(companion) for companion in poster.companions),
        amber=poster.amber,
        endangered=poster.endangered,
    )


def _photos(poster: Poster) -> Iterable[Photo]:
    people: tuple[Person, ...] = (*poster.children, *poster.companions)
    return (*poster.extra_photos, *(photo for person in people for photo in person.photos))


def _photo_key(photo: Photo) -> str:
    return photo.md5 or photo.uri or photo.data_base64 or photo.file_name or ""


def _lasting(companion: Companion) -> Companion:
    """Leave out what changes by itself (the age) and what is compared apart (the photos)."""
    return companion.model_copy(update={"age_now": None, "photos": ()})


def _keys(values: Iterable[PosterValue]) -> frozenset[str]:
    return frozenset(_folded(_canonical(value.model_dump(mode="json"))) for value in values)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _found_status_changed(old: Poster, new: Poster) -> bool:
    """Compare child by child where names agree, and in number where they don't."""
    before, after = _found(old.children), _found(new.children)
    if sum(before.values(), Counter()) != sum(after.values(), Counter()):
        return True
    return any(before[name] != after[name] for name in before.keys() & after.keys())


def _found(children: Iterable[Child]) -> dict[str, Counter[bool]]:
    """Count found and missing children by name."""
    counts: dict[str, Counter[bool]] = {}
    for child in children:
        counts.setdefault(_folded(child.full_name), Counter())[child.date_found is not None] += 1
    return counts


def _without_bytes(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_bytes(item) for item in value]
    if not isinstance(value, dict):
        return value
    left_out = "data_base64" if value.get("md5") else None
    return {name: _without_bytes(item) for name, item in value.items() if name != left_out}


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))

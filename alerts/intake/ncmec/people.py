"""Who is on the poster? Children and companions, and their pictures."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

from alerts.intake.ncmec.fields import Fields
from alerts.intake.ncmec.schema import CHILD_NOT_KEPT
from alerts.poster import Child, Companion, Person, Photo, Place

_MAX_PHOTO_CHARS = 14_000_000  # 10 MB of picture in base64
_MD5_HEX = re.compile(r"[0-9a-f]{32}", re.ASCII)
_MD5_BYTES = 16


def read_children(poster: Fields) -> tuple[Child, ...]:
    """Read `children`."""
    return tuple(_child(fields) for fields in poster.objects("children"))


def read_companions(poster: Fields) -> tuple[Companion, ...]:
    """Read `companions`; the type is kept as sent (DOMAIN rule 18)."""
    return tuple(_companion(fields) for fields in poster.objects("companions"))


def read_photos(fields: Fields, name: str, *, age_progressed: bool = False) -> Iterator[Photo]:
    """Read a list of Photo objects."""
    for photo in fields.objects(name):
        yield _photo(photo, age_progressed=age_progressed)


def _child(fields: Fields) -> Child:
    child = Child(
        **dict(_person(fields)),
        approximate_age=fields.text("approximateAge", number=True),
        missing_since=fields.moment("missingSince"),
        missing_from=_missing_from(fields),
        # Misread, a child who is home would still be looked for.
        date_found=fields.moment("dateFound", required_to_be_read=True),
    )
    fields.ignore(*CHILD_NOT_KEPT)
    fields.rest()
    return child


def _companion(fields: Fields) -> Companion:
    companion = Companion(**dict(_person(fields)), companion_type=fields.text("companionType"))
    fields.rest()
    return companion


def _person(fields: Fields) -> Person:
    return Person(
        first_name=fields.text("firstName"),
        middle_name=fields.text("middleName"),
        last_name=fields.text("lastName"),
        date_of_birth=fields.day("dateOfBirth"),
        age_now=fields.text("ageNow", number=True),
        sex=fields.text("sex"),
        races=fields.texts("races"),
        hair_color=fields.text("hairColor"),
        eye_color=fields.text("eyeColor"),
        height=fields.text("height", number=True),
        weight=fields.text("weight", number=True),
        clothing=fields.text("clothing"),
        description=fields.text("description"),
        ncic_number=fields.text("ncicNumber", number=True),
        photos=(
            *read_photos(fields, "photos"),
            *read_photos(fields, "ageProgressionPhotos", age_progressed=True),
        ),
    )


def _missing_from(fields: Fields) -> Place:
    return Place(
        city=fields.text("missingCity"),
        county=fields.text("missingCounty"),
        state=fields.text("missingState"),
        zip=fields.text("missingZip", number=True),
        country=fields.text("missingCountry"),
    )


def _photo(fields: Fields, *, age_progressed: bool) -> Photo:
    data = fields.text("photoData", limit=_MAX_PHOTO_CHARS)
    content = _content(fields, data)
    photo = Photo(
        uri=fields.text("photoUri"),
        md5=_md5(fields)
        or (hashlib.md5(content, usedforsecurity=False).hexdigest() if content else None),
        data_base64=data if content else None,
        file_name=fields.text("fileName"),
        mime_type=fields.text("fileType"),
        caption=fields.text("description"),
        age_progressed=age_progressed,
    )
    fields.rest()
    return photo


def _content(fields: Fields, data: str | None) -> bytes | None:
    """Decode the inline picture, so that it has an md5 to be known by."""
    if data is None:
        return None
    try:
        return base64.b64decode("".join(data.split()), validate=True) or None
    except (binascii.Error, ValueError):
        message = "The picture isn't base64 and was left out."
        fields.findings.warning("bad_photo_data", fields.where("photoData"), message)
        return None


def _md5(fields: Fields) -> str | None:
    """Read the digest: 32 hex digits, or the same 16 bytes in base64 as .NET writes them."""
    text = fields.text("md5")
    if text is None:
        return None
    if _MD5_HEX.fullmatch(text.lower()):
        return text.lower()
    message = "The md5 isn't 32 hex digits; send it so, or the picture can't be checked."
    fields.findings.warning("odd_md5", fields.where("md5"), message)
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == _MD5_BYTES else None

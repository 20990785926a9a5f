"""Which cases does the demo tell of? Fictional ones, around Marquette, Michigan.

Every person is named Example, every number is from the 555-01xx range that belongs to fiction
(North American Numbering Plan), and the portraits are drawings that say so.
"""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw, ImageFont

_SIDE_PX = 480
_ORGANIZATION = "DEMO"

PosterJson = dict[str, Any]  # NCMEC's schema, as it travels: JSON, not a value of ours


@dataclass(frozen=True, kw_only=True)
class _Look:
    """The colours of a drawn portrait."""

    background: str = "#cfe3ee"
    shirt: str = "#c0504d"
    hair: str = "#6b4423"
    skin: str = "#e8b998"


_LOOKS = (
    _Look(),
    _Look(background="#e9e2c9", shirt="#3b6ea5", hair="#2b2118", skin="#a9714b"),
    _Look(background="#d9e8d3", shirt="#5b8c5a", hair="#c9a24b", skin="#f1cdb0"),
)


def fictional_case(case_number: str, now: datetime) -> tuple[PosterJson, Mapping[str, bytes]]:
    """Make a full AMBER case: a child last seen two hours before `now`, a companion, a vehicle.

    Returns: the poster in NCMEC's schema with the fields that partners add, and the photos' bytes
    by md5 (hex).
    """
    portrait, grown = portrait_png(0), portrait_png(1)
    photos = {_md5(portrait): portrait, _md5(grown): grown}
    child = _child("Alex", photo=portrait, now=now) | {
        "middleName": "Quinn",
        "dateOfBirth": "2017-04-09T00:00:00",
        "ageNow": "8",
        "height": "4'2\"",
        "weight": "60 lb",
        "clothing": "red jacket, blue jeans, yellow rain boots",
        "missingCounty": "Marquette",
        "missingZip": "49855",
        "description": "Alex wears glasses and has a small scar above the left eyebrow.",
    }
    poster = _poster(case_number, now, children=[child]) | {
        "amberAlert": True,
        "companions": [_companion(grown)],
        "vehicle": _vehicle(),
        "descriptions": _descriptions(),
        "distributionLocations": [{"state": "MI"}, {"state": "WI"}],
    }
    return poster, photos


def siblings_case(case_number: str, now: datetime) -> tuple[PosterJson, Mapping[str, bytes]]:
    """Make an endangered case of two siblings, without ZIP, found separately."""
    portraits = [portrait_png(1), portrait_png(2)]
    children = [
        _child(name, photo=portrait, now=now) | {"missingCounty": "Marquette"}
        for name, portrait in zip(("Robin", "Sam"), portraits, strict=True)
    ]
    poster = _poster(case_number, now, children=children) | {"endangered": True}
    return poster, {_md5(portrait): portrait for portrait in portraits}


def county_only_case(case_number: str, now: datetime) -> tuple[PosterJson, Mapping[str, bytes]]:
    """Make a case that names a county and a state, no city, and has no photo."""
    child = _child("Casey", photo=None, now=now) | {"missingCity": None, "missingCounty": "Alger"}
    return _poster(case_number, now, children=[child]), {}


def sparse_case(case_number: str, now: datetime) -> tuple[PosterJson, Mapping[str, bytes]]:
    """Make a case as NCMEC really sends many: nearly every field null, no contact at all."""
    child = dict.fromkeys(_child("", photo=None, now=now))
    child |= {"firstName": "Jamie", "lastName": "Example", "missingState": "MI"}
    poster = dict.fromkeys(_poster(case_number, now, children=[]))
    poster |= {
        "organizationCode": _ORGANIZATION,
        "caseNumber": case_number,
        "dateCreated": _iso(now),
        "lastModified": _iso(now),
        "children": [child],
    }
    return poster, {}


def found_case(case_number: str, now: datetime) -> tuple[PosterJson, Mapping[str, bytes]]:
    """Make a case whose child has been found an hour before `now`."""
    child = _child("Morgan", photo=None, now=now) | {"dateFound": _iso(now - timedelta(hours=1))}
    return _poster(case_number, now, children=[child]), {}


def portrait_png(look: int) -> bytes:
    """Draw a friendly face that nobody could take for a photo; the same bytes for the same look."""
    image = Image.new("RGB", (_SIDE_PX, _SIDE_PX), _LOOKS[look % len(_LOOKS)].background)
    _draw(ImageDraw.Draw(image), _LOOKS[look % len(_LOOKS)])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _draw(pen: ImageDraw.ImageDraw, look: _Look) -> None:
    pen.ellipse((80, 330, 400, 640), fill=look.shirt)
    pen.ellipse((135, 70, 345, 300), fill=look.hair)
    pen.ellipse((150, 105, 330, 335), fill=look.skin)
    for left in (195, 265):
        pen.ellipse((left, 195, left + 20, 222), fill="#333333")
    pen.arc((195, 215, 285, 290), start=20, end=160, fill="#333333", width=5)
    pen.rectangle((0, 425, _SIDE_PX, _SIDE_PX), fill="#ffffff")
    font = ImageFont.load_default(size=30)
    pen.text((240, 452), "drawing · fictional", fill="#333333", font=font, anchor="mm")


def _poster(case_number: str, now: datetime, *, children: list[PosterJson]) -> PosterJson:
    return {
        "id": None,
        "organizationCode": _ORGANIZATION,
        "organizationLogo": None,
        "caseNumber": case_number,
        "dateCreated": _iso(now - timedelta(hours=1)),
        "lastModified": _iso(now),
        "unidentified": False,
        "amberAlert": False,
        "descriptions": None,
        "children": children,
        "companions": None,
        "extraPhotos": None,
        "contacts": [_contact()],
        "distributionLocations": None,
    }


def _child(first_name: str, *, photo: bytes | None, now: datetime) -> PosterJson:
    return {
        "firstName": first_name,
        "middleName": None,
        "lastName": "Example",
        "dateOfBirth": "2014-06-02T00:00:00",
        "ageNow": "11",
        "sex": "Unknown",
        "races": None,
        "hairColor": "Brown",
        "eyeColor": "Brown",
        "description": None,
        "ncicNumber": None,
        "photos": [_photo(photo)] if photo else None,
        "ageProgressionPhotos": None,
        "approximateAge": None,
        "missingSince": _iso(now - timedelta(hours=2)),
        "missingCity": "Marquette",
        "missingCounty": None,
        "missingState": "MI",
        "missingZip": None,
        "missingCountry": "United States",
        "dateFound": None,
        **dict.fromkeys(("foundCity", "foundCounty", "foundState", "foundZip", "foundCountry")),
        "namus": None,
    }


def _companion(photo: bytes) -> PosterJson:
    return {
        "firstName": "Pat",
        "middleName": None,
        "lastName": "Example",
        "dateOfBirth": None,
        "ageNow": "41",
        "sex": "Unknown",
        "races": None,
        "hairColor": "Black",
        "eyeColor": None,
        "description": None,
        "ncicNumber": None,
        "photos": [_photo(photo)],
        "ageProgressionPhotos": None,
        "companionType": "companion",
    }


def _photo(content: bytes) -> PosterJson:
    return {
        "photoData": None,
        "photoUri": None,
        "md5": _md5(content),
        "fileName": "portrait.png",
        "fileType": "image/png",
        "description": "Drawing of a fictional person",
    }


def _contact() -> PosterJson:
    return {
        "name": "Marquette Police Department (fictional)",
        "state": "MI",
        "phoneNumbers": ["1-906-555-0100"],
    }


def _vehicle() -> PosterJson:
    return {
        "description": "blue 2009 four-door station wagon",
        "licensePlate": "EXA 0123",
        "licenseState": "MI",
    }


def _descriptions() -> list[PosterJson]:
    return [
        {
            "languageId": "en-US",
            "description": "Alex was last seen near Presque Isle Park in Marquette. Alex may be "
            "with Pat Example in a blue station wagon. This case is fictional.",
        },
        {
            "languageId": "es-US",
            "description": "Alex fue visto por última vez cerca del parque Presque Isle en "
            "Marquette. Podría estar con Pat Example en una camioneta familiar azul. Este caso "
            "es ficticio.",
        },
    ]


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Alerts as they would be exported, without a database; and schemas to hold their XML against."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lxml import etree
from shapely.geometry import Polygon

from alerts.alert import Tier
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.authority import AuthorityBook, CountryAuthorities, Phone
from alerts.cap_parameters import SourceOf
from alerts.delivery.wording import PushSubject
from alerts.export.exported import EarlierMessage, ExportedAlert, ExportedPhoto
from alerts.export.public import public_poster
from alerts.export.texts import texts_of
from alerts.own_alerts import identifier_of
from alerts.place_words import place_words
from alerts.poster import (
    CaseKey,
    Child,
    Companion,
    Contact,
    Narrative,
    Place,
    Poster,
    Vehicle,
)
from alerts.whom_to_call import whom_to_call
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.measure import area_km2
from geo.parts import Shape

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALERT_ID = UUID("019aab00-0000-7000-8000-000000000001")
SENDER = "porchlight@alerts.example"
OURS = Path("alerts/intake/cap/schemas/cap-1.2.xsd")
SHARED = Path("../shared/data/xsd")
BOOK: AuthorityBook = {
    "US": CountryAuthorities(
        emergency=(Phone(display="911", tel="911"),),
        hotline_name="Example hotline",
        hotline=(Phone(display="1-800-555-0199", tel="+18005550199"),),
    )
}
CIRCLE = circle_ground(LonLat(-87.4, 46.54), 16_000)

WREN = Child(
    first_name="Wren",
    last_name="Example",
    age_now="7",
    sex="F",
    hair_color="Bro",
    eye_color="Blu",
    clothing="red coat & yellow boots <rain>",
    missing_since=datetime(2026, 11, 22, 8, tzinfo=UTC),
    missing_from=Place(city="Marquette", county="Marquette", state="MI", country="US"),
)
FULL = Poster(
    case=CaseKey(organization="MQPD", number="2026-0001"),
    organization_name="Marquette Police Department",
    amber=True,
    issued_at=NOW - timedelta(hours=1),
    children=(WREN,),
    companions=(Companion(first_name="Robin", last_name="Example", hair_color="Blk"),),
    vehicles=(
        Vehicle(description="blue 1981 Buick", license_plate="EX 4MPLE", license_state="MI"),
        Vehicle(description="white van"),
    ),
    contacts=(
        Contact(name="Marquette Police", state="MI", phone_numbers=("1-906-555-0100",)),
        Contact(name="Example Sheriff", phone_numbers=("906-555-0101", "906-555-0102")),
    ),
)
TOLD = FULL.model_copy(
    update={
        "narratives": (
            Narrative(
                language="en-US",
                headline="Child missing from Marquette",
                description="Wren was seen at the harbour.\nShe wears a red coat.",
                instruction="Call the police.",
            ),
            Narrative(language="es-MX", headline="Falta una niña", description="Abrigo rojo."),
            Narrative(language="fr-CA", description="Manteau rouge."),
        )
    }
)
PHOTOS = (
    ExportedPhoto(
        url="https://alerts.example/photos/1/page.jpg?exp=1&sig=a",
        size_bytes=1234,
        sha1="a" * 40,
        caption="At the harbour",
        age_progressed=False,
        child=0,
    ),
    ExportedPhoto(
        url="https://alerts.example/photos/2/page.jpg?exp=1&sig=b",
        size_bytes=99,
        sha1="b" * 40,
        caption=None,
        age_progressed=True,
        child=0,
    ),
    ExportedPhoto(
        url="https://alerts.example/photos/3/page.jpg?exp=1&sig=c",
        size_bytes=5,
        sha1="c" * 40,
        caption=None,
        age_progressed=False,
    ),
)


def ground(shape: Shape, provenance: Provenance = Provenance.EXPLICIT) -> AreaOfInterest:
    """Return an area of interest."""
    return AreaOfInterest(
        shape=shape,
        provenance=provenance,
        confidence=1.0,
        area_km2=area_km2(shape),
        source="16 km around a fictional town",
    )


def exported(
    poster: Poster = FULL,
    *,
    tier: Tier = Tier.AMBER,
    shape: Shape | None = CIRCLE,
    photos: tuple[ExportedPhoto, ...] = (),
    earlier: tuple[int, ...] = (),
    **more: Any,
) -> ExportedAlert:
    """Return an alert as the exporter would, revision by number."""
    revision = len(earlier) + 1
    authorities = whom_to_call(poster, "US", BOOK)
    subject = PushSubject(
        tier=tier,
        poster=poster,
        authorities=authorities,
        place=place_words(poster),
        is_exercise=bool(more.get("exercise")),
    )
    values: dict[str, Any] = {
        "alert_id": ALERT_ID,
        "identifier": identifier_of(ALERT_ID, revision),
        "sender": SENDER,
        "sent": NOW,
        "revision": revision,
        "tier": tier,
        "exercise": False,
        "expires_at": NOW + timedelta(hours=24),
        "earlier": tuple(
            EarlierMessage(
                identifier=identifier_of(ALERT_ID, number), sent=NOW - timedelta(hours=1)
            )
            for number in earlier
        ),
        "poster": public_poster(poster, tier),
        "source": SourceOf(
            organization=poster.organization_name or poster.case.organization,
            case_organization=poster.case.organization,
            case_number=poster.case.number,
        ),
        "texts": texts_of(subject, poster.narratives),
        "authorities": authorities,
        "area": ground(shape) if shape else None,
        "photos": photos,
        "link": f"https://alerts.example/alerts/{ALERT_ID}",
    }
    return ExportedAlert(**(values | more))


def schemas(*names: str) -> Iterator[Path]:
    """Return the schemas that lie here by one of those names; a user's clone has only ours."""
    yield from sorted(path for name in names for path in SHARED.rglob(name))


def check_valid(document: bytes, *paths: Path) -> None:
    """Fail with what a schema says."""
    root = etree.fromstring(document)
    for path in paths:
        schema = etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))
        if not schema.validate(root):
            pytest.fail(f"{path}: {schema.error_log.last_error}")


def square(west: float, south: float, size: float) -> Polygon:
    """Return a square in degrees."""
    east, north = west + size, south + size
    return Polygon([(west, south), (east, south), (east, north), (west, north)])

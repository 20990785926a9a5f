"""Fictional pages: nobody here exists, every number is one of those kept for fiction."""

import io
from datetime import UTC, datetime, timedelta

from PIL import Image, ImageDraw, ImageFilter
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from alerts.alert import Tier
from alerts.area_of_interest import Provenance
from alerts.authority import Authority, AuthorityKind, Phone
from service.pages.views import (
    AreaView,
    ChildView,
    Fact,
    FactLabel,
    GonePage,
    HomeAlert,
    HomePage,
    NarrativeView,
    PersonView,
    PhotoView,
    PosterPage,
    SourceView,
    VehicleView,
)

ISSUED = datetime(2026, 11, 22, 20, 12, tzinfo=UTC)

POLICE = Authority(
    kind=AuthorityKind.CONTACT,
    name="Marquette Police Department",
    phones=(Phone(display="1-906-555-0100", tel="+19065550100"),),
)
EMERGENCY = Authority(
    kind=AuthorityKind.EMERGENCY, name="Emergency", phones=(Phone(display="911", tel="911"),)
)
HOTLINE = Authority(
    kind=AuthorityKind.HOTLINE,
    name="NCMEC hotline",
    phones=(Phone(display="1-800-843-5678", tel="+18008435678"),),
)


def ellipse(lon: float, lat: float, across_deg: float, down_deg: float) -> Polygon:
    """A rough round shape for a picture; not a geodesic circle."""
    ring: BaseGeometry = Point(0, 0).buffer(1, 16)
    assert isinstance(ring, Polygon)
    return Polygon([(lon + x * across_deg, lat + y * down_deg) for x, y in ring.exterior.coords])


def wren(photo_url: str = "/photos/1.jpg?exp=1&sig=abc") -> ChildView:
    """The child of the usual poster."""
    facts = {
        FactLabel.MISSING_SINCE: "November 22, 2026, about 2:30 PM",
        FactLabel.MISSING_FROM: "Marquette, MI 49855",
        FactLabel.CLOTHING: "Yellow raincoat, blue jeans, red rubber boots",
        FactLabel.SEX: "Female",
        FactLabel.HEIGHT: "3 ft 11 in",
        FactLabel.WEIGHT: "52 lb",
        FactLabel.HAIR: "Brown",
        FactLabel.EYES: "Green",
        FactLabel.DESCRIPTION: "Missing an upper front tooth. Carries a small plush otter.",
    }
    return ChildView(
        name="Wren Example",
        age="7",
        facts=tuple(Fact(label=label, value=value) for label, value in facts.items()),
        photos=(PhotoView(url=photo_url),),
    )


def marquette() -> AreaView:
    """16 km around Marquette."""
    return AreaView(
        shape=ellipse(-87.40, 46.54, 0.2088, 0.1439),
        words="16 km around ZIP 49855 (Marquette, MI)",
        provenance=Provenance.ZIP,
        confidence=0.8,
    )


NARRATIVE = NarrativeView(
    language="en-US",
    headline="Child abduction: Marquette County",
    description="Wren was last seen near the Lower Harbor getting into a blue 1981 Buick.\n\n"
    "She may be with Robin Example, 34.",
    instruction="If you see the vehicle, do not approach. Call the police.",
)
RELATO = NarrativeView(
    language="es-US",
    headline="Secuestro de menor: condado de Marquette",
    description="Wren fue vista por última vez cerca del puerto.",
)


def poster(**changes: object) -> PosterPage:
    """The usual poster, with some fields changed."""
    usual: dict[str, object] = {
        "alert_id": "0193a6b2-7c1e-7f00-8a55-0c0ffee0e0e0",
        "revision": 2,
        "tier": Tier.AMBER,
        "headline": "Wren Example, 7, is missing from Marquette, MI",
        "url": "http://127.0.0.1:8000/alerts/0193a6b2-7c1e-7f00-8a55-0c0ffee0e0e0",
        "issued_at": ISSUED,
        "updated_at": ISSUED + timedelta(minutes=35),
        "expires_at": ISSUED + timedelta(hours=24),
        "timezone": "America/Detroit",
        "children": (wren(),),
        "companions": (PersonView(name="Robin Example", facts=(AGE_34, GREY)),),
        "vehicles": (VehicleView(description="Blue 1981 Buick two-door", plate="XMP 0155"),),
        "narratives": (NARRATIVE, RELATO),
        "area": marquette(),
        "source": SourceView(
            name="Example Center for Missing Children",
            case_number="EX-2026-0155",
            logo_url="/photos/logo.png",
            url="https://posters.example.org/EX-2026-0155",
        ),
        "authorities": (HOTLINE, EMERGENCY, POLICE),
        "share_image_url": "http://127.0.0.1:8000/photos/1.jpg?exp=1&sig=abc",
    }
    return PosterPage.model_validate(usual | changes)


AGE_34 = Fact(label=FactLabel.AGE, value="34")
GREY = Fact(label=FactLabel.HAIR, value="Grey")


def gone() -> GonePage:
    """The page after the end; the contact of the case is given and must not be shown."""
    return GonePage(authorities=(POLICE, EMERGENCY, HOTLINE))


def home(*, empty: bool = False) -> HomePage:
    """The home page with two alerts, or none."""
    amber = HomeAlert(
        title="Wren Example, 7, is missing from Marquette, MI",
        tier=Tier.AMBER,
        place="Marquette, MI",
        since=ISSUED,
        url="/alerts/amber",
    )
    missing = HomeAlert(
        title="Sol Example, 15, is missing from Duluth, MN",
        tier=Tier.MISSING,
        place="Duluth, MN",
        since=ISSUED - timedelta(days=2),
        url="/alerts/missing",
        exercise=True,
    )
    return HomePage(alerts=() if empty else (amber, missing), timezone="America/Detroit")


def portrait() -> bytes:
    """A drawing of nobody, as JPEG: a round head before a lake."""
    image = Image.new("RGB", (800, 1000), "#9fc3cf")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 800, 1000), fill="#6f9aa5")
    draw.ellipse((120, 720, 680, 1400), fill="#f0bd2e")
    draw.rectangle((345, 600, 455, 780), fill="#d79f78")
    draw.ellipse((210, 180, 590, 640), fill="#5a3a22")
    draw.ellipse((250, 240, 550, 660), fill="#e6b38c")
    draw.pieslice((240, 190, 560, 520), 180, 360, fill="#5a3a22")
    for left in (325, 435):
        draw.ellipse((left, 430, left + 42, 458), fill="#ffffff")
        draw.ellipse((left + 10, 430, left + 34, 458), fill="#3f7a4d")
    draw.arc((340, 490, 460, 590), 20, 160, fill="#a2543f", width=9)
    buffer = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1.5)).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def logo() -> bytes:
    """A source's logo, as PNG."""
    image = Image.new("RGBA", (240, 120), "#ffffff")
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 100, 100), fill="#16457a")
    draw.rectangle((120, 40, 220, 56), fill="#16457a")
    draw.rectangle((120, 68, 190, 80), fill="#7d93ab")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()

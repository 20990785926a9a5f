"""How does an active alert read as CAP 1.2? XML that is valid against OASIS's schema.

OASIS CAP 1.2 (2010), section 3.2, is the source of every element and its order. What CAP has no
element for goes into parameters of ours (`alerts.cap_parameters`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from alerts.alert import Tier
from alerts.area_of_interest import Provenance
from alerts.cap_parameters import (
    CHILD,
    COMPANION,
    CONTACT,
    OURS,
    PHOTO,
    REVISION,
    SOURCE,
    TIER,
    UNIDENTIFIED,
    VEHICLE,
    PhotoOf,
    written,
)
from alerts.export.cap_xml import Writer, language_tag
from alerts.export.exported import ExportedAlert, ExportedPhoto, ExportedText
from alerts.export.public import said
from alerts.export.shapes import DIGITS, rings_of_area

MEDIA_TYPE = "application/cap+xml"  # IANA
PHOTO_TYPE = "image/jpeg"

# "Rescue" is what CAP's own AMBER example and most senders use (CAP 1.2, appendix A.4).
CATEGORY = "Rescue"
# The words of the SAME codes (47 CFR 11.31(e)); only AMBER speaks of abduction (DOMAIN rule 4).
EVENTS = {
    "en": {
        Tier.AMBER: "Child Abduction Emergency",
        Tier.ENDANGERED: "Missing Endangered Child",
        Tier.MISSING: "Missing Child",
        Tier.LONG_TERM: "Missing Child",
    },
    "es": {
        Tier.AMBER: "Alerta AMBER: menor desaparecido",
        Tier.ENDANGERED: "Menor desaparecido en peligro",
        Tier.MISSING: "Menor desaparecido",
        Tier.LONG_TERM: "Menor desaparecido",
    },
}
CODES = {Tier.AMBER: "CAE", Tier.ENDANGERED: "MEP"}
# Urgency, severity, certainty: AMBER as in CAP's own example.
GRADES = {
    Tier.AMBER: ("Immediate", "Severe", "Likely"),
    Tier.ENDANGERED: ("Immediate", "Severe", "Likely"),
    Tier.MISSING: ("Expected", "Moderate", "Likely"),
    Tier.LONG_TERM: ("Unknown", "Moderate", "Observed"),
}
# Where an area is the union of places, their codes say the same as its polygons.
_OF_PLACES = frozenset({Provenance.GEOCODE, Provenance.COUNTY, Provenance.STATE})
_COUNTY_DIGITS = 5


def cap_document(alert: ExportedAlert) -> bytes:
    """Write an alert as CAP 1.2, UTF-8."""
    root = Writer("alert")
    root.add("identifier", alert.identifier)
    root.add("sender", alert.sender)
    root.add("sent", cap_time(alert.sent))
    root.add("status", "Exercise" if alert.exercise else "Actual")
    root.add("msgType", "Update" if alert.earlier else "Alert")
    root.add("source", "Porchlight")
    root.add("scope", "Public")
    if alert.exercise:
        root.add("note", "This is an exercise. No child is missing.")
    root.add("references", _references(alert))
    root.add("incidents", str(alert.alert_id))
    for text in alert.texts:
        _info(root.child("info"), alert, text)
    return bytes(etree.tostring(root.element, xml_declaration=True, encoding="UTF-8"))


def cap_time(moment: datetime) -> str:
    """Write a moment to the second; UTC is -00:00 and never Z (CAP 1.2, 3.3.2)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def _references(alert: ExportedAlert) -> str:
    return " ".join(f"{alert.sender},{e.identifier},{cap_time(e.sent)}" for e in alert.earlier)


def _info(info: Writer, alert: ExportedAlert, text: ExportedText) -> None:
    urgency, severity, certainty = GRADES[alert.tier]
    info.add("language", language_tag(text.language))
    info.add("category", CATEGORY)
    info.add("event", _event(alert.tier, text.language))
    info.add("responseType", "Monitor")
    info.add("urgency", urgency)
    info.add("severity", severity)
    info.add("certainty", certainty)
    if alert.tier in CODES:
        info.pair("eventCode", "SAME", CODES[alert.tier])
    info.add("expires", cap_time(alert.expires_at))
    info.add("senderName", alert.source.organization)
    info.add("headline", text.headline)
    info.add("description", text.description)
    info.add("instruction", text.instruction)
    info.add("web", alert.link)
    info.add("contact", _contact(alert))
    for name, value in _parameters(alert, text):
        info.pair("parameter", name, value)
    for photo in alert.photos:
        _resource(info.child("resource"), photo)
    if alert.area is not None:
        _area(info.child("area"), alert)


def _event(tier: Tier, language: str) -> str:
    return EVENTS.get(language_tag(language).split("-")[0].casefold(), EVENTS["en"])[tier]


def _contact(alert: ExportedAlert) -> str:
    """Say whom to call, in order: "Example Police: (906) 555-0100; Emergency: 911"."""
    return "; ".join(
        f"{said(authority.name, may_say_abducted=alert.tier is Tier.AMBER)}: "
        + ", ".join(phone.display for phone in authority.phones)
        for authority in alert.authorities
    )


def _parameters(alert: ExportedAlert, text: ExportedText) -> Iterator[tuple[str, str]]:
    poster = alert.poster
    yield TIER, alert.tier
    yield REVISION, str(alert.revision)
    yield SOURCE, alert.source.model_dump_json(exclude_none=True)
    if poster.unidentified:
        yield UNIDENTIFIED, "true"
    if text.ours:
        yield OURS, " ".join(text.ours)
    for name, values in (
        (CHILD, poster.children),
        (COMPANION, poster.companions),
        (VEHICLE, poster.vehicles),
        (CONTACT, poster.contacts),
    ):
        for value in values:
            yield name, written(value)
    for photo in alert.photos:
        whose = PhotoOf(
            uri=photo.url,
            child=photo.child,
            companion=photo.companion,
            age_progressed=photo.age_progressed,
            caption=photo.caption,
        )
        yield PHOTO, whose.model_dump_json(exclude_defaults=True)


def _resource(resource: Writer, photo: ExportedPhoto) -> None:
    resource.add("resourceDesc", photo.caption or "Photo")
    resource.add("mimeType", PHOTO_TYPE)
    resource.add("size", str(photo.size_bytes))
    resource.add("uri", photo.url)
    resource.add("digest", photo.sha1)


def _area(area: Writer, alert: ExportedAlert) -> None:
    ground = alert.area
    if ground is None:
        return
    area.add("areaDesc", ground.source or "Area of interest")
    for ring in rings_of_area(ground.shape):
        area.add("polygon", " ".join(f"{lat:.{DIGITS}f},{lon:.{DIGITS}f}" for lon, lat in ring))
    if ground.provenance in _OF_PLACES:
        for code in ground.places:
            _geocode(area, code)


def _geocode(area: Writer, code: str) -> None:
    """Write a US county or state as SAME: 0 for the whole of it, then FIPS (47 CFR 11.31(c))."""
    scheme, _, digits = code.partition(":")
    if scheme == "fips" and digits.isdecimal() and len(digits) <= _COUNTY_DIGITS:
        area.pair("geocode", "SAME", f"0{digits.ljust(_COUNTY_DIGITS, '0')}")

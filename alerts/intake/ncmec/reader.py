"""What does this Poster say? From a JSON value in NCMEC's schema, or a GeoJSON Feature around one.

Liberal where a child would lose (null fields, odd dates, unknown fields), strict where a person
would be misled: a field of the wrong type, no case, nobody to look for, ground that is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.intake.ncmec.feature import read_area
from alerts.intake.ncmec.fields import Fields, Findings, kind_of
from alerts.intake.ncmec.json_text import read_json
from alerts.intake.ncmec.languages import language_tag
from alerts.intake.ncmec.people import read_children, read_companions, read_photos
from alerts.intake.ncmec.schema import (
    ENDANGERED_CASE_TYPES,
    FEATURE_MEMBERS,
    ORGANIZATION_NAMES,
    POSTER_NOT_KEPT,
    UNDETERMINED_LANGUAGE,
)
from alerts.poster import CaseKey, Contact, Narrative, Poster, SourceArea, Vehicle
from alerts.problem import Problem


@dataclass(frozen=True, kw_only=True)
class PosterReading:
    """What was understood: the poster, or None and at least one problem that is an error."""

    poster: Poster | None
    problems: tuple[Problem, ...]


def read_poster_bytes(raw: bytes) -> PosterReading:
    """Read one Poster or Feature from the bytes that a feed sent.

    Returns: as `read_poster`, with the errors of `json_text.read_json` besides. Never raises.
    """
    reading = read_json(raw)
    if not reading.ok:
        return PosterReading(poster=None, problems=reading.problems)
    poster = read_poster(reading.value)
    return PosterReading(poster=poster.poster, problems=(*reading.problems, *poster.problems))


def read_poster(payload: object) -> PosterReading:
    """Read one Poster or Feature from a JSON value.

    Parameters
    ----------
    payload: what `json.loads` returns; a GeoJSON Feature's coordinates are WGS84 lon, lat, and a
        Point's `properties.radius_m` is in metres.

    Returns
    -------
    PosterReading: `where` of each problem is a JSON pointer. Errors: `wrong_type`, `missing_field`,
        `no_child`, `unreadable_date` (dateFound, expires), `too_long`, `too_many`, and the codes of
        `geo.errors`. Never raises, and no message repeats a value of the document.
    """
    findings = Findings()
    poster = _read(payload, findings)
    problems = tuple(findings.problems)
    return PosterReading(poster=None if findings.refused else poster, problems=problems)


def case_in(payload: object) -> CaseKey | None:
    """Return the case that a Poster names, as `read_poster` reads it; None if it names none."""
    findings = Findings()
    if not isinstance(payload, Mapping):
        return None
    case = _case(Fields(payload, "", findings))
    return None if findings.refused else case


def _read(payload: object, findings: Findings) -> Poster | None:
    if not isinstance(payload, Mapping):
        findings.error("wrong_type", "", f"expected an object, got {kind_of(payload)}")
        return None
    if payload.get("type") != "Feature":
        return _poster(Fields(payload, "", findings), (), findings)
    feature = Fields(payload, "", findings)
    properties = feature.member("properties")
    if properties is None:
        message = "The Feature has no properties; they are the poster."
        findings.error("missing_field", "/properties", message)
        return None
    areas = read_area(feature, properties)
    feature.ignore(*FEATURE_MEMBERS)
    feature.rest()
    return _poster(properties, areas, findings)


def _poster(fields: Fields, areas: tuple[SourceArea, ...], findings: Findings) -> Poster:
    case = _case(fields)
    poster = Poster(
        case=case,
        organization_name=fields.text("organizationName")
        or ORGANIZATION_NAMES.get(case.organization.upper()),
        source_uri=fields.text("sourceUri"),
        issued_at=fields.moment("dateCreated"),
        modified_at=fields.moment("lastModified"),
        expires_at=fields.moment("expires", required_to_be_read=True),
        amber=fields.flag("amberAlert"),
        endangered=_is_endangered(fields),
        unidentified=fields.flag("unidentified"),
        children=read_children(fields),
        companions=read_companions(fields),
        vehicles=_vehicles(fields),
        contacts=tuple(_contact(contact) for contact in fields.objects("contacts")),
        narratives=_narratives(fields),
        extra_photos=tuple(read_photos(fields, "extraPhotos")),
        areas=areas,
        distribution_states=_distribution_states(fields),
    )
    fields.ignore(*POSTER_NOT_KEPT)
    fields.rest()
    _check_subject(poster, fields, findings)
    return poster.model_copy(update={"unknown_fields": tuple(findings.unknown)})


def _case(fields: Fields) -> CaseKey:
    """Read the key of the case; what is missing is an error, so an empty part never leaves here."""
    organization = fields.text("organizationCode")
    number = fields.text("caseNumber", number=True)
    for name, value in (("organizationCode", organization), ("caseNumber", number)):
        sent = fields.raw(name)
        if value is None and (sent is None or isinstance(sent, str)):
            message = f"{name} is missing; it names the case and must be sent."
            fields.findings.error("missing_field", fields.where(name), message)
    return CaseKey(organization=organization or "", number=number or "")


def _is_endangered(fields: Fields) -> bool:
    case_type = (fields.text("caseType") or "").replace(" ", "").lower()
    return fields.flag("endangered") or case_type in ENDANGERED_CASE_TYPES


def _check_subject(poster: Poster, fields: Fields, findings: Findings) -> None:
    told = any(n.description or n.headline for n in poster.narratives)
    sent = fields.raw("children")
    misread = sent is not None and (not isinstance(sent, list) or any(sent))
    if poster.children or poster.unidentified or told or misread:
        return
    message = "The poster names no child and describes nobody; send children or descriptions."
    findings.error("no_child", fields.where("children"), message)


def _vehicles(poster: Fields) -> tuple[Vehicle, ...]:
    one = poster.member("vehicle")
    found = (*((one,) if one else ()), *poster.objects("vehicles"))
    return tuple(_vehicle(fields) for fields in found)


def _vehicle(fields: Fields) -> Vehicle:
    vehicle = Vehicle(
        description=fields.text("description"),
        license_plate=fields.text("licensePlate", number=True),
        license_state=fields.text("licenseState"),
    )
    fields.rest()
    return vehicle


def _contact(fields: Fields) -> Contact:
    contact = Contact(
        name=fields.text("name"),
        state=fields.text("state"),
        phone_numbers=fields.texts("phoneNumbers"),
    )
    fields.rest()
    return contact


def _narratives(poster: Fields) -> tuple[Narrative, ...]:
    return tuple(_narrative(fields) for fields in poster.objects("descriptions"))


def _narrative(fields: Fields) -> Narrative:
    language = fields.text("languageId", number=True) or UNDETERMINED_LANGUAGE
    narrative = Narrative(
        language=language_tag(language),
        headline=fields.text("headline"),
        description=fields.text("description"),
        instruction=fields.text("instruction"),
    )
    fields.rest()
    return narrative


def _distribution_states(poster: Fields) -> tuple[str, ...]:
    states: list[str] = []
    for fields in poster.objects("distributionLocations"):
        state = fields.text("state")
        fields.rest()
        states.extend([state] if state else [])
    return tuple(states)

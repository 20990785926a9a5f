"""Could we act on this document? The use case behind `porchlight feed check`.

Nothing is stored, fetched or sent, and there is no clock: whether an alert has expired is not
asked here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from alerts.alert import Tier
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.intake.cap.containers import DocumentReading, read_document
from alerts.intake.cap.ground import explicit_ground
from alerts.intake.cap.poster import EXERCISE_STATUSES, is_about_a_child, poster_from_cap
from alerts.intake.cap.signature import check_signatures
from alerts.intake.cap.values import CapAlert, CapReading
from alerts.intake.check_report import AlertReport, CheckReport, Findings
from alerts.intake.rss import is_ncmec_rss, read_ncmec_rss
from alerts.poster import Poster
from alerts.problem import Problem, error, warning
from geo.errors import GeoError
from geo.geojson import to_geometry
from geo.measure import area_km2

__all__ = [
    "AlertReport",
    "AreaResolution",
    "CheckReport",
    "RequestedFormat",
    "ResolveArea",
    "check_document",
]

RequestedFormat = Literal["auto", "cap", "ncmec", "rss"]
PostersReading = tuple[tuple[Poster, ...], tuple[Problem, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaResolution:
    """Where a poster matters, None if nobody can say, and what was odd on the way."""

    area: AreaOfInterest | None
    problems: tuple[Problem, ...] = ()


ResolveArea = Callable[[Poster], AreaResolution]
ReadNcmec = Callable[[bytes], PostersReading]


def check_document(
    raw: bytes,
    *,
    file: str,
    format: RequestedFormat = "auto",
    resolve_area: ResolveArea | None = None,
    read_ncmec: ReadNcmec | None = None,
    certificates: str | None = None,
) -> CheckReport:
    """Say what a document holds and what keeps us from acting on it.

    Parameters
    ----------
    file: the name that the report repeats.
    format: what it should be; "auto" looks. "rss" is missingkids.org's RSS or an index of CAP.
    resolve_area: names the ground of a poster; without it only explicit shapes count.
    read_ncmec: reads NCMEC's JSON; without it such a document is refused.
    certificates: PEM of those who may sign; without them a signature is only seen.

    Returns: `ok` means that no problem is an error. Errors: malformed XML, attacks, documents that
    are no alert, invalid CAP, feeds with nothing in them. Warnings, beside the readers' own:
    `not_a_child_alert`, `exercise`, `not_actual`, `not_public`, `no_info`, `no_contact`,
    `no_area`. Never raises.
    """
    resolve = resolve_area or _explicit_area
    if format == "ncmec" or (format == "auto" and _looks_like_json(raw)):
        return _check_ncmec(raw, file, resolve, read_ncmec)
    document = read_document(raw)
    if format in ("auto", "rss") and document.format == "rss" and is_ncmec_rss(document.links):
        return _check_posters(read_ncmec_rss(raw), file, "rss", resolve)
    report = _check_cap(raw, document, file, resolve, certificates)
    return _held_to(format, document, report)


def _looks_like_json(raw: bytes) -> bool:
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _held_to(
    format: RequestedFormat, document: DocumentReading, report: CheckReport
) -> CheckReport:
    """Add an error if the document is well but not of the kind that was asked for."""
    if format != "rss" or document.format in ("rss", "unknown"):
        return report
    found = error("wrong_format", "", f"This is {document.format}, not RSS.")
    return report.model_copy(update={"ok": False, "problems": (found, *report.problems)})


def _check_ncmec(
    raw: bytes, file: str, resolve: ResolveArea, read_ncmec: ReadNcmec | None
) -> CheckReport:
    if read_ncmec is None:
        found = error("unsupported_format", "", "NCMEC's JSON can't be checked here.")
        return Findings(problems=[found]).report(file, "ncmec")
    return _check_posters(read_ncmec(raw), file, "ncmec", resolve)


def _check_posters(
    reading: PostersReading, file: str, kind: str, resolve: ResolveArea
) -> CheckReport:
    posters, problems = reading
    findings = Findings(problems=list(problems))
    if not posters and not problems:
        findings.problems.append(error("no_posters", "", "The document holds no poster."))
    for poster in posters:
        resolution = resolve(poster)
        findings.problems.extend(_poster_problems(poster, resolution))
        findings.alerts.append(_poster_report(poster, resolution.area))
    return findings.report(file, kind)


def _check_cap(
    raw: bytes,
    document: DocumentReading,
    file: str,
    resolve: ResolveArea,
    certificates: str | None,
) -> CheckReport:
    findings = Findings(problems=list(document.problems))
    for reading in document.alerts:
        findings.problems.extend(reading.problems)
        if reading.alert:
            _check_alert(reading.alert, reading, resolve, findings)
    if not document.alerts:
        return findings.report(file, document.format)
    signed = check_signatures(raw, certificates)
    findings.problems.extend(signed.problems)
    return findings.report(file, document.format, signed.state)


def _check_alert(
    alert: CapAlert, reading: CapReading, resolve: ResolveArea, findings: Findings
) -> None:
    poster = poster_from_cap(alert)
    about_a_child = is_about_a_child(alert)
    resolution = resolve(poster)
    findings.problems.extend(_cap_problems(alert))
    if alert.infos:
        resolution = replace(resolution, problems=_not_said_yet(resolution, reading))
        findings.problems.extend(_poster_problems(poster, resolution, about_a_child=about_a_child))
    report = _poster_report(poster, resolution.area)
    findings.alerts.append(_with_cap(report, reading, alert, about_a_child=about_a_child))


def _not_said_yet(resolution: AreaResolution, reading: CapReading) -> tuple[Problem, ...]:
    """Leave out repairs of shapes that the reader has already named with their line."""
    said = {p.code for p in reading.problems} & {"shape_repaired"}
    return tuple(p for p in resolution.problems if p.code not in said)


def _cap_problems(alert: CapAlert) -> Iterable[Problem]:
    where = alert.identifier
    if alert.status in EXERCISE_STATUSES:
        message = f"Status {alert.status}: it goes to testers only."
        yield warning("exercise", where, message)
    elif alert.status != "Actual":
        yield warning("not_actual", where, f"Status {alert.status}: it goes to nobody.")
    if alert.scope != "Public":
        yield warning("not_public", where, "Only scope Public may reach people.")
    if alert.msg_type in ("Ack", "Error"):
        yield warning("not_an_announcement", where, f"An {alert.msg_type} tells people nothing.")
    if not alert.infos:
        if alert.msg_type == "Alert":
            yield warning("no_info", where, "There is no <info>: it says nothing to tell.")
    elif not is_about_a_child(alert):
        message = "It isn't about a missing child; the desk will see it, nobody else."
        yield warning("not_a_child_alert", where, message)


def _poster_problems(
    poster: Poster, resolution: AreaResolution, *, about_a_child: bool = True
) -> Iterable[Problem]:
    where = poster.case.number
    yield from resolution.problems
    if about_a_child and not any(contact.phone_numbers for contact in poster.contacts):
        message = "It names no phone number to call; the emergency number will stand alone."
        yield warning("no_contact", where, message)
    if resolution.area is None and all(p.code != "no_area" for p in resolution.problems):
        message = "No ground can be named for it; the desk must draw the area."
        yield warning("no_area", where, message)


def _explicit_area(poster: Poster) -> AreaResolution:
    try:
        shape = explicit_ground(poster.areas)
    except GeoError as err:
        found = error(err.code, poster.case.number, f"The shapes can't be used: {err}.")
        return AreaResolution(area=None, problems=(found,))
    if shape is None:
        return AreaResolution(area=None)
    area = AreaOfInterest(
        shape=shape,
        provenance=Provenance.EXPLICIT,
        confidence=1.0,
        area_km2=area_km2(shape),
        source="drawn by the source",
    )
    return AreaResolution(area=area)


def _tier(poster: Poster) -> Tier:
    """Return the tier that the source asks for; `judge.tiers` decides with a clock."""
    if poster.unidentified:
        return Tier.LONG_TERM
    if poster.amber:
        return Tier.AMBER
    return Tier.ENDANGERED if poster.endangered else Tier.MISSING


def _poster_report(poster: Poster, area: AreaOfInterest | None) -> AlertReport:
    return AlertReport(
        identifier=poster.case.number,
        sender=poster.case.organization,
        sent=poster.modified_at or poster.issued_at,
        status=None,
        msg_type=None,
        scope=None,
        tier=_tier(poster),
        languages=tuple(dict.fromkeys(n.language for n in poster.narratives)),
        expires=poster.expires_at,
        area=to_geometry(area.shape) if area else None,
        area_provenance=area.provenance if area else None,
        area_km2=area.area_km2 if area else None,
    )


def _with_cap(
    report: AlertReport, reading: CapReading, alert: CapAlert, *, about_a_child: bool
) -> AlertReport:
    return report.model_copy(
        update={
            "status": alert.status,
            "msg_type": alert.msg_type,
            "scope": alert.scope or None,
            "references": tuple(map(str, alert.references)),
            "tier": report.tier if about_a_child else None,
            "schema_valid": reading.schema_valid,
        }
    )

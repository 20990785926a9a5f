"""Every real document that is at hand (none in a user's clone): what is in it is what we say."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from alerts.alert import Tier
from alerts.intake.check import CheckReport, check_document
from tests.intake.cap.documents import codes

DATA = Path(__file__).parents[2].parent / "shared" / "data"
FILES = sorted(p for p in DATA.glob("cap/**/*") if p.is_file())
NOT_OK = {
    "bushfire_invalid.edxlde": "missing_field",
    "canada_errors.cap": "missing_references",
    "cap_alert.csv": "not_xml",
    "cap_area.csv": "not_xml",
    "cap_info.csv": "not_xml",
    "cap_warning_priority.csv": "not_xml",
    "empty_weather_index.atom": "empty_feed",
    "environment_canada_x509_cert.pem": "not_xml",
    "invalid.cap": "missing_field",
    "invalid.rss": "no_alerts",
    "invalid_element.atom": "no_alerts",
    "naads_x509_cert.pem": "not_xml",
    "no_id.atom": "no_alerts",
    "no_link.atom": "no_alerts",
    "no_title.atom": "no_alerts",
    "xee.atom": "xml_attack",
    "xee.cap": "xml_attack",
}
AMBER = {
    "amber.atom",
    "KAR0-0306112239-SW.cap",
    "cap_amber_alert_example.xml",
    "v1dot0_appendix_adot4.xml",
    "v1dot1_appendix_adot4.xml",
    "v1dot2_appendix_adot4.xml",
}
ODD = {"noaa_errors.cap", "nws_atom_feed_example.xml"}  # odd commas; shapes in an index


def manifest() -> dict[str, dict[str, Any]]:
    path = DATA / "MANIFEST.json"
    entries = json.loads(path.read_text()) if path.exists() else []
    return {entry["file"]: entry for entry in entries if "alerts" in entry}


MANIFEST = manifest()
KNOWN = [p for p in FILES if str(p.relative_to(DATA)) in MANIFEST and p.name not in NOT_OK]


@cache
def report_of(path: Path) -> CheckReport:
    return check_document(path.read_bytes(), file=path.name)


def shapes_by_hand(
    path: Path,
) -> tuple[list[list[tuple[float, float]]], list[tuple[float, float, float]]]:
    """Read (rings of lon/lat, circles of lon, lat, km) the short way, for comparison."""
    tree = etree.fromstring(path.read_bytes())
    polygons = [e.text.split() for e in tree.iter("{*}polygon") if (e.text or "").strip()]
    rings = [[(float(t.split(",")[1]), float(t.split(",")[0])) for t in ring] for ring in polygons]
    circles = []
    for element in tree.iter("{*}circle"):
        point, radius_km = element.text.split()
        lat, lon = point.split(",")
        circles.append((float(lon), float(lat), float(radius_km)))
    return rings, circles


def all_ground(report: CheckReport) -> BaseGeometry | None:
    grounds = [shape(alert.area) for alert in report.alerts if alert.area]
    ground: BaseGeometry | None = None
    for each in grounds:
        ground = each if ground is None else ground.union(each)
    return ground


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_a_document_is_ok_or_says_why_not(path: Path) -> None:
    report = report_of(path)
    assert json.dumps(report.model_dump(mode="json"), allow_nan=False)
    assert codes(report.problems, "error") == (
        {NOT_OK[path.name]} if path.name in NOT_OK else set()
    )
    assert report.ok == (path.name not in NOT_OK)


@pytest.mark.parametrize("path", KNOWN, ids=lambda p: p.name)
def test_alerts_are_those_of_the_manifest(path: Path) -> None:
    entry, report = MANIFEST[str(path.relative_to(DATA))], report_of(path)
    assert len(report.alerts) == entry["alerts"]
    for alert in report.alerts[: 1 if entry["alerts"] else 0]:
        assert (alert.status, alert.msg_type) == (entry["status"], entry["msgType"])
        assert alert.scope == entry["scope"]
        assert set(entry["langs"]) <= set(alert.languages)
        assert len(alert.languages) <= entry["infos"]
        assert bool(alert.references) or not entry["references"] or path.name == "noaa_errors.cap"
        assert (alert.tier == Tier.AMBER) == (path.name in AMBER)


@pytest.mark.parametrize("path", [p for p in KNOWN if p.name not in ODD], ids=lambda p: p.name)
def test_the_ground_is_that_of_the_shapes(path: Path) -> None:
    rings, circles = shapes_by_hand(path)
    ground = all_ground(report_of(path))
    assert (ground is not None) == bool(rings or circles)
    if ground is None:
        return
    west, south, east, north = ground.bounds
    margin = max((km for _, _, km in circles), default=0) / 50 + 0.05
    lons = [lon for ring in rings for lon, _ in ring] + [lon for lon, _, _ in circles]
    lats = [lat for ring in rings for _, lat in ring] + [lat for _, lat, _ in circles]
    assert abs(west - min(lons)) < margin
    assert abs(east - max(lons)) < margin
    assert abs(south - min(lats)) < margin
    assert abs(north - max(lats)) < margin


@pytest.mark.parametrize("path", KNOWN, ids=lambda p: p.name)
def test_rings_are_closed_valid_and_on_earth(path: Path) -> None:
    for alert in report_of(path).alerts:
        if alert.area is None:
            continue
        ground = shape(alert.area)
        assert ground.is_valid
        assert -180 <= ground.bounds[0] < ground.bounds[2] <= 180
        parts = alert.area["coordinates"]
        for polygon in [parts] if alert.area["type"] == "Polygon" else parts:
            assert all(list(ring[0]) == list(ring[-1]) for ring in polygon)


@pytest.mark.parametrize("path", sorted(DATA.glob("ncmec-redacted/*rss*")), ids=lambda p: p.name)
def test_the_recorded_rss_of_missingkids_is_eight_cases(path: Path) -> None:
    report = report_of(path)
    assert (report.ok, report.format) == (True, "rss")
    assert [alert.identifier for alert in report.alerts] == [str(9000001 + n) for n in range(8)]
    assert codes(report.problems) == {"no_area"}


@pytest.mark.parametrize("path", [p for p in FILES if p.name in AMBER], ids=lambda p: p.name)
def test_amber_alerts_are_amber(path: Path) -> None:
    assert [alert.tier for alert in report_of(path).alerts] == [Tier.AMBER]

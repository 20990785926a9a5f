"""The use case behind `porchlight feed check`, on fictional documents."""

import json
import time

import pytest
from shapely.geometry import box, shape

from alerts.alert import Tier
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.intake.check import AreaResolution, CheckReport, RequestedFormat, check_document
from alerts.poster import CaseKey, Contact, Poster
from alerts.problem import Problem, error, warning
from tests.intake.cap.documents import GEOCODE, HEAD, area, cap, codes, info
from tests.intake.cap.signers import signer
from tests.intake.cap.test_containers import envelope, feed
from tests.intake.test_rss import feed as ncmec_feed
from tests.intake.test_rss import item

KEYS = ["identifier", "sender", "sent", "status", "msg_type", "scope", "references", "tier"]
KEYS += ["languages", "expires", "area", "area_provenance", "area_km2", "schema_valid"]


def check(document: str | bytes, format: RequestedFormat = "auto") -> CheckReport:
    raw = document.encode() if isinstance(document, str) else document
    return check_document(raw, file="a.xml", format=format)


def county(poster: Poster) -> AreaResolution:
    found = AreaOfInterest(
        shape=box(-88, 46, -87, 47),
        provenance=Provenance.GEOCODE,
        confidence=0.9,
        area_km2=8_500,
        source="SAME 026103",
    )
    return AreaResolution(area=found, problems=(warning("unknown_geocode", "/areas/0", "x"),))


def no_ground(poster: Poster) -> AreaResolution:
    return AreaResolution(area=None, problems=(warning("no_area", "", "No ground."),))


def one_poster(raw: bytes) -> tuple[tuple[Poster, ...], tuple[Problem, ...]]:
    return (Poster(case=CaseKey(organization="NCMC", number="1")),), ()


def no_poster(raw: bytes) -> tuple[tuple[Poster, ...], tuple[Problem, ...]]:
    return (), (error("bad_json", "/x", "x"),)


def test_the_report_has_the_shape_that_users_rely_on() -> None:
    report = json.loads(check(cap()).model_dump_json())
    assert list(report)[:5] == ["file", "ok", "format", "problems", "alerts"]
    assert (report["signature"], report["repaired"]) == ("absent", [])
    (alert,) = report["alerts"]
    assert list(alert) == KEYS
    assert alert["identifier"] == "EX-1"
    assert alert["sent"] == "2026-03-01T17:00:00Z"
    assert (alert["status"], alert["msg_type"], alert["scope"]) == ("Actual", "Alert", "Public")
    assert (alert["tier"], alert["languages"]) == ("amber", ["en-US"])
    assert (alert["references"], alert["expires"]) == ([], None)
    assert alert["area_provenance"] == "explicit"
    assert 165 < alert["area_km2"] < 175


def test_a_good_alert_has_no_problems() -> None:
    report = check(cap())
    assert (report.ok, report.format, report.problems) == (True, "cap", ())


def test_the_area_is_lon_lat_and_closed() -> None:
    (alert,) = check(cap()).alerts
    assert alert.area is not None
    assert shape(alert.area).bounds == (-87.5, 46.5, -87.3, 46.6)
    for ring in alert.area["coordinates"]:
        assert tuple(ring[0]) == tuple(ring[-1])


def test_shapes_over_the_antimeridian_are_split() -> None:
    polygon = "<polygon>51,179 52,179 52,-179 51,-179 51,179</polygon>"
    (alert,) = check(cap(info(area(polygon)))).alerts
    assert alert.area is not None
    assert alert.area["type"] == "MultiPolygon"
    assert alert.area_km2 is not None
    assert 14_000 < alert.area_km2 < 16_000


def test_all_shapes_of_all_areas_count_once() -> None:
    both = area() + area("<circle>46.5,-87.4 1</circle>") + area("<circle>40,-80 1</circle>")
    (alert,) = check(cap(info(both) + info(both))).alerts
    assert alert.area is not None
    assert len(alert.area["coordinates"]) == 2


def test_shapes_that_are_the_world_together_are_an_error() -> None:
    strips = [
        f"<polygon>-80,{w} -80,{w + 95} 80,{w + 95} 80,{w} -80,{w}</polygon>"
        for w in (-179, -90, -5, 84)
    ]
    report = check(cap(info(area("".join(strips)))))
    assert codes(report.problems, "error") == {"whole_world"}
    assert report.alerts[0].area is None


def test_a_whole_world_is_left_out_where_another_shape_says_where() -> None:
    corners = "-89,-179 -89,-60 -89,60 -89,179 89,179 89,60 89,-60 89,-179 -89,-179"
    world = f"<polygon>{corners}</polygon>"
    report = check(cap(info(area(world) + area())))
    assert codes(report.problems, "warning") == {"whole_world"}
    assert report.alerts[0].area_km2 is not None
    assert report.alerts[0].area_km2 < 200


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (cap(head=HEAD.replace("Actual", "Exercise")), "exercise"),
        (cap(head=HEAD.replace("Actual", "Test")), "exercise"),
        (cap(head=HEAD.replace("Actual", "Draft")), "not_actual"),
        (cap(head=HEAD.replace("Public", "Private")), "not_public"),
        (cap(info(late="")), "no_contact"),
        (cap(info(late="<contact>The desk</contact>")), "no_contact"),
        (cap(info(area(GEOCODE))), "no_area"),
        (cap(info(area(""))), "no_area"),
        (cap(info(event="Severe Thunderstorm", code="")), "not_a_child_alert"),
        (cap(""), "no_info"),
        (cap(head=HEAD.replace(">Alert<", ">Ack<")), "not_an_announcement"),
    ],
)
def test_what_the_desk_must_see_is_a_warning(document: str, code: str) -> None:
    report = check(document)
    assert report.ok
    assert codes(report.problems, "warning") == {code}


def test_a_storm_has_no_tier() -> None:
    (alert,) = check(cap(info(event="Severe Thunderstorm", code=""))).alerts
    assert alert.tier is None
    assert alert.area is not None


def test_tiers_follow_what_the_source_says() -> None:
    events = {"Missing Child": Tier.MISSING, "Missing Endangered Child": Tier.ENDANGERED}
    for event, tier in events.items():
        assert check(cap(info(event=event, code=""))).alerts[0].tier == tier


def test_a_cancel_without_info_can_be_acted_on() -> None:
    reference = "alerts@police.example,EX-0,2026-03-01T11:00:00-05:00"
    head = HEAD.replace(">Alert<", ">Cancel<")
    report = check(cap("", head=head, after_head=f"<references>{reference}</references>"))
    assert (report.ok, report.problems) == (True, ())
    (alert,) = report.alerts
    assert alert.references == (reference,)
    assert (alert.msg_type, alert.area, alert.languages) == ("Cancel", None, ())


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "empty_document"),
        (b"\x00\x01\x02\xff" * 50, "not_xml"),
        (b"id,name\n1,x\n", "not_xml"),
        (b"-----BEGIN CERTIFICATE-----\n", "not_xml"),
        (b"<!doctype html><title>Log in</title>", "html_page"),
        (b"<alert><info></alert>", "malformed_xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_attack"),
        (cap(head=HEAD.replace("<scope>Public</scope>", "")).encode(), "missing_field"),
        (cap(head=HEAD.replace(">Alert<", ">Update<")).encode(), "missing_references"),
        (cap(info(area("<circle>46,-87</circle>"))).encode(), "bad_circle"),
        (feed().encode(), "empty_feed"),
        (feed("<title>x</title>").encode(), "no_alerts"),
        (envelope().encode(), "no_alerts"),
        (b"<gpx/>", "not_an_alert"),
        (b'{"a": 1}', "unsupported_format"),
    ],
)
def test_what_cannot_be_acted_on_is_an_error(document: bytes, code: str) -> None:
    report = check(document)
    assert not report.ok
    assert codes(report.problems, "error") == {code}
    assert json.dumps(report.model_dump(mode="json"), allow_nan=False)


def test_an_index_that_only_links_is_ok_without_alerts() -> None:
    report = check(feed('<link href="https://a.example/1.cap"/>'))
    assert (report.ok, report.format, report.alerts) == (True, "atom", ())
    assert codes(report.problems, "warning") == {"index_of_links"}


def test_one_broken_alert_of_several_makes_the_file_not_ok() -> None:
    report = check(envelope(cap(), "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>"))
    assert not report.ok
    assert [alert.identifier for alert in report.alerts] == ["EX-1"]


def test_the_area_can_be_resolved_by_whoever_knows_places() -> None:
    raw = cap(info(area(GEOCODE))).encode()
    report = check_document(raw, file="a", resolve_area=county)
    assert codes(report.problems, "warning") == {"unknown_geocode"}
    (alert,) = report.alerts
    assert alert.area_provenance == Provenance.GEOCODE
    assert alert.area_km2 == 8_500


def test_no_area_is_said_once() -> None:
    report = check_document(cap(info(area(""))).encode(), file="a", resolve_area=no_ground)
    assert [p.code for p in report.problems] == ["no_area"]


def test_an_unclosed_ring_and_a_bow_tie_are_warnings() -> None:
    polygon = "<polygon>46,-87 47,-86 46,-86 47,-87</polygon>"
    report = check(cap(info(area(polygon))))
    assert report.ok
    assert codes(report.problems) == {"unclosed_ring", "shape_repaired"}


def test_ncmec_json_is_left_to_its_reader() -> None:
    report = check_document(b' {"a": 1}', file="a", read_ncmec=one_poster)
    assert (report.ok, report.format) == (True, "ncmec")
    assert codes(report.problems) == {"no_contact", "no_area"}
    (alert,) = report.alerts
    assert (alert.identifier, alert.sender, alert.tier) == ("1", "NCMC", Tier.MISSING)
    assert (alert.status, alert.msg_type, alert.scope) == (None, None, None)
    refused = check_document(b"[]", file="a", read_ncmec=no_poster)
    assert codes(refused.problems, "error") == {"bad_json"}


def test_a_document_of_nothing_at_all_is_an_error() -> None:
    report = check_document(b"[]", file="a", read_ncmec=lambda raw: ((), ()))
    assert codes(report.problems, "error") == {"no_posters"}


def test_an_unidentified_poster_is_never_pushed() -> None:
    poster = Poster(
        case=CaseKey(organization="NCMC", number="1"),
        unidentified=True,
        contacts=(Contact(phone_numbers=("906-555-0123",)),),
    )
    report = check_document(b"{}", file="a", read_ncmec=lambda raw: ((poster,), ()))
    assert report.alerts[0].tier == Tier.LONG_TERM


@pytest.mark.parametrize("format", ["auto", "rss"])
def test_ncmec_s_rss_is_read_as_posters(format: RequestedFormat) -> None:
    report = check(ncmec_feed(item(), item("SAM", sequence=2), item("KIM", case="2")), format)
    assert (report.ok, report.format) == (True, "rss")
    assert [alert.identifier for alert in report.alerts] == ["9000001", "2"]
    assert codes(report.problems) == {"no_area"}


def test_the_format_that_was_asked_for_is_held_to() -> None:
    assert codes(check(cap(), "rss").problems, "error") == {"wrong_format"}
    assert codes(check(cap(), "ncmec").problems, "error") == {"unsupported_format"}
    assert check(cap(), "cap").ok
    assert codes(check(b'{"a": 1}', "cap").problems, "error") == {"not_xml"}


@pytest.mark.parametrize(
    "raw",
    [
        b"<" * 5_000_000,
        b"x" * 5_000_000,
        b"<!--" * 1_250_000,
        b"<a " + b"x='" * 1_600_000,
        b"<a>" + b" " * 5_000_000,
        cap(info(area(f"<polygon>{'1' * 5_000_000}</polygon>"))).encode(),
        cap(info(area(f"<circle>1{' ' * 5_000_000}x</circle>"))).encode(),
        cap(info(event="missing " * 600_000)).encode(),
        cap(info(late=f"<contact>{'0 ' * 2_500_000}</contact>")).encode(),
        cap(after_head=f"<references>{'a,' * 2_500_000}</references>").encode(),
    ],
    ids=range(10),
)
def test_megabytes_of_junk_are_dealt_with_quickly(raw: bytes) -> None:
    start = time.perf_counter()
    check(raw)
    assert time.perf_counter() - start < 10


def test_a_signature_is_said_of_the_document() -> None:
    police = signer()
    signed = police.sign(cap()).encode()
    seen = check_document(signed, file="a")
    assert (seen.ok, seen.signature) == (True, "unknown_signer")
    assert codes(seen.problems) == {"unknown_signer"}
    valid = check_document(signed, file="a", certificates=police.certificate)
    assert (valid.signature, valid.problems) == ("valid", ())
    changed = signed.replace(b"Marquette County", b"Luce County")
    broken = check_document(changed, file="a", certificates=police.certificate)
    assert (broken.ok, broken.signature) == (True, "invalid")
    assert codes(broken.problems) == {"bad_signature"}


def test_what_was_repaired_is_listed() -> None:
    polygon = "<polygon>46,-87 47,-86 46,-86 47,-87</polygon>"
    odd = cap(info(area(polygon))).replace("<status>Actual", "<status>actual")
    report = check(odd)
    assert report.ok
    assert set(report.repaired) == {"odd_capitals", "unclosed_ring", "shape_repaired"}
    assert check(cap()).repaired == ()


def test_mistakes_against_the_schema_are_warnings() -> None:
    report = check(cap().replace("<category>Rescue", "<category>Children"))
    assert report.ok
    assert codes(report.problems) == {"schema"}
    assert [alert.schema_valid for alert in report.alerts] == [False]
    assert [alert.schema_valid for alert in check(cap()).alerts] == [True]


def test_a_poster_and_what_is_no_alert_have_no_signature() -> None:
    assert check_document(b"{}", file="a", read_ncmec=one_poster).signature is None
    assert check("<html/>").signature is None

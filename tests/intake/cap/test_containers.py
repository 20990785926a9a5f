"""EDXL-DE, Atom and RSS around alerts, and indexes that only link to them."""

import pytest

from alerts.intake.cap.containers import DocumentReading, read_document
from tests.intake.cap.documents import cap, codes

ATOM = "http://www.w3.org/2005/Atom"
DE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"


def read(document: str) -> DocumentReading:
    return read_document(document.encode())


def feed(*entries: str) -> str:
    inside = "".join(f"<entry><id>urn:x</id>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="{ATOM}"><link href="https://feed.example/"/>{inside}</feed>'


def rss(*items: str) -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    channel = f"<channel><link>https://feed.example/</link>{inside}</channel>"
    return f'<rss version="2.0">{channel}</rss>'


def envelope(*alerts: str, status: str = "Actual") -> str:
    inside = "".join(
        "<contentObject><xmlContent><embeddedXMLContent>"
        f"{alert}</embeddedXMLContent></xmlContent></contentObject>"
        for alert in alerts
    )
    head = (
        "<distributionID>EX-D-1</distributionID><senderID>alerts@police.example</senderID>"
        "<dateTimeSent>2026-03-01T12:00:00-05:00</dateTimeSent>"
        f"<distributionStatus>{status}</distributionStatus>"
        "<distributionType>Report</distributionType>"
        "<combinedConfidentiality>UNCLASSIFIED</combinedConfidentiality>"
    )
    return f'<EDXLDistribution xmlns="{DE}">{head}{inside}</EDXLDistribution>'


def identifiers(reading: DocumentReading) -> list[str]:
    return [r.alert.identifier for r in reading.alerts if r.alert]


def test_a_bare_alert_is_cap() -> None:
    reading = read(cap())
    assert (reading.format, identifiers(reading), reading.problems) == ("cap", ["EX-1"], ())


def test_an_envelope_holds_several_alerts() -> None:
    reading = read(envelope(cap(), cap().replace("EX-1", "EX-2")))
    assert reading.format == "edxl-de"
    assert identifiers(reading) == ["EX-1", "EX-2"]
    assert reading.problems == ()


def test_an_empty_envelope_is_an_error() -> None:
    assert codes(read(envelope()).problems, "error") == {"no_alerts"}


def test_a_broken_alert_in_an_envelope_does_not_hide_the_others() -> None:
    reading = read(envelope("<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>", cap()))
    assert [r.alert is None for r in reading.alerts] == [True, False]
    assert codes(reading.alerts[0].problems, "error") == {"missing_field"}


@pytest.mark.parametrize("status", ["Exercise", "Test"])
def test_the_envelope_of_an_exercise_makes_an_exercise_of_its_alerts(status: str) -> None:
    reading = read(envelope(cap(), status=status))
    assert reading.alerts[0].alert is not None
    assert reading.alerts[0].alert.status == status
    assert codes(reading.problems, "warning") == {"exercise_envelope"}


def test_atom_entries_hold_alerts_as_elements() -> None:
    entry = f'<link href="https://a.example/1"/><content type="text/xml">{cap()}</content>'
    reading = read(feed(entry, f"<content>{cap().replace('EX-1', 'EX-2')}</content>"))
    assert reading.format == "atom"
    assert identifiers(reading) == ["EX-1", "EX-2"]
    assert reading.links == ()
    assert reading.problems == ()


def test_atom_entries_hold_alerts_as_escaped_text() -> None:
    declared = '<?xml version="1.0" encoding="ISO-8859-1"?>' + cap().replace("Rescue", "Rescué")
    escaped = declared.replace("&", "&amp;").replace("<", "&lt;")
    assert identifiers(read(feed(f'<content type="text">{escaped}</content>'))) == ["EX-1"]


def test_an_attack_in_escaped_text_is_refused() -> None:
    attack = '<!DOCTYPE a [<!ENTITY x "y">]>' + cap()
    reading = read(feed(f"<content>{attack.replace('<', '&lt;')}</content>"))
    assert codes(reading.alerts[0].problems) == {"xml_attack"}


def test_an_atom_index_gives_links_those_to_cap_first() -> None:
    page = '<link rel="alternate" type="text/html" href="https://a.example/page"/>'
    own = '<link rel="self" href="https://a.example/self"/>'
    to_cap = '<link type="application/cap+xml" href="https://a.example/cap"/>'
    reading = read(feed(own + page + to_cap, page, page))
    assert reading.links == ("https://a.example/cap", "https://a.example/page")
    assert codes(reading.problems) == {"index_of_links"}


def test_an_rss_index_gives_links() -> None:
    link = "<link>https://a.example/1</link>"
    guid = "<guid>https://a.example/2</guid>"
    reading = read(rss(link, guid))
    assert reading.format == "rss"
    assert reading.links == ("https://a.example/1", "https://a.example/2")


def test_links_that_cannot_be_fetched_are_none() -> None:
    reading = read(
        rss("<link>ftp://a/1</link>", '<guid isPermaLink="false">https://a.example/</guid>')
    )
    assert reading.links == ()
    assert codes(reading.problems, "error") == {"no_alerts"}
    assert codes(reading.problems, "warning") == {"empty_entry"}


@pytest.mark.parametrize("document", [feed(), rss(), "<rss/>", f'<feed xmlns="{ATOM}"/>'])
def test_a_feed_without_entries_is_empty(document: str) -> None:
    assert codes(read(document).problems, "error") == {"empty_feed"}


def test_an_alert_outside_of_any_entry_is_read_with_a_warning() -> None:
    reading = read(f'<feed xmlns="{ATOM}">{cap()}</feed>')
    assert identifiers(reading) == ["EX-1"]
    assert codes(reading.problems) == {"alert_outside_entry"}


def test_alerts_in_a_wrapping_of_somebody_s_own_are_read() -> None:
    reading = read(f'<a:alerts xmlns:a="urn:feed">{cap()}{cap()}</a:alerts>')
    assert (reading.format, len(reading.alerts)) == ("cap", 2)
    assert codes(reading.problems) == {"wrapped_alert"}


@pytest.mark.parametrize("document", ["<gpx/>", "<svg xmlns='urn:s'><alert xmlns='urn:x'/></svg>"])
def test_any_other_xml_is_no_alert(document: str) -> None:
    reading = read(document)
    assert reading.format == "unknown"
    assert codes(reading.problems, "error") == {"not_an_alert"}

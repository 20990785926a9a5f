"""One alert: what is read, what is repaired, what is wrong and where."""

from datetime import UTC, datetime

import pytest

from alerts.intake.cap.reader import read_cap
from alerts.intake.cap.values import CapAlert, CapReading
from tests.intake.cap.documents import (
    CAP_1_0,
    CAP_1_1,
    CAP_1_2,
    GEOCODE,
    HEAD,
    area,
    cap,
    codes,
    info,
)

REFERENCE = "alerts@police.example,EX-0,2026-03-01T11:00:00-05:00"


def read(document: str) -> CapReading:
    return read_cap(document.encode())


def alert_of(document: str) -> CapAlert:
    alert = read(document).alert
    assert alert is not None
    return alert


def test_a_plain_alert_is_read_without_a_remark() -> None:
    reading = read(cap())
    alert = reading.alert
    assert reading.problems == ()
    assert reading.can_be_acted_on
    assert alert is not None
    assert (alert.identifier, alert.sender) == ("EX-1", "alerts@police.example")
    assert alert.sent == datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    assert (alert.status, alert.msg_type, alert.scope) == ("Actual", "Alert", "Public")
    assert alert.version == "1.2"
    (block,) = alert.infos
    assert (block.language, block.event, block.category) == (
        "en-US",
        "Child Abduction",
        ("Rescue",),
    )
    assert (block.urgency, block.severity, block.certainty) == ("Immediate", "Severe", "Likely")
    assert block.event_codes == (("SAME", "CAE"),)


def test_texts_times_parameters_and_resources_are_read() -> None:
    late = """<effective>2026-03-01T12:00:00-05:00</effective>
      <expires>2026-03-02T12:00:00-05:00</expires><senderName>Example Police</senderName>
      <headline>Head</headline><description> One &lt;b&gt; two </description>
      <instruction>Call</instruction><web>https://police.example/1</web><contact>Desk</contact>
      <parameter><valueName>WEAHandling</valueName><value>AMBER</value></parameter>
      <resource><resourceDesc>Photo</resourceDesc><mimeType>IMAGE/JPEG</mimeType>
      <uri>photo.jpg</uri><derefUri> QUJD
      REVG </derefUri><digest>aa</digest></resource>"""
    (block,) = alert_of(cap(info(late=late))).infos
    assert block.effective == datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    assert block.expires == datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    assert block.description == "One <b> two"
    assert (block.sender_name, block.headline) == ("Example Police", "Head")
    assert (block.web, block.contact) == ("https://police.example/1", "Desk")
    assert block.parameters == (("WEAHandling", "AMBER"),)
    (resource,) = block.resources
    assert (resource.uri, resource.mime_type) == ("photo.jpg", "image/jpeg")
    assert (resource.deref_uri_base64, resource.digest) == ("QUJDREVG", "aa")


@pytest.mark.parametrize(
    ("namespace", "version"), [(CAP_1_0, "1.0"), (CAP_1_1, "1.1"), (CAP_1_2, "1.2")]
)
def test_each_version_is_known_by_its_namespace(namespace: str, version: str) -> None:
    pair = "<eventCode><valueName>SAME</valueName><value>CAE</value></eventCode>"
    code = "<eventCode>SAME=CAE</eventCode>" if version == "1.0" else pair
    reading = read(cap(info(code=code), namespace=namespace))
    assert reading.problems == ()
    assert reading.schema_valid
    assert reading.alert is not None
    assert reading.alert.version == version


@pytest.mark.parametrize("namespace", [CAP_1_2 + "/", CAP_1_2.upper(), CAP_1_0 + "/"])
def test_a_namespace_that_differs_a_little_is_read_with_a_warning(namespace: str) -> None:
    reading = read(cap(namespace=namespace))
    assert codes(reading.problems) == {"odd_namespace"}
    assert reading.can_be_acted_on


def test_no_namespace_is_read_as_1_2_with_a_warning() -> None:
    reading = read(cap(namespace=""))
    assert codes(reading.problems) == {"missing_namespace"}
    assert reading.can_be_acted_on


def test_prefixed_elements_are_read() -> None:
    prefixed = (
        cap().replace("<", "<cap:").replace("<cap:/", "</cap:").replace("xmlns=", "xmlns:cap=")
    )
    assert read(prefixed).can_be_acted_on


@pytest.mark.parametrize(
    "document", ["<alert xmlns='urn:x'/>", "<a/>", f"<info xmlns='{CAP_1_2}'/>"]
)
def test_what_is_no_cap_is_said_to_be_none(document: str) -> None:
    reading = read(document)
    assert reading.alert is None
    assert "not_an_alert" in codes(reading.problems, "error")


@pytest.mark.parametrize("name", ["identifier", "sender", "sent", "status", "msgType", "scope"])
def test_what_identifies_an_alert_is_required(name: str) -> None:
    head = "\n".join(line for line in HEAD.splitlines() if f"<{name}>" not in line)
    reading = read(cap(head=head))
    assert reading.alert is None
    (problem,) = [p for p in reading.problems if p.severity == "error"]
    assert (problem.code, problem.where) == ("missing_field", f"alert/{name}, line 1")


@pytest.mark.parametrize("name", ["category", "event", "urgency", "severity", "certainty"])
def test_what_an_info_must_have_is_named_with_its_line(name: str) -> None:
    lines = [line for line in cap().splitlines() if f"<{name}>" not in line]
    reading = read("\n".join(lines))
    (problem,) = [p for p in reading.problems if p.code != "schema"]
    assert (problem.code, problem.where) == ("missing_field", f"alert/info[1]/{name}, line 8")
    assert not reading.can_be_acted_on


def test_a_missing_area_description_is_an_error_and_an_empty_one_a_warning() -> None:
    missing = read(cap(info(f"<area>{GEOCODE}</area>")))
    assert codes(missing.problems, "error") == {"missing_field"}
    assert codes(read(cap(info(area(desc="")))).problems) == {"empty_field"}


def test_cap_1_0_may_leave_out_category_and_scope() -> None:
    document = cap(info(code="<eventCode>SAME=CAE</eventCode>"), namespace=CAP_1_0)
    for line in ("  <scope>Public</scope>", "    <category>Rescue</category>"):
        document = document.replace(line, "")
    reading = read(document)
    assert reading.problems == ()
    assert reading.alert is not None
    assert reading.alert.scope == ""


def test_cap_1_0_names_and_values_stand_in_one_text() -> None:
    code = "<eventCode>same=CAE</eventCode><parameter>HSAS=A=B</parameter>"
    areas = area("<geocode>fips6=026103</geocode><geocode>026103</geocode>")
    (block,) = alert_of(cap(info(areas, code=code), namespace=CAP_1_0)).infos
    assert block.event_codes == (("same", "CAE"),)
    assert block.parameters == (("HSAS", "A=B"),)
    assert block.areas[0].geocodes == (("fips6", "026103"), ("", "026103"))


def test_several_pairs_in_one_geocode_are_read() -> None:
    pair = "<valueName>FIPS6</valueName><value>026103</value>"
    both = f"<geocode>{pair}<valueName>UGC</valueName><value>MIC103</value></geocode>"
    (block,) = alert_of(cap(info(area(both)))).infos
    assert block.areas[0].geocodes == (("FIPS6", "026103"), ("UGC", "MIC103"))


def test_values_that_cap_does_not_have_are_errors_where_they_matter() -> None:
    for name, good in (("status", "Actual"), ("msgType", "Alert"), ("scope", "Public")):
        reading = read(cap().replace(f"<{name}>{good}", f"<{name}>Nonsense"))
        assert reading.alert is None
        assert codes(reading.problems, "error") == {"unknown_value"}


def test_capitals_are_put_right() -> None:
    reading = read(cap().replace("<status>Actual", "<status> ACTUAL "))
    assert reading.alert is not None
    assert reading.alert.status == "Actual"
    assert codes(reading.problems) == {"odd_capitals"}


def test_empty_urgency_is_forgiven() -> None:
    reading = read(cap().replace("<urgency>Immediate", "<urgency>"))
    assert codes(reading.problems) == {"unknown_value"}
    assert reading.can_be_acted_on
    assert reading.alert is not None
    assert reading.alert.infos[0].urgency == "Unknown"


def test_a_time_without_zone_is_read_as_utc_with_a_warning() -> None:
    reading = read(cap().replace("12:00:00-05:00", "12:00:00"))
    assert reading.alert is not None
    assert reading.alert.sent == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert codes(reading.problems, "warning") == {"odd_time"}


def test_an_unreadable_sent_is_an_error_and_an_unreadable_expires_is_not() -> None:
    unreadable = read(cap().replace("2026-03-01T12:00:00-05:00", "noon"))
    assert (unreadable.alert, codes(unreadable.problems, "error")) == (None, {"bad_time"})
    reading = read(cap(info(late="<expires>soon</expires>")))
    assert codes(reading.problems) == {"bad_time"}
    assert reading.can_be_acted_on


def test_no_language_means_us_english() -> None:
    assert alert_of(cap(info(language=""))).infos[0].language == "en-US"
    assert alert_of(cap(info(language="<language/>"))).infos[0].language == "en-US"


def test_elements_of_its_own_that_cap_does_not_have_are_reported() -> None:
    reading = read(cap(after_head="<reference>x</reference>"))
    assert codes(reading.problems) == {"unknown_element"}
    assert reading.can_be_acted_on


def test_elements_of_other_vocabularies_are_not_read() -> None:
    foreign = '<x:scope xmlns:x="urn:x">Private</x:scope><x:y xmlns:x="urn:x"/>'
    reading = read(cap(after_head=foreign))
    assert codes(reading.problems) == {"schema"}
    assert reading.alert is not None
    assert reading.alert.scope == "Public"
    assert reading.can_be_acted_on


def test_an_element_that_stands_twice_is_read_once() -> None:
    reading = read(cap(after_head="<status>Test</status>"))
    assert reading.alert is not None
    assert reading.alert.status == "Actual"
    assert codes(reading.problems) == {"repeated_element"}


def test_identifiers_that_references_cannot_name_are_reported() -> None:
    reading = read(cap().replace("EX-1", "EX 1, again"))
    assert codes(reading.problems) == {"odd_identifier"}
    assert reading.can_be_acted_on


def test_a_cancel_needs_no_info_but_a_reference() -> None:
    head = HEAD.replace("Alert<", "Cancel<")
    cancel = read(cap("", head=head, after_head=f"<references>{REFERENCE}</references>"))
    assert cancel.problems == ()
    assert cancel.alert is not None
    assert cancel.alert.infos == ()
    (reference,) = cancel.alert.references
    assert (reference.sender, reference.identifier) == ("alerts@police.example", "EX-0")
    assert reference.sent == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert str(reference) == REFERENCE


@pytest.mark.parametrize("kind", ["Update", "Cancel"])
@pytest.mark.parametrize("element", ["", "<references/>", "<references> </references>"])
def test_updates_and_cancels_must_say_of_what(kind: str, element: str) -> None:
    head = HEAD.replace("Alert<", f"{kind}<")
    reading = read(cap(head=head, after_head=element))
    assert codes(reading.problems, "error") == {"missing_references"}


def test_an_empty_references_of_an_alert_is_forgiven() -> None:
    reading = read(cap(after_head="<references/>"))
    assert codes(reading.problems) == {"empty_references"}
    assert reading.can_be_acted_on


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"<", b"id,name\n", b"<alert/>"])
def test_no_bytes_raise(raw: bytes) -> None:
    reading = read_cap(raw)
    assert reading.alert is None
    assert not reading.can_be_acted_on
    assert codes(reading.problems, "error")

"""The older RSS of missingkids.org."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.intake.rss import NCMEC_NAME, is_ncmec_rss, read_ncmec_rss
from alerts.poster import CaseKey, Place, Poster
from tests.intake.cap.documents import codes

LINK = (
    "http://www.example.org/missingkids/servlet/PubCaseSearchServlet?act=viewChildDetail&amp;"
    "caseLang=en_US&amp;orgPrefix=NCMC&amp;caseNum={case}&amp;seqNum={sequence}"
)


def item(
    first: str = "ALEX",
    *,
    case: str = "9000001",
    sequence: int = 1,
    published: str = "Tue, 12 Apr 2016 12:00:00 EDT",
    place: str = "MARQUETTE, MI",
    contact: str = "Example Police Department  (Michigan)  1-906-555-0123.",
    link: str | None = None,
) -> str:
    address = LINK.format(case=case, sequence=sequence) if link is None else link
    return f"""<item><title>Missing: {first} EXAMPLE (MI)</title><pubDate>{published}</pubDate>
      <link>{address}</link><description>{first} EXAMPLE, Age Now: 7, Missing: 03/18/2016.
      Missing From {place}. ANYONE HAVING INFORMATION SHOULD CONTACT: {contact}</description>
      <enclosure length="1899" type="image/jpeg" url="http://www.example.org/{first}.jpg"/></item>"""


def feed(*items: str) -> bytes:
    return f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>".encode()


def only(raw: bytes) -> Poster:
    (poster,), problems = read_ncmec_rss(raw)
    assert problems == ()
    return poster


def test_an_item_is_a_poster_with_one_child() -> None:
    poster = only(feed(item()))
    assert poster.case == CaseKey(organization="NCMC", number="9000001")
    assert poster.organization_name == NCMEC_NAME
    assert poster.issued_at == poster.modified_at == datetime(2016, 4, 12, 16, 0, tzinfo=UTC)
    assert poster.distribution_states == ("MI",)
    assert not poster.amber
    (child,) = poster.children
    assert (child.first_name, child.middle_name, child.last_name) == ("ALEX", None, "EXAMPLE")
    assert child.age_now == "7"
    assert child.missing_since == datetime(2016, 3, 18, tzinfo=UTC)
    assert child.missing_from == Place(city="MARQUETTE", state="MI")
    assert child.photos[0].uri == "http://www.example.org/ALEX.jpg"
    (contact,) = poster.contacts
    assert (contact.name, contact.state) == ("Example Police Department", "Michigan")
    assert contact.phone_numbers == ("1-906-555-0123",)
    (narrative,) = poster.narratives
    assert narrative.language == "en-US"
    assert narrative.headline == "Missing: ALEX EXAMPLE (MI)"


def test_siblings_are_one_poster_in_their_own_order() -> None:
    second = item("SAM", sequence=2, published="Wed, 13 Apr 2016 12:00:00 EDT")
    poster = only(feed(second, item("ALEX")))
    assert [child.first_name for child in poster.children] == ["ALEX", "SAM"]
    assert poster.issued_at == datetime(2016, 4, 12, 16, 0, tzinfo=UTC)
    assert poster.modified_at == datetime(2016, 4, 13, 16, 0, tzinfo=UTC)
    assert len(poster.contacts) == 1
    assert len(poster.narratives) == 2


def test_other_cases_are_other_posters() -> None:
    posters, _ = read_ncmec_rss(feed(item(), item("SAM", case="9000002")))
    assert [poster.case.number for poster in posters] == ["9000001", "9000002"]


@pytest.mark.parametrize(
    ("published", "hour_utc"),
    [
        ("Tue, 12 Apr 2016 12:00:00 EDT", 16),
        ("Tue, 12 Apr 2016 12:00:00 EST", 17),
        ("Tue, 12 Apr 2016 12:00:00 PDT", 19),
        ("Tue, 12 Apr 2016 12:00:00 AKDT", 20),
        ("Tue, 12 Apr 2016 12:00:00 HST", 22),
        ("Tue, 12 Apr 2016 12:00:00 AST", 16),
        ("Tue, 12 Apr 2016 12:00:00 GMT", 12),
        ("Tue, 12 Apr 2016 12:00:00 -0500", 17),
        ("Tue, 12 Apr 2016 12:00:00 XYZ", 12),
        ("12 Apr 2016 12:00:00 EDT", 16),
    ],
)
def test_named_zones_are_understood(published: str, hour_utc: int) -> None:
    issued_at = only(feed(item(published=published))).issued_at
    assert issued_at == datetime(2016, 4, 12, hour_utc, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "published", ["", "soon", "Tue, 99 Foo 2016", "Tue, 12 Apr 9999999 1:1:1 Z"]
)
def test_an_unreadable_date_is_a_warning(published: str) -> None:
    (poster,), problems = read_ncmec_rss(feed(item(published=published)))
    assert poster.issued_at is None
    assert codes(problems, "warning") == {"bad_time"}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("ST. LOUIS, MO", Place(city="ST. LOUIS", state="MO")),
        ("TIJUANA, BC, MEXICO", Place(city="TIJUANA", state="BC", country="MEXICO")),
        (", MI", Place(state="MI")),
    ],
)
def test_places_are_taken_apart(place: str, expected: Place) -> None:
    assert only(feed(item(place=place))).children[0].missing_from == expected


def test_names_keep_their_middle_and_suffix() -> None:
    (child,) = only(feed(item("ALEX ROBIN"))).children
    assert (child.first_name, child.middle_name, child.last_name) == ("ALEX", "ROBIN", "EXAMPLE")
    raw = feed(item()).replace(b"EXAMPLE (MI)", b"EXAMPLE JR (MI)")
    assert only(raw).children[0].last_name == "EXAMPLE JR"


def test_several_numbers_of_a_contact_are_kept() -> None:
    contact = "Example Police (Michigan) 1-906-555-0123 Or 1-906-555-0124."
    (found,) = only(feed(item(contact=contact))).contacts
    assert found.phone_numbers == ("1-906-555-0123", "1-906-555-0124")


def test_an_item_without_a_case_is_left_out() -> None:
    posters, problems = read_ncmec_rss(feed(item(), item(link="https://a.example/?caseNum=")))
    assert len(posters) == 1
    assert codes(problems, "warning") == {"no_case_number"}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (feed(), "empty_feed"),
        (b"<a/>", "empty_feed"),
        (feed(item(link="https://a.example/1")), "no_posters"),
        (b"", "empty_document"),
        (b"<!DOCTYPE a []><rss/>", "xml_attack"),
        (b"<rss>", "malformed_xml"),
    ],
)
def test_feeds_with_nothing_in_them_are_errors(raw: bytes, code: str) -> None:
    posters, problems = read_ncmec_rss(raw)
    assert posters == ()
    assert codes(problems, "error") == {code}


def test_an_item_with_a_link_only_is_still_a_poster() -> None:
    (poster,), problems = read_ncmec_rss(
        feed(f"<item><link>{LINK.format(case=1, sequence='x')}</link></item>")
    )
    assert poster.case.number == "1"
    assert codes(problems) == {"bad_time", "no_missing_place"}


def test_the_feed_is_known_by_its_links() -> None:
    assert is_ncmec_rss([LINK.replace("&amp;", "&").format(case=1, sequence=1)])
    assert not is_ncmec_rss(["https://a.example/1", "http://["])


@given(st.text(max_size=200), st.text(max_size=60))
def test_no_text_of_an_item_raises(description: str, published: str) -> None:
    clean = "".join(c for c in description + published if c.isprintable() and c not in "<&")
    read_ncmec_rss(feed(item(contact=clean, published=clean[:60], place=clean[:40])))

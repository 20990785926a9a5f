"""What does a document hold? Each form that a feed may have, from its bytes to its items."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.errors import FeedUnavailable
from alerts.intake.pull.ask_feed import FeedAnswer, Validators
from alerts.intake.pull.items import Contents, Format, ItemKind, unexpected_kind
from alerts.intake.pull.look import look_at
from alerts.intake.pull.read import read_contents
from alerts.store.feeds import FeedKind
from tests.intake.pull.conftest import Source
from tests.intake.pull.documents import (
    as_json,
    atom,
    atom_of,
    cap,
    child,
    collection,
    entry,
    listed,
    plain,
    rss,
)

DATA = Path(__file__).parents[4] / "shared" / "data"
RECORDED = [path for path in DATA.glob("ncmec-redacted/*.xml") if path.is_file()]
GOOGLE = "google-cap-library/testdata"
CAP, LINK, BROKEN = ItemKind.CAP, ItemKind.LINK, ItemKind.BROKEN
REAL = {  # each checked by eye against the file
    f"{GOOGLE}/amber.atom": (Format.ATOM, [CAP]),
    f"{GOOGLE}/bushfire_valid.edxlde": (Format.EDXL, [CAP]),
    f"{GOOGLE}/canada_signed.atom": (Format.ATOM, [CAP]),
    f"{GOOGLE}/earthquake_index.atom": (Format.ATOM, [LINK]),
    f"{GOOGLE}/empty_weather_index.atom": (Format.ATOM, []),
    f"{GOOGLE}/invalid.rss": (Format.RSS, [BROKEN]),
    f"{GOOGLE}/invalid_element.atom": (Format.ATOM, [BROKEN]),
    f"{GOOGLE}/no_entries.atom": (Format.ATOM, [CAP]),  # it stands beside the entries
    f"{GOOGLE}/no_link.atom": (Format.ATOM, [BROKEN]),
    f"{GOOGLE}/ny_index.rss": (Format.RSS, [LINK, LINK]),
    f"{GOOGLE}/weather.atom": (Format.ATOM, [CAP]),
    f"{GOOGLE}/weather_index.atom": (Format.ATOM, [LINK, LINK]),
    "ibm-cap/nws_atom_feed_example.xml": (Format.ATOM, [LINK] * 163),
}


def read(body: bytes, content_type: str = "") -> Contents:
    return read_contents(
        FeedAnswer(
            body=body,
            validators=Validators(),
            content_type=content_type,
            url="https://a.example/list/feed",
        )
    )


def kinds(contents: Contents) -> list[ItemKind]:
    return [item.kind for item in contents.items]


def test_atom_with_alerts_inside() -> None:
    contents = read(atom_of(2))
    assert (contents.format, kinds(contents)) == (Format.ATOM, [ItemKind.CAP] * 2)
    assert contents.updated_at == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert all(item.raw.startswith(b"<alert") for item in contents.items)


def test_atom_with_an_alert_as_text() -> None:
    text = cap("EX-1").decode().replace("<", "&lt;")
    for head in ("", "&lt;?xml version='1.0'?>"):
        contents = read(atom(f"<entry><content type='text'>{head}{text}</content></entry>"))
        assert kinds(contents) == [ItemKind.CAP]
        assert contents.items[0].raw.startswith(b"<alert")


def test_several_alerts_in_one_entry_have_names_of_their_own() -> None:
    contents = read(atom(entry("e1", cap("EX-1") + cap("EX-2"))))
    assert len({item.names for item in contents.items}) == 2


def test_an_index_prefers_the_link_to_cap() -> None:
    links = "<link href='page.html'/><link type='application/cap+xml' href='/1.cap'/>"
    [item] = read(atom(f"<entry><id>1</id>{links}</entry>")).items
    assert (item.kind, item.link) == (ItemKind.LINK, "https://a.example/1.cap")


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("<link>https://b.example/1</link>", "https://b.example/1"),
        ("<link>1.cap</link>", "https://a.example/list/1.cap"),
        ("<guid>https://b.example/2</guid>", "https://b.example/2"),
        ("<guid isPermaLink='false'>abc</guid><link>/3</link>", "https://a.example/3"),
        (
            "<link>/page</link><enclosure type='application/cap+xml' url='/4.cap'/>",
            "https://a.example/4.cap",
        ),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>https://[::1</link>", ""),
        ("<guid>abc</guid>", ""),
    ],
)
def test_rss_items_lead_to_alerts(inside: str, link: str) -> None:
    [item] = read(rss(f"<item><title>x</title>{inside}</item>")).items
    assert item.link == link
    assert item.kind is (ItemKind.LINK if link else ItemKind.BROKEN)


def test_rss_dates_have_named_zones() -> None:
    item = "<item><link>/1</link><pubDate>Tue, 12 Apr 2016 12:00:00 EDT</pubDate></item>"
    contents = read(rss(item, date="Tue, 12 Apr 2016 13:00:00 EDT"))
    assert contents.items[0].dated_at == datetime(2016, 4, 12, 16, tzinfo=UTC)
    assert contents.updated_at == datetime(2016, 4, 12, 17, tzinfo=UTC)


def test_one_cap_document_is_a_feed_of_one() -> None:
    contents = read(cap("EX-1"))
    assert (contents.format, kinds(contents)) == (Format.CAP, [ItemKind.CAP])
    assert contents.items[0].raw == cap("EX-1")


def test_wrapped_alerts_are_items_each() -> None:
    body = b"<alerts>" + cap("EX-1") + cap("EX-2") + b"</alerts>"
    assert kinds(read(body)) == [ItemKind.CAP] * 2


def test_an_envelope_is_one_item_with_the_names_of_all_its_alerts() -> None:
    head = "<EDXLDistribution xmlns='urn:oasis:names:tc:emergency:EDXL:DE:1.0'>"
    body = head.encode() + cap("EX-1") + cap("EX-2") + b"</EDXLDistribution>"
    [item] = read(body).items
    assert (item.raw, len(item.names)) == (body, 2)
    [bare] = read(head.encode() + b"</EDXLDistribution>").items
    assert len(bare.names) == 1


def test_siblings_of_missingkids_are_one_poster() -> None:
    contents = read(rss(child("ALEX"), child("SAM", number=2), child("KIM", case="2")))
    first, second = sorted(contents.items, key=lambda item: -len(item.names))
    assert (first.kind, len(first.names), len(second.names)) == (ItemKind.POSTER, 2, 1)
    assert first.poster is not None
    assert len(first.poster.children) == 2
    assert first.raw.count(b"<item>") == 2


def test_an_item_of_missingkids_without_a_case_is_broken_and_kept() -> None:
    contents = read(rss(child(), "<item><title>Missing</title></item>"))
    [broken] = [item for item in contents.items if item.kind is ItemKind.BROKEN]
    assert [(p.severity, p.code) for p in broken.problems] == [("error", "no_case_number")]


@pytest.mark.parametrize(
    "body",
    [
        as_json({"posters": [plain("1"), plain("2")], "count": 2}),
        as_json([plain("1"), plain("2")]),
        collection(listed("1"), listed("2")),
        as_json({"items": [plain("1"), listed("2")], "next": None}),
        b"\xef\xbb\xbf \n" + as_json([plain("1"), plain("2")]),
    ],
)
def test_json_listings_of_posters(body: bytes) -> None:
    contents = read(body)
    assert (contents.format, kinds(contents)) == (Format.JSON, [ItemKind.POSTER] * 2)
    assert contents.is_whole
    assert all(item.raw in body for item in contents.items)
    assert all(item.dated_at is not None for item in contents.items)


def test_one_poster_is_a_feed_of_one() -> None:
    assert kinds(read(as_json(plain("1")))) == [ItemKind.POSTER]
    assert read(as_json(listed("1"))).items[0].names == ("NCMC 1",)


def test_json_feed_is_an_index_of_links() -> None:
    items = [{"id": 7, "url": "/1.cap", "date_modified": "2026-11-22T10:00:00Z"}, {"href": "2"}]
    contents = read(as_json({"version": "https://jsonfeed.org/version/1.1", "items": items}))
    second, first = contents.items
    assert (first.link, first.names) == ("https://a.example/1.cap", ("7",))
    assert second.link == "https://a.example/list/2"
    assert first.version == "7 2026-11-22T10:00:00Z"


@pytest.mark.parametrize("item", [None, 5, "x", [], {}, {"url": 5}, {"url": "ftp://x"}])
def test_odd_json_items_are_left_to_the_reader_of_posters(item: object) -> None:
    assert kinds(read(as_json([item]))) == [ItemKind.POSTER]


@pytest.mark.parametrize(
    "around",
    [{"count": 9}, {"next": "abc"}, {"next_url": "https://a.example/2"}],
)
def test_a_page_of_several_says_so(around: dict[str, object]) -> None:
    assert not read(as_json({"posters": [plain("1")]} | around)).is_whole


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (FeedKind.ATOM, atom(), True),
        (FeedKind.ATOM, rss(), False),
        (FeedKind.RSS, rss(child()), True),
        (FeedKind.JSON, b"[]", True),
        (FeedKind.JSON, atom(), False),
        (FeedKind.CAP, atom(), True),
        (FeedKind.CAP, cap(), True),
        (FeedKind.RSS, b"  ", True),
    ],
)
def test_another_kind_than_expected_is_said(kind: FeedKind, body: bytes, expected: bool) -> None:
    assert (unexpected_kind(kind, read(body)) is None) == expected


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
def test_the_recorded_feed_of_missingkids_is_read(path: Path) -> None:
    contents = read(path.read_bytes())
    assert contents.format is Format.RSS
    assert len(contents.items) > 3
    assert set(kinds(contents)) == {ItemKind.POSTER}
    assert all(item.dated_at is not None for item in contents.items)


@pytest.mark.parametrize("name", [name for name in REAL if (DATA / "cap" / name).is_file()])
def test_real_feeds_hold_what_the_eye_finds_in_them(name: str) -> None:
    kind, expected = REAL[name]
    contents = read((DATA / "cap" / name).read_bytes())
    assert (contents.format, kinds(contents)) == (kind, expected)
    assert all(item.link.startswith("http") for item in contents.items if item.link)


@pytest.mark.parametrize("name", ["google-cap-library/testdata/xee.atom"])
def test_a_real_attack_is_refused_unread(name: str) -> None:
    path = DATA / "cap" / name
    body = path.read_bytes() if path.is_file() else b"<!DOCTYPE feed [<!ENTITY a 'b'>]><feed/>"
    assert "DOCTYPE" in why_refused(body)


def why_refused(body: bytes) -> str:
    """Return why a document can't be read, "" if it can."""
    try:
        read(body)
    except FeedUnavailable as refused:
        return str(refused)
    return ""


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert not why_refused(body) or why_refused(body).endswith(".")


json_value = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["posters", "items", "features", "url", "id", "caseNumber", "properties"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_value)
def test_any_json_is_read_or_refused(value: object) -> None:
    refused = why_refused(as_json(value))
    assert not refused or not isinstance(value, list)


@given(st.sampled_from([atom_of(1), rss(child()), collection(listed("1"))]), st.integers(0, 4000))
def test_a_document_that_is_cut_off_is_no_shorter_document(body: bytes, at: int) -> None:
    if at < len(body) and body[:at].strip():
        with pytest.raises(FeedUnavailable):
            read(body[:at])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_look_says_what_is_there_and_stores_nothing(source: Source) -> None:
    source.shows(atom_of(2), etag='"2"')
    seen = look_at(FeedKind.RSS, source.server.url + "/feed", source.asking, source.clock)
    assert (seen.format, seen.counts, seen.is_conditional) == (
        Format.ATOM,
        {ItemKind.CAP: 2},
        True,
    )
    assert [problem.code for problem in seen.problems] == ["unexpected_kind"]
    assert source.submissions == []

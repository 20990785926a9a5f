"""A listing is cut into its items, byte for byte."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.intake.ncmec.listing import read_listing

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_every_item_keeps_its_own_bytes() -> None:
    content = b' {"count" : 3, "posters" : [ {"a":1 , "a":2}, null,{"b": "\xc3\xa9"}  ] , "x":[]} '
    listing = read_listing(content)
    assert [item.raw for item in listing.items] == [
        b'{"a":1 , "a":2}',
        b"null",
        b'{"b": "\xc3\xa9"}',
    ]
    assert listing.items[2].payload == {"b": "é"}
    assert listing.count == 3


def test_an_item_that_is_not_utf_8_stops_no_other() -> None:
    listing = read_listing(b'{"posters": [{"a": "\xff"}, {"b": 1}]}')
    assert [item.raw for item in listing.items] == [b'{"a": "\xff"}', b'{"b": 1}']


@pytest.mark.parametrize("content", [b'{"posters": []}', b'{"posters": null, "count": "0"}'])
def test_an_empty_listing_has_no_items(content: bytes) -> None:
    listing = read_listing(content)
    assert listing.items == ()
    assert listing.count is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"null",
        b"[]",
        b"{}",
        b'{"posters": {}}',
        b'{"posters": [',
        b'{"posters": [{}',
        b'{"posters": [{} {}]}',
        b'{"posters": [{}]',
        b'{"posters" [{}]}',
        b'{"posters": [' + b"[" * 100_000,
        b"<html>",
        b"\xff\xfe",
    ],
)
def test_what_is_no_listing_raises_value_error(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  json's own errors are ValueErrors, too
        read_listing(content)


@given(st.lists(JSON, max_size=5), st.dictionaries(st.text(), JSON, max_size=3), st.integers(0, 2))
def test_items_come_back_whatever_they_are(
    items: list[object], others: dict[str, object], indent: int
) -> None:
    content = json.dumps({**others, "posters": items}, indent=indent or None).encode()
    listing = read_listing(content)
    assert [item.payload for item in listing.items] == items
    assert [json.loads(item.raw) for item in listing.items] == items


@given(st.binary())
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    with suppress(ValueError):
        read_listing(content)

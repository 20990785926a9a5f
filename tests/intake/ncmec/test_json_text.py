"""Bytes that are JSON and mean one thing, and those that don't."""

import json
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.intake.ncmec.json_text import MAX_BYTES, read_json
from alerts.intake.ncmec.reader import read_poster_bytes
from tests.patience import BLOW_UP_S


@pytest.mark.parametrize(
    ("raw", "code", "where"),
    [
        (b"", "malformed_json", "line 1, column 1"),
        (b'{"a": 1,}', "malformed_json", "line 1, column 9"),
        (b'{\n  "a": x\n}', "malformed_json", "line 2, column 8"),
        (b"{} {}", "malformed_json", "line 1, column 4"),
        (b'{"a": "\x01"}', "malformed_json", "line 1, column 8"),
        (b"9" * 5000, "malformed_json", ""),
        (b'{"a":\n"\xe9"}', "not_utf8", "line 2"),
        ('{"a": 1}'.encode("utf-16"), "not_utf8", "line 1"),
        (b"[" * 100_000, "too_deep", ""),
        (b'{"a":' * 100_000, "too_deep", ""),
        (b'{"a": 1, "a": 1}', "duplicate_key", "/a"),
        (b'{"a": [{"b/c": 1, "b/c": null}]}', "duplicate_key", "/a/0/b~1c"),
        (b'{"a": [0, NaN]}', "not_finite", "/a/1"),
        (b'{"a": -Infinity}', "not_finite", "/a"),
        (b'{"a": 1e999}', "not_finite", "/a"),
    ],
)
def test_what_is_no_plain_json_is_an_error_with_its_place(
    raw: bytes, code: str, where: str
) -> None:
    reading = read_json(raw)
    assert not reading.ok
    assert reading.value is None
    assert [(p.severity, p.code, p.where) for p in reading.problems] == [("error", code, where)]


def test_plain_json_is_read() -> None:
    reading = read_json(b'{"a": [1, null, "\\ud83d\\ude00"]}')
    assert reading.value == {"a": [1, None, "\N{GRINNING FACE}"]}
    assert reading.problems == ()


def test_null_is_a_value() -> None:
    assert read_json(b"null").ok


def test_a_byte_order_mark_is_noted() -> None:
    reading = read_json(b"\xef\xbb\xbf{}")
    assert reading.value == {}
    assert [p.code for p in reading.problems] == ["byte_order_mark"]


def test_every_contradiction_is_named() -> None:
    reading = read_json(b'{"a": NaN, "b": {"c": 1, "c": 2}, "d": [Infinity]}')
    assert [p.where for p in reading.problems] == ["/a", "/b/c", "/d/0"]


def test_of_very_many_the_first_hundred_are_named() -> None:
    reading = read_json(b"[0" + b",NaN" * 1000 + b"]")
    assert [p.where for p in reading.problems] == [f"/{n}" for n in range(1, 101)]


def peak_bytes(read: Callable[[bytes], object], raw: bytes) -> int:
    tracemalloc.start()
    try:
        read(raw)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("item", [b"0", b"0.5", b"[0]", b'{"a":0}'])
def test_looking_for_contradictions_costs_next_to_no_memory(item: bytes) -> None:
    raw = b"[" + b",".join([item] * (1_000_000 // (len(item) + 1))) + b"]"
    with_hook = lambda text: json.loads(text, object_pairs_hook=dict)  # noqa: E731
    assert peak_bytes(read_json, raw) < peak_bytes(with_hook, raw) + 2_000_000


@given(st.binary() | st.text().map(str.encode) | st.from_regex(rb'[\[{}\]",:a0-9.eE\\-]*'))
def test_no_bytes_raise(raw: bytes) -> None:
    reading = read_poster_bytes(raw)
    assert reading.poster is not None or any(p.severity == "error" for p in reading.problems)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": "' + b"x" * MAX_BYTES + b'"}',
        b"[" + b",".join([b"{}"] * 1_000_000) + b"]",
        b"[" * 1_000_001,
    ],
    ids=["bytes", "values", "nesting"],
)
def test_what_is_too_large_is_refused_before_it_is_parsed(raw: bytes) -> None:
    started = time.process_time()
    assert [p.code for p in read_json(raw).problems] == ["too_large"]
    assert time.process_time() - started < BLOW_UP_S

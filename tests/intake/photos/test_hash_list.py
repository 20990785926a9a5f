"""Is every hash of a list read, and every line that is none named?"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.intake.photos.hash_list import (
    BROKEN_NAMED,
    HashList,
    entry_name,
    parse_hash_list,
    read_hash_list,
)

ONE, TWO = "0f" * 32, "A5" * 32


def parsed(text: str) -> HashList:
    return parse_hash_list(text.encode().splitlines(keepends=True))


def hashes(of: HashList) -> list[str]:
    return [row.tobytes().hex() for row in of.hashes]


def test_a_hash_a_line_with_whatever_the_exchange_adds() -> None:
    read = parsed(f"# from an exchange\n{ONE}\n\n  {TWO},1234,2026-11-22T12:00:00+0000,a b\r\n")
    assert hashes(read) == [ONE, TWO.lower()]
    assert list(read.lines) == [2, 4]
    assert read.broken == ()


@pytest.mark.parametrize(
    "head", ["hash,label", "PDQ", "signal_value,id", f'"{ONE}",x', f"\ufeff{ONE}"]
)
def test_the_first_line_may_name_the_columns(head: str) -> None:
    read = parsed(f"{head}\n{TWO}\n")
    assert hashes(read)[-1] == TWO.lower()
    assert read.broken_count == 0


@pytest.mark.parametrize(
    "line",
    [
        ONE[:-1],
        ONE + "0",
        "g" * 64,
        f"pdq:{ONE}",
        f"id7,{ONE}",
        "é" * 64,
        "\x00",
        "<html>",
        "0 " * 32,
    ],
)
def test_a_broken_line_is_named_and_the_rest_counts(line: str) -> None:
    read = parsed(f"{ONE}\n{line}\n{TWO}\n")
    assert hashes(read) == [ONE, TWO.lower()]
    assert (read.broken, read.broken_count) == ((2,), 1)


def test_of_many_broken_lines_the_first_are_named() -> None:
    read = parsed("nothing\n" * 1000 + ONE)
    assert read.broken_count == 999  # the first one might name a column
    assert len(read.broken) == BROKEN_NAMED
    assert hashes(read) == [ONE]


@given(st.binary(max_size=300))
def test_it_never_raises(data: bytes) -> None:
    read = parse_hash_list(data.splitlines(keepends=True))
    assert len(read.lines) == len(read.hashes)


def test_an_empty_file_has_no_hash(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert hashes(read_hash_list(tmp_path / "empty")) == []
    with pytest.raises(OSError, match="none"):
        read_hash_list(tmp_path / "none")


def test_an_entry_is_named_by_its_line_and_what_the_exchange_says(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"{ONE},1234,tag\n{TWO}\n{ONE},bad\x07label\n{ONE},{'x' * 500}\n")
    assert entry_name(path, 1) == "list.txt, line 1 (1234,tag)"
    assert entry_name(path, 2) == "list.txt, line 2"
    assert entry_name(path, 3) == "list.txt, line 3"
    assert len(entry_name(path, 4)) < 200
    assert entry_name(path, 9) == "list.txt, line 9"
    path.unlink()
    assert entry_name(path, 1) == "list.txt, line 1"

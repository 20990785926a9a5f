"""Which bytes of a listing are which poster? `{"posters": [Poster, ...], "count": 250}`.

Each item is cut out of the answer as it stands, so that the raw document of every submission is
exactly what the source sent, and one item that can't be read stops no other.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"
_ITEMS = "posters"


@dataclass(frozen=True, kw_only=True)
class RawPoster:
    """One item of a listing: the bytes as sent, and the value in them, not yet checked.

    `reader.read_poster_bytes(raw)` reads it strictly.
    """

    raw: bytes
    payload: object


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What one answer of GET /Posters holds."""

    items: tuple[RawPoster, ...]
    count: int | None  # the source's own count; what it counts isn't documented


def read_listing(content: bytes) -> Listing:
    """Cut a listing into its items.

    Raises
    ------
    ValueError: it isn't JSON, or isn't an object with the list `posters` (null is an empty one).
    """
    # surrogateescape gives each item its own bytes back, even those that aren't UTF-8.
    text = content.decode("utf-8-sig", "surrogateescape")
    found: tuple[RawPoster, ...] | None = None
    count: int | None = None
    try:
        for name, value in _members(text):
            if name == _ITEMS:
                found = value if isinstance(value, tuple) else () if value is None else found
            elif name == "count" and isinstance(value, int):
                count = value
    except (IndexError, RecursionError) as e:
        raise ValueError("the listing is cut off or nested too deeply") from e
    if found is None:
        raise ValueError("the listing has no list `posters`")
    return Listing(items=found, count=count)


def _members(text: str) -> Iterator[tuple[str, object]]:
    """Walk the members of the outermost object; the items come as RawPosters."""
    at = _expect(text, 0, "{")
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _expect(text, at, ":")
        if name == _ITEMS and text[at] == "[":
            items, at = _items(text, at)
            yield name, items
        else:
            value, at = _DECODER.raw_decode(text, at)
            yield str(name), value
        at = _after_item(text, at, "}")


def _items(text: str, at: int) -> tuple[tuple[RawPoster, ...], int]:
    """Read the list at `at`; returns the items and where the list ends."""
    items: list[RawPoster] = []
    at = _expect(text, at, "[")
    while text[at] != "]":
        payload, end = _DECODER.raw_decode(text, at)
        raw = text[at:end].encode("utf-8", "surrogateescape")
        items.append(RawPoster(raw=raw, payload=payload))
        at = _after_item(text, end, "]")
    return tuple(items), at + 1


def _after_item(text: str, at: int, close: str) -> int:
    """Step over the comma after an item, or stay on the closing bracket."""
    at = _skip(text, at)
    return at if text[at] == close else _expect(text, at, ",")


def _expect(text: str, at: int, character: str) -> int:
    """Step over `character` and the blanks around it."""
    at = _skip(text, at)
    if text[at] != character:
        raise ValueError(f"the listing has no {character!r} where one belongs")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    while text[at] in _BLANK:
        at += 1
    return at

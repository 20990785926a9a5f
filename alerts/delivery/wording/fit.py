"""How much of a text a lock screen gets: cut at word borders, never through a character."""

from collections.abc import Sequence

_ELLIPSIS = "…"
_WORTH_CUTTING_BYTES = 40  # less of a line than this says nothing


def size(text: str) -> int:
    """Return the bytes of the text in UTF-8, which is what push services count."""
    return len(text.encode())


def cut_chars(text: str, limit: int) -> str:
    """Return the text, or as many whole words as fit into `limit` characters, and "…"."""
    return text if len(text) <= limit else _cut_words(text[: limit - 1])


def cut_bytes(text: str, limit: int) -> str:
    """Return the text, or as many whole words as fit into `limit` bytes of UTF-8, and "…"."""
    if size(text) <= limit:
        return text
    room = max(0, limit - size(_ELLIPSIS))
    return _cut_words(text.encode()[:room].decode(errors="ignore"))


def _cut_words(text: str) -> str:
    """Drop the last word, which may be torn; a text of one long word is torn all the same."""
    whole, space, _ = text.rpartition(" ")
    return (whole.rstrip(" ,;:.-") if space else text) + _ELLIPSIS


def fit_lines(lines: Sequence[str], last: str, limit: int) -> str:
    """Return the lines, most important first, and `last`, in `limit` bytes; `last` is never cut."""
    room = limit - size(last)
    kept: list[str] = []
    for line in lines:
        room -= 1  # the newline
        if size(line) > room:
            if room >= _WORTH_CUTTING_BYTES:
                kept.append(cut_bytes(line, room))
            break
        kept.append(line)
        room -= size(line)
    return "\n".join([*kept, last])

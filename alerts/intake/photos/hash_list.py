"""Which pictures must nobody see? A file of PDQ hashes, as exchanges hand them out.

One hash a line, 64 hexadecimal digits; behind a comma whatever the exchange adds (ThreatExchange
and its tools write `hash,id,time,tags`). Blank lines and lines that begin with # say nothing. The
first line may be the names of columns. A line that is neither is named, and the others count.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alerts.intake.photos.pdq import BYTES

HEX_DIGITS = 2 * BYTES
WORDS = 4  # of 64 bits
BROKEN_NAMED = 20  # broken lines that are named; beyond it the number of them says enough
_LABEL_CHARS = 120
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True)
class HashList:
    """What a file says."""

    hashes: NDArray[np.uint64]  # (N, 4)
    lines: NDArray[np.int32]  # (N,): where in the file each one is, the first line being 1
    broken: tuple[int, ...]  # the first lines that are no hash
    broken_count: int


def read_hash_list(path: Path) -> HashList:
    """Read a hash list.

    Raises
    ------
    OSError: it can't be read.
    """
    with path.open("rb") as file:
        return parse_hash_list(file)


def parse_hash_list(file: Iterable[bytes]) -> HashList:
    """Read a hash list's lines; never raises for what they say."""
    found, lines, broken, count = bytearray(), array("i"), list[int](), 0
    for number, line in enumerate(file, 1):
        said = _first_field(line)
        if not said or said.startswith(b"#"):
            continue
        bits = _bits(said)
        if bits is not None:
            found += bits
            lines.append(number)
        elif number > 1 or not _is_column_name(said):
            count += 1
            if len(broken) < BROKEN_NAMED:
                broken.append(number)
    hashes = np.frombuffer(bytes(found), dtype=np.uint64).reshape(-1, WORDS)
    return HashList(
        hashes=hashes,
        lines=np.array(lines, dtype=np.int32),
        broken=tuple(broken),
        broken_count=count,
    )


def entry_name(path: Path, line: int) -> str:
    """Name an entry for the reviewer: the file, the line, and what the exchange says of it.

    The file may have changed since it was read; then the line alone is named.
    """
    name = f"{path.name}, line {line}"
    try:
        with path.open("rb") as file:
            text = next((raw for number, raw in enumerate(file, 1) if number == line), b"")
    except OSError:
        return name
    label = text.decode(errors="replace").partition(",")[2].strip()[:_LABEL_CHARS]
    return f"{name} ({label})" if label and label.isprintable() else name


def _first_field(line: bytes) -> bytes:
    return line.removeprefix(_BYTE_ORDER_MARK).partition(b",")[0].strip(b' \t\r\n"')


def _bits(said: bytes) -> bytes | None:
    if len(said) != HEX_DIGITS or not said.isalnum():
        return None
    try:
        return bytes.fromhex(said.decode("ascii"))
    except ValueError:
        return None


def _is_column_name(said: bytes) -> bool:
    return said.replace(b"_", b"").replace(b" ", b"").isalpha() and len(said) < HEX_DIGITS

"""Keeps the places that `load` gathers in one file, so that a new database is filled in a second.

Gathering them decodes outlines and compares 200,000 cities: some ten seconds, done once by
`make setup`. The file is gzip'd JSON lines, a place each, its shape packed as in the store.
"""

import base64
import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from alerts.places import PlaceRecord
from geo.packed import pack, unpack


def write_places(path: Path, records: Iterable[PlaceRecord]) -> int:
    """Write places to a file, whole or not at all; return how many."""
    beside, count = path.with_suffix(".part"), 0
    with gzip.open(beside, "wt", encoding="utf-8", compresslevel=5) as file:
        for record in records:
            row = {**asdict(record), "shape": _text(record)}
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
            count += 1
    beside.replace(path)
    return count


def read_places(path: Path) -> Iterator[PlaceRecord]:
    """Yield the places of a file that `write_places` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            packed = row.pop("shape")
            shape = unpack(base64.b64decode(packed)) if packed else None
            yield PlaceRecord(shape=shape, **row)


def _text(record: PlaceRecord) -> str | None:
    return base64.b64encode(pack(record.shape)).decode() if record.shape is not None else None

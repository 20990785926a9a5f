"""Reads the lines of a large file on all cores, in order, never much more of it than is needed."""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from uuid import uuid4

from service.cli.geojsonl import ReadLine, read_lines

LINES_AT_ONCE = 1_000  # a quarter of a second of one core
WORTH_MORE_CORES = 4_000_000  # bytes: below, the processes take longer to start than to read


def read_file(file: Path) -> Iterator[ReadLine]:
    """Yield every line of a GeoJSON Lines file, read or refused, in order."""
    run = uuid4().hex
    cores = os.cpu_count() or 1
    if cores == 1 or file.stat().st_size < WORTH_MORE_CORES:
        for first, lines in _parts(file):
            yield from read_lines(run, first, lines)
        return
    with ProcessPoolExecutor(cores) as pool:
        waiting: deque[Future[list[ReadLine]]] = deque()
        for first, lines in _parts(file):
            waiting.append(pool.submit(read_lines, run, first, lines))
            if len(waiting) > 2 * cores:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _parts(file: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the number of the first line, and some lines."""
    first = 1
    with file.open("rb") as raw:
        while lines := list(islice(raw, LINES_AT_ONCE)):
            yield first, lines
            first += len(lines)

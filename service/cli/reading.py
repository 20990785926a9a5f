"""Reads the lines of a large file on all cores, in order, never much more of it than is needed."""

import gc
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from uuid import uuid4

from alerts.audience.kept_ground import Limits
from service.cli.geojsonl import ReadLine, read_lines

LINES_AT_ONCE = 250  # a megabyte of numbers: what is in hand stays in the core's cache
PARTS_AHEAD = 40  # two transactions: the other cores go on while this one writes
COLLECTED_AFTER = 500_000  # objects: those of some parts, 50 MB
WORTH_MORE_CORES = 4_000_000  # bytes: below, the processes take longer to start than to read


def read_file(file: Path, limits: Limits) -> Iterator[ReadLine]:
    """Yield every line of a GeoJSON Lines file, read or refused, in order."""
    run = uuid4().hex
    cores = os.cpu_count() or 1
    if cores == 1 or file.stat().st_size < WORTH_MORE_CORES:
        for first, lines in _parts(file):
            yield from read_lines(run, first, lines, limits)
        return
    with ProcessPoolExecutor(cores, initializer=_collect_rarely) as pool:
        waiting: deque[Future[list[ReadLine]]] = deque()
        for first, lines in _parts(file):
            waiting.append(pool.submit(read_lines, run, first, lines, limits))
            if len(waiting) > PARTS_AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Have the garbage collector look seldom: it would walk over what is in hand again and again.

    What a line is read into are some thirty objects, gone after a second, and none in a cycle.
    """
    before = gc.get_threshold()
    _collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _collect_rarely() -> None:
    gc.set_threshold(COLLECTED_AFTER)


def _parts(file: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the number of the first line, and some lines."""
    first = 1
    with file.open("rb") as raw:
        while lines := list(islice(raw, LINES_AT_ONCE)):
            yield first, lines
            first += len(lines)

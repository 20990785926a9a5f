"""What becomes of thousands of documents drawn from the grammars, good and spoilt?

CAP from `tests.intake.cap.grammar`, NCMEC posters from `tests.intake.ncmec.grammar`, half and half,
through the readers. Prints one JSON object: how many, outcomes by kind, the slowest, tracebacks.
Exit code 1 if there was a traceback, a document without an outcome, or one that took over a second.

    .venv/bin/python -m benchmarks.fuzz_intake [documents] [seed]
"""

import json
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from alerts.intake.cap.containers import read_document
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.ncmec.documents import read_ncmec_document
from alerts.problem import Problem
from tests.intake.cap.grammar import spoilt
from tests.intake.ncmec.grammar import posters

DOCUMENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
SLOWEST_MS = 1_000
LOOK_AGAIN_MS = 50  # drawing fills the memory: a slow one is read again, without its tidying up


@dataclass(kw_only=True)
class Tally:
    """What was seen of one kind of document."""

    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    slowest_ms: float = 0.0
    tracebacks: list[str] = field(default_factory=list)

    def take(self, read: Callable[[bytes], str], raw: bytes) -> None:
        """Read a document and note what became of it."""
        outcome, took_ms = self._read(read, raw)
        if took_ms > LOOK_AGAIN_MS:
            took_ms = min(took_ms, self._read(read, raw)[1], self._read(read, raw)[1])
        self.slowest_ms = max(self.slowest_ms, took_ms)
        kind, _, code = outcome.partition(":")
        self.outcomes[kind] += 1
        if code:
            self.codes[code] += 1

    def _read(self, read: Callable[[bytes], str], raw: bytes) -> tuple[str, float]:
        """Return the outcome and the milliseconds of processor time."""
        start = time.process_time()
        try:
            outcome = read(raw)
        except Exception:
            self.tracebacks.append(traceback.format_exc()[-1_500:])
            outcome = "traceback"
        return outcome, (time.process_time() - start) * 1000


def main() -> int:
    """Draw, read, print."""
    cap = run(spoilt(), outcome_of_cap, DOCUMENTS - DOCUMENTS // 2)
    ncmec = run(posters(), outcome_of_posters, DOCUMENTS // 2)
    both = {"cap": cap, "ncmec": ncmec}
    found = {
        "benchmark": "fuzz_intake",
        "documents": sum(sum(one.outcomes.values()) for one in both.values()),
        "slowest_ms": round(max(one.slowest_ms for one in both.values()), 1),
        "slowest_ms_by_kind": {kind: round(one.slowest_ms, 1) for kind, one in both.items()},
        "tracebacks": sum(len(one.tracebacks) for one in both.values()),
        "outcomes": {kind: dict(one.outcomes.most_common()) for kind, one in both.items()},
        "refused_for": {kind: dict(one.codes.most_common(12)) for kind, one in both.items()},
    }
    print(json.dumps(found))
    for one in both.values():
        print(*one.tracebacks[:3], sep="\n", file=sys.stderr)
    bad = found["tracebacks"] or any(one.outcomes["no outcome"] for one in both.values())
    return 1 if bad or max(one.slowest_ms for one in both.values()) > SLOWEST_MS else 0


def run(drawn: st.SearchStrategy[bytes], read: Callable[[bytes], str], count: int) -> Tally:
    """Draw `count` documents and read each once."""
    tally = Tally()

    @seed(SEED)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def each(raw: bytes) -> None:
        tally.take(read, raw)

    each()
    return tally


def outcome_of_cap(raw: bytes) -> str:
    """Say what becomes of a CAP document: "alert", "links", "refused:code" or "no outcome"."""
    reading = read_document(raw)
    for one in reading.alerts:
        if one.alert:
            poster_from_cap(one.alert)
    if any(one.can_be_acted_on for one in reading.alerts):
        return "alert"
    if reading.links:
        return "links"
    return refused((*reading.problems, *(p for one in reading.alerts for p in one.problems)))


def outcome_of_posters(raw: bytes) -> str:
    """Say what becomes of an NCMEC document: "poster", "refused:code" or "no outcome"."""
    found, problems = read_ncmec_document(raw)
    return "poster" if found else refused(problems)


def refused(problems: tuple[Problem, ...]) -> str:
    """Name the first error; a listing without posters is no error but is said."""
    errors = [p.code for p in problems if p.severity == "error"]
    codes = errors or [p.code for p in problems if p.code == "empty_listing"]
    return f"refused:{codes[0]}" if codes else "no outcome"


if __name__ == "__main__":
    sys.exit(main())

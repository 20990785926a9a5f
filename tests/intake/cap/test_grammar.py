"""Whatever comes: an alert or the reason why not, never a traceback, never a second.

`benchmarks/fuzz_intake.py` draws as many as one likes from the same grammar.
"""

import json
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.intake.cap.containers import DocumentReading, read_document
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.cap.signature import check_signatures
from alerts.intake.check import check_document
from tests.intake.cap.grammar import documents, spoilt
from tests.patience import BLOW_UP_S

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)  # to draw, not to read


def has_an_outcome(reading: DocumentReading) -> bool:
    """There is something to act on or follow, or an error says why not."""
    problems = (*reading.problems, *(p for one in reading.alerts for p in one.problems))
    acts = any(one.can_be_acted_on for one in reading.alerts)
    return acts or bool(reading.links) or any(p.severity == "error" for p in problems)


@settings(max_examples=450, deadline=None, suppress_health_check=SLOW)
@given(spoilt())
def test_every_document_has_an_outcome_in_time(raw: bytes) -> None:
    start = time.process_time()
    reading = read_document(raw)
    for one in reading.alerts:
        if one.alert:
            poster_from_cap(one.alert)
    assert time.process_time() - start < BLOW_UP_S
    assert has_an_outcome(reading)


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(documents().map(str.encode))
def test_every_document_can_be_checked(raw: bytes) -> None:
    report = check_document(raw, file="fuzz")
    json.dumps(report.model_dump(mode="json"), allow_nan=False)
    assert report.ok or any(p.severity == "error" for p in report.problems)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(spoilt(), st.sampled_from([None, "", "x"]))
def test_no_document_makes_the_look_for_signatures_raise(raw: bytes, pem: str | None) -> None:
    assert check_signatures(raw, pem).state in ("absent", "unknown_signer", "invalid")

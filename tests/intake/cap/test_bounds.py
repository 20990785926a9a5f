"""No document costs work out of proportion, however few bytes ask for however much."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest

from alerts.intake.cap.bounds import MAX_INFOS, MAX_REFERENCES, MAX_REPAIRS, MAX_SHAPES
from alerts.intake.cap.containers import read_document
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.cap.values import MAX_PROBLEMS
from alerts.intake.cap.xml import MAX_ATTRIBUTES, MAX_BYTES, MAX_MARKS
from tests.intake.cap.documents import GEOCODE, area, cap, codes, info
from tests.patience import BLOW_UP_S

CIRCLES = "".join(f"<circle>{20 + n / 100},-90 15</circle>" for n in range(299))


def tangle(points: int, seed: int) -> str:
    draw = np.random.default_rng(seed).uniform((20, -120), (50, -80), (points, 2))
    ring = [f"{lat:.3f},{lon:.3f}" for lat, lon in draw]
    return f"<polygon>{' '.join(ring)}</polygon>"


TANGLES = "".join(tangle(40, n) for n in range(4 * MAX_REPAIRS))
CONTACT = f"<contact>{'212-555-0123 ' * 1_000}</contact>"
CASES: dict[str, tuple[str, set[str]]] = {
    "many info blocks": (cap(info() * (MAX_INFOS + 1)), {"too_large"}),
    "many tags": (f"<alert>{'<a/>' * MAX_MARKS}</alert>", {"too_large"}),
    "many attributes": (
        "<alert " + " ".join(f"a{n}='x'" for n in range(MAX_ATTRIBUTES + 1)) + "/>",
        {"too_large"},
    ),
    "many escaped alerts": ("<feed>" + "&lt;" * (MAX_MARKS + 1) + "</feed>", {"too_large"}),
    "many circles": (cap(info(area(CIRCLES)) * (MAX_SHAPES // 299 + 1)), {"too_many_shapes"}),
    "as many circles as may be": (cap(info(area(CIRCLES)) * (MAX_SHAPES // 299)), set()),
    "a long outline": (
        cap(info(area(f"<polygon>{'41.12345,-90.12345 ' * 110_000}</polygon>"))),
        {"too_many_shapes"},
    ),
    "many tangles": (cap(info(area(TANGLES))), set()),
    "many codes": (
        cap(info(area(GEOCODE.replace("026103", "026103 " * 40_000)))),
        {"too_many_geocodes"},
    ),
    "many references": (
        cap(
            after_head=f"<references>{'a,b,2026-03-01T12:00:00-05:00 ' * (MAX_REFERENCES + 1)}"
            "</references>"
        ),
        {"too_many_references"},
    ),
    "many areas": (cap(info(area("") * 10_001)), {"too_large"}),
    "many telephones": (cap(info(late=CONTACT) * 90), set()),
    "many unknown elements": (cap("".join(f"<x{n}/>" for n in range(40_000))), set()),
    "many parameters": (cap(info(late="<parameter><value>a b</value></parameter>" * 9_000)), set()),
    "a long event": (cap(info(event="missing " * 400_000)), set()),
}


def took_s(raw: bytes) -> float:
    """Return how long a document takes to be read and put into our words."""
    start = time.process_time()
    for one in read_document(raw).alerts:
        if one.alert:
            poster_from_cap(one.alert)
    return time.process_time() - start


@pytest.mark.parametrize("name", CASES)
def test_it_is_read_or_refused_in_time(name: str) -> None:
    document, errors = CASES[name]
    raw = document.encode()
    assert took_s(raw) < BLOW_UP_S
    reading = read_document(raw)
    problems = (*reading.problems, *(p for one in reading.alerts for p in one.problems))
    assert codes(problems, "error") == errors
    assert len(problems) <= 2 * MAX_PROBLEMS


def test_what_crosses_itself_too_often_in_one_document_is_left_out() -> None:
    several = read_document(cap(info(area(TANGLES))).encode())
    (reading,) = several.alerts
    assert reading.alert is not None
    kept = reading.alert.infos[0].areas[0].polygons
    assert len(kept) <= MAX_REPAIRS
    only = read_document(cap(info(area("".join(tangle(40, 1) for _ in range(3))))).encode())
    assert "too_tangled" not in codes(only.alerts[0].problems)


REFUSE = """
import json, resource, sys, time
from alerts.intake.cap.containers import read_document
from alerts.intake.check import check_document
from tests.intake.cap.test_bounds import large
from tests.patience import BLOW_UP_S
raw = large(sys.argv[1])
read_document(b"<alert/>")
def peak_kb():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
open("/proc/self/clear_refs", "w").write("5")
before, start = peak_kb(), time.perf_counter()
reading = read_document(raw)
report = check_document(raw, file="large.xml")
took_s = time.perf_counter() - start
print(json.dumps({
    "codes": [p.code for p in (*reading.problems, *report.problems)],
    "took_s": took_s,
    "grew_mb": (peak_kb() - before) / 1024,
}))
"""


def large(kind: str) -> bytes:
    """Build the documents that the parser has to refuse."""
    if kind == "bytes":
        return cap(info()).encode().replace(b"EX-1", b"x" * 100_000_000)
    if kind == "elements":
        return b"<alert>" + b"<a/>" * 1_000_000 + b"</alert>"
    return ("<alert>" + "<a/>" * 1_000_000 + "</alert>").encode("utf-16")


@pytest.mark.parametrize("kind", ["bytes", "elements", "wide letters"])
def test_a_giant_is_refused_before_it_costs_time_or_memory(kind: str) -> None:
    assert len(large(kind)) > 3_000_000
    found = json.loads(
        subprocess.run(
            [sys.executable, "-c", REFUSE, kind],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout
    )
    assert found["codes"] == ["too_large", "too_large"]
    assert found["took_s"] < BLOW_UP_S
    assert found["grew_mb"] < 100


@pytest.mark.parametrize("raw", [b" " * (MAX_BYTES + 1), b"<alert>" * (MAX_MARKS + 1)])
def test_blanks_and_depth_count_too(raw: bytes) -> None:
    assert codes(read_document(raw).problems) == {"too_large"}


def test_the_largest_text_that_may_be_is_read_in_time() -> None:
    head = cap(info(more=f"<description>{'x' * 9_990_000}</description>")).encode()
    assert len(head) < MAX_BYTES
    start = time.process_time()
    (reading,) = read_document(head).alerts
    assert time.process_time() - start < BLOW_UP_S
    assert reading.alert is not None

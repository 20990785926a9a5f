"""Whatever the bytes, checking never raises and always gives JSON."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.intake.check import CheckReport, check_document
from tests.intake.cap.documents import GEOCODE, POLYGON, area, cap, info
from tests.intake.cap.test_containers import envelope, feed, rss
from tests.intake.test_rss import feed as ncmec_feed
from tests.intake.test_rss import item

SEEDS = (
    cap(info(area(POLYGON + GEOCODE + "<circle>46.5,-87.4 15</circle>"))).encode(),
    envelope(cap(), cap()).encode(),
    feed(f"<content>{cap()}</content>").encode(),
    rss("<link>https://a.example/1</link>").encode(),
    ncmec_feed(item(), item("SAM", sequence=2)),
    cap().encode("utf-16"),
)
NUMBERS = st.one_of(
    st.floats().map(str), st.integers().map(str), st.sampled_from(["180", "-180", "90", "-90", "0"])
)


def checked(raw: bytes) -> CheckReport:
    report = check_document(raw, file="fuzz")
    json.dumps(report.model_dump(mode="json"), allow_nan=False)
    assert report.ok or any(p.severity == "error" for p in report.problems)
    return report


@given(st.binary(max_size=300))
def test_random_bytes_never_raise(raw: bytes) -> None:
    checked(raw)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(st.integers(0, 3_000), st.integers(0, 40), st.binary(max_size=12)), max_size=4
    ),
)
def test_mutated_documents_never_raise(raw: bytes, cuts: list[tuple[int, int, bytes]]) -> None:
    for start, length, new in cuts:
        raw = raw[:start] + new + raw[start + length :]
    checked(raw)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8), st.sampled_from([" ", "\n", ", "]))
def test_no_numbers_in_a_polygon_raise(points: list[tuple[str, str]], blank: str) -> None:
    text = blank.join(",".join(point) for point in points)
    checked(cap(info(area(f"<polygon>{text}</polygon>"))).encode())


@settings(max_examples=100, deadline=None)
@given(NUMBERS, NUMBERS, NUMBERS)
def test_no_numbers_in_a_circle_raise(lat: str, lon: str, radius: str) -> None:
    checked(cap(info(area(f"<circle>{lat},{lon} {radius}</circle>"))).encode())


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["status", "scope", "sent", "event", "contact"]), TEXTS))
def test_no_text_in_a_field_raises(values: dict[str, str]) -> None:
    document = cap()
    for name, value in values.items():
        clean = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        head, opening, rest = document.partition(f"<{name}>")
        _, closing, tail = rest.partition(f"</{name}>")
        document = head + opening + clean + closing + tail
    checked(document.encode())

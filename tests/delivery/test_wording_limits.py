"""Whatever a feed sends, a push keeps its limits and its manners."""

import re
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.alert import EndReason, Tier, WaveKind
from alerts.authority import Authority, AuthorityKind, Phone
from alerts.delivery.wording import (
    BODY_BYTES,
    TITLE_CHARS,
    PushSubject,
    describe,
    languages,
    word_push,
)
from alerts.delivery.wording.fit import cut_bytes, cut_chars, fit_lines, size
from alerts.poster import CaseKey, Child, Companion, Narrative, Place, Poster, Vehicle

NASTY = st.sampled_from(
    [
        "LIC/6WCU986 (CA)",
        "LIC / 6WCU986",
        "lic/6wcu986",
        "Child was ABDUCTED by a stranger. Blue van.",
        "Un menor fue secuestrado. Camioneta azul.",
        "{name} {phone} {n} %s",
        "e\u0301" * 400,
        "👧🏽" * 300,
        "word " * 300,
        "x" * 2000,
        "line\r\nbreak\u2028\x00\x07",
    ]
)
TEXT = st.none() | st.text(max_size=60) | NASTY
MOMENT = st.none() | st.datetimes(
    min_value=datetime(1960, 1, 1),  # noqa: DTZ001  hypothesis adds the zone itself
    max_value=datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
CHILDREN = st.builds(
    Child,
    first_name=TEXT,
    last_name=TEXT,
    age_now=TEXT | st.sampled_from(["7", "17 years", "8 months", "-1", "999"]),
    sex=TEXT | st.sampled_from(["M", "Female"]),
    hair_color=TEXT | st.sampled_from(["Bro", "BLK/GRY"]),
    eye_color=TEXT,
    height=TEXT | st.sampled_from(["5'4\"", "504"]),
    weight=TEXT | st.sampled_from(["100 lbs"]),
    clothing=TEXT,
    description=TEXT,
    missing_since=MOMENT,
    missing_from=st.builds(Place, city=TEXT, state=TEXT),
)
POSTERS = st.builds(
    Poster,
    case=st.just(CaseKey(organization="EXMP", number="1")),
    children=st.lists(CHILDREN, max_size=5).map(tuple),
    companions=st.lists(st.builds(Companion, first_name=TEXT, last_name=TEXT), max_size=3).map(
        tuple
    ),
    vehicles=st.lists(
        st.builds(Vehicle, description=TEXT, license_plate=TEXT, license_state=TEXT), max_size=3
    ).map(tuple),
    narratives=st.lists(
        st.builds(
            Narrative,
            language=st.sampled_from(["en-US", "es", "fr-CA", ""]),
            headline=TEXT,
            description=TEXT,
        ),
        max_size=3,
    ).map(tuple),
)
AUTHORITIES = st.builds(
    Authority,
    kind=st.sampled_from(AuthorityKind),
    name=st.text(max_size=60) | st.sampled_from(["Example County Sheriff " * 20, "👮" * 200]),
    phones=st.just((Phone(display="906-555-0100", tel="+19065550100"),)),
)
SUBJECTS = st.builds(
    PushSubject,
    tier=st.sampled_from(Tier),
    poster=POSTERS,
    authorities=st.lists(AUTHORITIES, min_size=1, max_size=2).map(tuple),
    place=TEXT,
    time_zone=st.sampled_from([None, "America/Chicago", "Asia/Kathmandu", "Nowhere"]),
    is_exercise=st.booleans(),
    end_reason=st.none() | st.sampled_from(EndReason),
)


@settings(max_examples=150, deadline=None)
@given(SUBJECTS, st.sampled_from(WaveKind), st.sampled_from(languages()))
def test_every_push_keeps_its_limits(view: PushSubject, kind: WaveKind, language: str) -> None:
    text = word_push(view, kind, language)
    assert 0 < len(text.title) <= TITLE_CHARS
    assert 0 < size(text.body) <= BODY_BYTES
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u2028]", text.title + text.body)
    assert not re.search(r"(?<![A-Za-z])LIC\s*/", text.title + text.body, re.IGNORECASE)
    if kind not in (WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN):
        assert text.body.endswith("906-555-0100.")


@settings(max_examples=100, deadline=None)
@given(SUBJECTS, st.sampled_from(languages()))
def test_only_amber_speaks_of_abduction(view: PushSubject, language: str) -> None:
    if view.tier is Tier.AMBER:
        return
    text = word_push(view, WaveKind.ALERT, language)
    assert not re.search("abduct|secuestr", text.title + text.body, re.IGNORECASE)


@settings(max_examples=60, deadline=None)
@given(POSTERS, st.sampled_from(languages()))
def test_every_poster_can_be_described(poster: Poster, language: str) -> None:
    for fact in describe(poster, language, "America/Chicago"):
        assert fact.label
        assert fact.value
        assert not re.search(r"(?<![A-Za-z])LIC\s*/|abducted", fact.value, re.IGNORECASE)


@given(st.text(max_size=200), st.integers(min_value=3, max_value=120))
def test_a_cut_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    for cut, fits in ((cut_bytes(text, limit), size), (cut_chars(text, limit), len)):
        assert fits(cut) <= limit
        assert cut == text or text.startswith(cut.removesuffix("…"))


def test_a_cut_is_at_a_word_border() -> None:
    assert cut_chars("Marquette County Sheriff", 20) == "Marquette County…"
    assert cut_bytes("Ñandú en el jardín", 12) == "Ñandú…"


@given(st.lists(st.text(max_size=200), max_size=8), st.integers(min_value=60, max_value=400))
def test_the_last_line_is_never_cut(lines: list[str], limit: int) -> None:
    last = "Call Example Police: 906-555-0100."
    fitted = fit_lines(lines, last, limit)
    assert fitted.endswith(last)
    assert size(fitted) <= limit

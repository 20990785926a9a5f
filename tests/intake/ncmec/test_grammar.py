"""Whatever a feed sends as a poster: never an exception, never a second, always an outcome."""

import time
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings

from alerts.alert import Tier
from alerts.area.derive import AreaPolicy, derive_area
from alerts.intake.case.changes import content_digest, material_change
from alerts.intake.judge.tiers import TierPolicy, tier_of
from alerts.intake.ncmec.documents import read_ncmec_document
from alerts.intake.ncmec.listing import read_listing
from alerts.intake.ncmec.reader import PosterReading, case_in, read_poster_bytes
from alerts.intake.ncmec.schema import MAX_UNKNOWN
from alerts.photos_shown import photos_shown
from alerts.poster import Poster
from alerts.whom_to_call import whom_to_call
from tests.area.listed_places import FEW_PLACES
from tests.intake.ncmec.grammar import posters
from tests.patience import BLOW_UP_S

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


def read_in_time(raw: bytes) -> PosterReading:
    started = time.process_time()
    reading = read_poster_bytes(raw)
    assert time.process_time() - started < BLOW_UP_S
    return reading


@settings(max_examples=400)
@given(posters())
def test_a_document_is_a_poster_or_has_an_error(raw: bytes) -> None:
    reading = read_in_time(raw)
    has_error = any(problem.severity == "error" for problem in reading.problems)
    assert (reading.poster is None) is has_error
    if reading.poster is not None:
        lives_on(reading.poster)


def lives_on(poster: Poster) -> None:
    """Whatever could be read goes through everything after."""
    assert Poster.model_validate_json(poster.model_dump_json()) == poster
    assert len(poster.unknown_fields) <= MAX_UNKNOWN
    assert all(len(path) <= 200 for path in poster.unknown_fields)
    assert case_in(poster_payload(poster)) == poster.case
    decided = tier_of(poster, NOW, TierPolicy())
    if poster.unidentified:
        assert decided.tier is Tier.LONG_TERM
    derive_area(poster, FEW_PLACES, AreaPolicy())
    whom_to_call(poster, "US", {})
    photos_shown(poster)
    assert content_digest(poster)
    assert not material_change(poster, poster)


def poster_payload(poster: Poster) -> dict[str, Any]:
    case = poster.case
    return {"organizationCode": case.organization, "caseNumber": case.number}


@settings(max_examples=150)
@given(posters())
def test_a_document_of_posters_never_raises(raw: bytes) -> None:
    read_ncmec_document(raw)
    listing = b'{"posters": [' + raw + b', null], "count": 1}'
    try:
        items = read_listing(listing).items
    except ValueError:
        return
    for item in items:
        read_in_time(item.raw)
        case_in(item.payload)


def test_the_grammar_reaches_good_and_bad() -> None:
    seen = set[str]()

    @settings(max_examples=700)
    @given(posters())
    def look(raw: bytes) -> None:
        reading = read_poster_bytes(raw)
        seen.update(problem.code for problem in reading.problems)
        poster = reading.poster
        if poster is not None:
            said = {
                "a child": bool(poster.children),
                "areas": bool(poster.areas),
                "all found": poster.all_found,
                "siblings": len(poster.children) > 1,
                "unidentified": poster.unidentified,
            }
            seen.update(name for name, is_so in said.items() if is_so)

    look()
    assert seen >= {
        *("a child", "areas", "all found", "siblings", "unidentified"),
        *("malformed_json", "duplicate_key", "too_deep", "not_utf8", "not_finite"),
        *("wrong_type", "missing_field", "no_child", "unknown_field", "byte_order_mark"),
        *("bad_characters", "bad_photo_data", "odd_md5", "unreadable_date", "placeholder_date"),
    }

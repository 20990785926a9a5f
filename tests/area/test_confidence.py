"""Has every confidence its words, and only one that is no confidence none?"""

import math

import pytest

from alerts.area_of_interest import CONFIDENCE, CONFIDENCE_WORDS, Provenance, confidence_words

WORDS = {
    Provenance.DESK: "certain",
    Provenance.EXPLICIT: "certain",
    Provenance.GEOCODE: "very likely",
    Provenance.ZIP: "very likely",
    Provenance.CITY: "likely",
    Provenance.COUNTY: "likely",
    Provenance.GEOCODER: "possible",
    Provenance.STATE: "uncertain",
}


@pytest.mark.parametrize("provenance", Provenance)
def test_every_provenance_has_its_words(provenance: Provenance) -> None:
    assert confidence_words(CONFIDENCE[provenance]) == WORDS[provenance]


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        *((1, "certain"), (0.95, "certain"), (0.949, "very likely"), (0.75 + 0.05, "very likely")),
        *((0.8 - 1e-9, "very likely"), (0.79, "likely"), (0.6, "likely"), (0.59, "possible")),
        *((0.3 * 0.5, "doubtful"), (0.2, "uncertain"), (0.0, "doubtful")),
    ],
)
def test_a_bound_belongs_to_the_better_words(confidence: float, words: str) -> None:
    assert confidence_words(confidence) == words


def test_the_words_get_weaker_with_the_confidence() -> None:
    order = [words for _, words in CONFIDENCE_WORDS]
    told = [order.index(confidence_words(n / 100)) for n in range(100, -1, -1)]
    assert told == sorted(told)
    assert set(told) == set(range(len(order)))


@pytest.mark.parametrize("confidence", [-0.1, 1.1, math.nan, math.inf])
def test_what_is_no_confidence_has_no_words(confidence: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        confidence_words(confidence)

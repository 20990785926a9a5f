"""The languages of descriptions, whatever the source calls them."""

import pytest

from alerts.intake.ncmec.languages import language_tag
from alerts.intake.ncmec.reader import read_poster


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("en-US", "en-US"),
        ("en_US", "en-US"),
        ("EN-us", "en-US"),
        ("es", "es"),
        ("spa", "es"),
        ("eng-us", "en-US"),
        ("haw", "haw"),
        ("es-419", "es-419"),
        ("zh_hant_TW", "zh-Hant-TW"),
        ("1033", "en-US"),
        (" 2058 ", "es-MX"),
        ("English", "en"),
        ("ESPAÑOL", "es"),
    ],
)
def test_an_id_becomes_a_tag(said: str, tag: str) -> None:
    assert language_tag(said) == tag


@pytest.mark.parametrize("said", ["7", "99999", "x-private", "en-US-", "Klingon!", "e"])
def test_an_unknown_id_is_kept_as_it_was_said(said: str) -> None:
    assert language_tag(said) == said


def test_each_description_of_a_poster_has_its_language() -> None:
    said = [
        {"languageId": 1033, "description": "A child is missing."},
        {"languageId": "es_us", "description": "Falta un niño."},
        {"languageId": None, "description": "?"},
        {"languageId": "7", "description": "..."},
    ]
    reading = read_poster({"organizationCode": "NCMC", "caseNumber": "1", "descriptions": said})
    assert reading.poster is not None
    assert reading.problems == ()
    assert [n.language for n in reading.poster.narratives] == ["en-US", "es-US", "und", "7"]

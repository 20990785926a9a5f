"""Every string in every language, every string used, every blank filled."""

import re
from collections.abc import Mapping
from string import Formatter

import pytest

from alerts.alert import Tier
from alerts.area_of_interest import Provenance
from alerts.authority import AuthorityKind
from service.pages.render import TEMPLATES
from service.pages.texts import TEXTS
from service.pages.views import LANGUAGES, FactLabel, Language
from service.pages.wording import PageTexts, Sureness, sureness

ALIKE_IN_BOTH = {"description"}


def flat(texts: PageTexts) -> dict[str, str]:
    """All strings by name; those of a mapping by name and key."""
    strings: dict[str, str] = {}
    for name in PageTexts.model_fields:
        value = getattr(texts, name)
        if isinstance(value, Mapping):
            strings |= {f"{name}.{key}": words for key, words in value.items()}
        else:
            strings[name] = value
    return strings


def blanks(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def test_every_language_has_its_texts() -> None:
    assert set(TEXTS) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_string_is_empty(language: Language) -> None:
    assert [name for name, words in flat(TEXTS[language]).items() if not words.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_word(language: Language) -> None:
    texts = TEXTS[language]
    assert set(texts.tiers) == set(Tier)
    assert set(texts.facts) == set(FactLabel)
    assert set(texts.provenances) == set(Provenance)
    assert set(texts.surenesses) == set(Sureness)
    assert set(texts.authority_kinds) == set(AuthorityKind)


def test_languages_have_the_same_blanks_in_the_same_strings() -> None:
    english, spanish = flat(TEXTS["en"]), flat(TEXTS["es"])
    assert english.keys() == spanish.keys()
    assert [n for n in english if blanks(english[n]) != blanks(spanish[n])] == []


def test_nothing_was_left_untranslated() -> None:
    english, spanish = flat(TEXTS["en"]), flat(TEXTS["es"])
    assert {name for name in english if english[name] == spanish[name]} <= ALIKE_IN_BOTH


def test_templates_use_every_string_and_no_other() -> None:
    sources = [path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html")]
    used = {name for source in sources for name in re.findall(r"\bt\.(\w+)", source)}
    assert used == set(PageTexts.model_fields) - {"language_name"}


@pytest.mark.parametrize(
    ("confidence", "word"),
    [(1.0, Sureness.HIGH), (0.85, Sureness.HIGH), (0.7, Sureness.MEDIUM), (0.3, Sureness.LOW)],
)
def test_a_confidence_has_a_word(confidence: float, word: Sureness) -> None:
    assert sureness(confidence) is word

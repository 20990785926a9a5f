"""Each language has every message, with the same words to fill in."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from alerts.delivery import wording
from alerts.delivery.wording.messages import languages, messages_in
from alerts.delivery.wording.plain import colour_key


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
        return
    for key, inner in value.items():
        yield from leaves(inner, f"{path}/{key}")


def texts(language: str) -> dict[str, str]:
    raw = files(wording).joinpath(f"{language}.json").read_text(encoding="utf-8")
    return dict(leaves(json.loads(raw)))


def test_there_is_english_and_spanish() -> None:
    assert {"en", "es"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_message(language: str) -> None:
    messages_in(language)
    assert texts(language).keys() == texts("en").keys()
    assert all(text.strip() for text in texts(language).values())


@pytest.mark.parametrize("language", languages())
def test_every_message_takes_the_same_words(language: str) -> None:
    for path, text in texts(language).items():
        wanted = set(re.findall(r"{(\w+)}", texts("en")[path]))
        assert set(re.findall(r"{(\w+)}", text)) == wanted, path


@pytest.mark.parametrize("language", languages())
def test_every_code_of_a_colour_leads_to_a_word(language: str) -> None:
    messages = messages_in(language)
    codes = [
        "BAL",
        "BLK",
        "BLN",
        "BLU",
        "BRO",
        "GRY",
        "GRN",
        "HAZ",
        "MAR",
        "MUL",
        "ONG",
        "PLE",
        "PNK",
        "RED",
        "SDY",
        "WHI",
    ]
    known = messages.hair.keys() | messages.eyes.keys()
    assert {colour_key(code) for code in codes} <= known

"""The sentences of pushes and poster pages, one JSON file a language beside this module.

A file that lacks a message, or has one too many, doesn't load; so a new language is a new file.
"""

from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

DEFAULT_LANGUAGE = "en"

Who = Literal["male", "female", "unknown", "several"]


class _Texts(BaseModel):
    """Base of the frozen values; a message that nobody reads is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ByWho(_Texts):
    """One message by whom it speaks of."""

    male: str
    female: str
    unknown: str
    several: str

    def of(self, who: Who) -> str:
        """Return the variant for `who`."""
        return {
            "male": self.male,
            "female": self.female,
            "unknown": self.unknown,
            "several": self.several,
        }[who]


class Counted(_Texts):
    """One message by number; enough for languages with a singular and a plural."""

    one: str
    other: str

    def of(self, n: int) -> str:
        """Return the variant for `n`, with `{n}` filled in."""
        return (self.one if n == 1 else self.other).replace("{n}", str(n))


class Messages(_Texts):
    """Everything that is said in one language."""

    amber_title: ByWho
    endangered_title: ByWho
    missing_title: ByWho
    update_title: str
    correction_title: str
    correction_body: str
    exercise_title: str
    exercise_body: str
    exercise_call_line: str
    age_years: Counted
    age_months: Counted
    title_years: Counted
    more_children: Counted
    last_seen: Counted
    wearing: str
    hair_words: str
    eyes_words: str
    vehicle_plate: str
    vehicle_unknown: str
    may_be_with: Counted
    call_line: ByWho
    call_label: str
    see_label: str
    emergency_name: str
    found_title: str
    found_body: str
    ended_title: str
    ended_body: str
    recalled_title: str
    recalled_body: str
    self_test_title: str
    self_test_body: str
    self_test_states: dict[str, str]
    label_age: str
    label_sex: str
    label_hair: str
    label_eyes: str
    label_height: str
    label_weight: str
    label_clothing: str
    label_description: str
    label_missing_since: str
    label_missing_from: str
    label_vehicle: str
    label_plate: str
    label_companion: str
    years: Counted
    months: Counted
    height: str
    weight: str
    sex: dict[str, str]
    hair: dict[str, str]
    eyes: dict[str, str]


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there is a file for, as BCP 47 codes, sorted."""
    names = (file.name for file in files(__package__).iterdir())
    return tuple(sorted(n.removesuffix(".json") for n in names if n.endswith(".json")))


def nearest_language(wanted: str) -> str:
    """Return "es" for "es-US" or "ES_mx"; English for what we don't speak."""
    primary = wanted.replace("_", "-").split("-")[0].strip().casefold()
    return primary if primary in languages() else DEFAULT_LANGUAGE


@cache
def messages_in(language: str) -> Messages:
    """Return the messages of one of `languages()`."""
    raw = files(__package__).joinpath(f"{language}.json").read_bytes()
    return Messages.model_validate_json(raw)

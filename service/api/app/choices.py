"""What a person may choose: language, quiet hours, weekly cap, whether to hear of exercises."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StrictBool
from pydantic_core import PydanticCustomError

from alerts.audience.quiet import QuietHours
from alerts.delivery.wording import languages
from alerts.delivery.wording.messages import nearest_language
from alerts.store.subscribers import Subscriber
from service.http import ApiModel

LONGEST_TAG = 35  # RFC 5646 section 4.4.1: buffers of 35 characters hold every registered tag
LARGEST_CAP = 1_000  # pushes a week; more is no cap


def _spoken(tag: str) -> str:
    """Return the language that we speak for a BCP 47 tag: "es" for "es-MX"."""
    spoken = nearest_language(tag)
    if tag.replace("_", "-").split("-")[0].strip().casefold() != spoken:
        known = ", ".join(languages())
        raise PydanticCustomError(
            "unknown_language",
            "this language isn't spoken here; choose one of {known}",
            {"known": known},
        )
    return spoken


def _each_tier_once(quiet: QuietHours | None) -> QuietHours | None:
    return quiet and quiet.model_copy(update={"tiers": tuple(dict.fromkeys(quiet.tiers))})


SpokenLanguage = Annotated[
    str,
    Field(max_length=LONGEST_TAG, description='BCP 47; "es-MX" is read as "es"', examples=["en"]),
    AfterValidator(_spoken),
]
Quiet = Annotated[
    QuietHours | None,
    AfterValidator(_each_tier_once),
    Field(description="When pushes of which tiers wait; null: never"),
]
WeeklyCap = Annotated[
    Annotated[int, Field(strict=True, ge=0, le=LARGEST_CAP)] | None,
    Field(description="Pushes in 7 days, amber apart; null: as many as this server allows"),
]


class Choices(ApiModel):
    """What a person chooses. Of a change, only what is sent is changed."""

    language: SpokenLanguage = "en"
    quiet_hours: Quiet = None
    weekly_cap: WeeklyCap = None
    tester: StrictBool = Field(False, description="Hears of exercises, marked as such")


class Me(BaseModel):
    """What a person chose."""

    id: UUID
    language: str
    quiet_hours: QuietHours | None
    weekly_cap: int | None
    tester: bool
    joined_at: datetime


def choose(subscriber: Subscriber, choices: Choices) -> None:
    """Write down what was sent; the rest stays."""
    if "language" in choices.model_fields_set:
        subscriber.language = choices.language
    if "quiet_hours" in choices.model_fields_set:
        quiet = choices.quiet_hours
        subscriber.quiet_hours = quiet.model_dump(mode="json") if quiet else None
    if "weekly_cap" in choices.model_fields_set:
        subscriber.weekly_cap = choices.weekly_cap
    if "tester" in choices.model_fields_set:
        subscriber.tester = choices.tester


def chosen(subscriber: Subscriber) -> Me:
    """Return what a person chose."""
    return Me(
        id=subscriber.public_id,
        language=subscriber.language,
        quiet_hours=QuietHours.model_validate(subscriber.quiet_hours)
        if subscriber.quiet_hours
        else None,
        weekly_cap=subscriber.weekly_cap,
        tester=subscriber.tester,
        joined_at=subscriber.joined_at,
    )

"""What a push is about, and what comes of it: the values that the wording takes and gives."""

from pydantic import BaseModel, ConfigDict

from alerts.alert import EndReason, Tier
from alerts.authority import Authority
from alerts.poster import Poster


class _Value(BaseModel):
    """Base of the frozen values."""

    model_config = ConfigDict(frozen=True)


class PushSubject(_Value):
    """What a push is about. An all-clear or takedown needs only `end_reason` and `is_exercise`."""

    tier: Tier
    poster: Poster | None = None
    authorities: tuple[Authority, ...] = ()  # whom to call, in order
    place: str | None = None  # as people say it: "Marquette, Michigan"
    time_zone: str | None = None  # IANA name of the place; without it only dates are told
    is_exercise: bool = False
    end_reason: EndReason | None = None


class PushText(_Value):
    """What a phone shows; `call_label` and `call_tel` come together or not at all."""

    title: str  # at most 100 characters
    body: str  # at most 700 bytes of UTF-8; the line that says whom to call is last, and whole
    call_label: str | None = None
    call_tel: str | None = None
    see_label: str | None = None  # the button that opens the poster; an end has none


class Fact(_Value):
    """One line of a poster page, in plain words."""

    about: str  # the person's name; "" is the case
    label: str  # "Hair"
    value: str  # "brown"

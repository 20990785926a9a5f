"""What does our own CAP say beyond the standard? The parameters that we write and read again.

CAP has no fields for persons, vehicles or several contacts. Our export puts each into a
`<parameter>` of its own, a JSON object in the words of `alerts.poster`, so that another Porchlight
reads the same poster; others leave the parameters alone and read the texts. Only what the public
poster page shows is there. Whoever may send CAP may send these, too: what is read is checked,
bounded, and never more than what the page would show.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from alerts.alert import Tier
from alerts.poster import Child, Companion, Contact, PosterValue, Vehicle

NameValue = tuple[str, str]
Value = TypeVar("Value", bound=PosterValue)

TIER = "porchlight:tier"
REVISION = "porchlight:revision"
SOURCE = "porchlight:source"  # who published the poster, and its case there
CHILD = "porchlight:child"
COMPANION = "porchlight:companion"
VEHICLE = "porchlight:vehicle"
CONTACT = "porchlight:contact"
PHOTO = "porchlight:photo"  # whose a resource is
OURS = "porchlight:ours"  # which texts of the info block are our words, not the source's
UNIDENTIFIED = "porchlight:unidentified"

MAX_CHARACTERS = 20_000  # of one value; a description of a thousand words has 6,000
MAX_OF_A_KIND = 50  # children, companions, ...: more is a mistake or a flood

_PERSON = frozenset(
    {"first_name", "middle_name", "last_name", "age_now", "sex", "hair_color", "eye_color"}
    | {"height", "weight", "clothing", "description"}
)
_PLACE = frozenset({"city", "county", "state", "country"})
SHOWN: dict[type[PosterValue], dict[str, Any]] = {  # as pydantic's `include`
    Child: dict.fromkeys(_PERSON | {"approximate_age", "missing_since"}, True)
    | {"missing_from": set(_PLACE)},
    Companion: dict.fromkeys(_PERSON | {"companion_type"}, True),
    Vehicle: dict.fromkeys(Vehicle.model_fields, True),
    Contact: dict.fromkeys(Contact.model_fields, True),
}


class PhotoOf(BaseModel):
    """Whose picture a resource is: of the n-th child or companion, or of the poster."""

    model_config = ConfigDict(frozen=True)

    uri: str
    child: int | None = None
    companion: int | None = None
    age_progressed: bool = False
    caption: str | None = None


class SourceOf(BaseModel):
    """Where a poster comes from: unaltered (DOMAIN rule 3)."""

    model_config = ConfigDict(frozen=True)

    organization: str
    case_organization: str | None = None
    case_number: str | None = None
    url: str | None = None


class Structured(BaseModel):
    """What the parameters of an info block say."""

    model_config = ConfigDict(frozen=True)

    tier: Tier | None = None
    unidentified: bool = False
    source: SourceOf | None = None
    children: tuple[Child, ...] = ()
    companions: tuple[Companion, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    contacts: tuple[Contact, ...] = ()
    photos: tuple[PhotoOf, ...] = ()
    ours: frozenset[str] = frozenset()  # "headline", "description", "instruction"


def written(value: PosterValue) -> str:
    """Return a child, companion, vehicle or contact as a parameter's value."""
    return value.model_dump_json(include=SHOWN[type(value)], exclude_defaults=True)


def read_parameters(pairs: Iterable[NameValue]) -> Structured:
    """Read the parameters of an info block; what can't be read is left out. Never raises."""
    found = [(name, value) for name, value in pairs if len(value) <= MAX_CHARACTERS]

    def all_of(wanted: str) -> list[str]:
        return [value for name, value in found if name == wanted][:MAX_OF_A_KIND]

    tier = next((value for value in all_of(TIER) if value in set(Tier)), None)
    sources = _models(all_of(SOURCE), SourceOf)
    return Structured(
        tier=Tier(tier) if tier else None,
        unidentified="true" in all_of(UNIDENTIFIED),
        source=sources[0] if sources else None,
        children=_values(all_of(CHILD), Child),
        companions=_values(all_of(COMPANION), Companion),
        vehicles=_values(all_of(VEHICLE), Vehicle),
        contacts=_values(all_of(CONTACT), Contact),
        photos=_models(all_of(PHOTO), PhotoOf),
        ours=frozenset(" ".join(all_of(OURS)).split()),
    )


def _values(texts: Sequence[str], kind: type[Value]) -> tuple[Value, ...]:
    """Read values, their shown fields only: no bytes of photos, no birthday, no NCIC number."""
    read = (fields for text in texts if (fields := _object(text)) is not None)
    shown = (kept for fields in read if (kept := _shown(fields, SHOWN[kind])) or not fields)
    return tuple(value for fields in shown if (value := _model(fields, kind)) is not None)


Model = TypeVar("Model", bound=BaseModel)


def _models(texts: Sequence[str], kind: type[Model]) -> tuple[Model, ...]:
    read = (fields for text in texts if (fields := _object(text)) is not None)
    return tuple(value for fields in read if (value := _model(fields, kind)) is not None)


def _model(fields: dict[str, Any], kind: type[Model]) -> Model | None:
    try:
        return kind.model_validate(fields)
    except ValidationError:
        return None


def _shown(fields: dict[str, Any], include: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in fields.items() if name in include}
    place = kept.get("missing_from")
    if isinstance(place, dict):
        kept["missing_from"] = {name: word for name, word in place.items() if name in _PLACE}
    return kept


def _object(text: str) -> dict[str, Any] | None:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None

"""What a poster page lists of a case, in plain words and in the reader's language."""

from collections.abc import Iterable, Iterator

from alerts.delivery.wording.messages import Messages, messages_in, nearest_language
from alerts.delivery.wording.phrases import (
    colour_words,
    fill,
    moment_words,
    place_words,
    plate_words,
    source_words,
)
from alerts.delivery.wording.plain import (
    age_of,
    centimetres,
    feet_and_inches,
    kilograms,
    one_line,
    pounds_of,
    presentable,
    sex_of,
    spelled_name,
)
from alerts.delivery.wording.subject import Fact
from alerts.poster import Child, Person, Poster, Vehicle

Line = tuple[str, str | None]  # label, value if it is known


def describe(poster: Poster, language: str, time_zone: str | None = None) -> tuple[Fact, ...]:
    """Return the facts of a poster: children who are still missing, companions, vehicles.

    Parameters
    ----------
    language: BCP 47; English where we don't speak it.
    time_zone: IANA name of the place; without it only dates are told.

    Police abbreviations are spelled out ("Bro" → "brown"). Of a child who was found nothing is
    told. Text that speaks of abduction is told only if the poster is an AMBER alert.
    """
    spoken = nearest_language(language)
    messages = messages_in(spoken)
    facts: list[Fact] = []
    for child in poster.still_missing:
        lines = (*_looks(child, poster, messages), *_missing(child, messages, spoken, time_zone))
        facts += _facts(spelled_name(child.full_name), lines)
    for companion in poster.companions:
        name = spelled_name(companion.full_name)
        facts += _facts("", ((messages.label_companion, name),))
        facts += _facts(name, _looks(companion, poster, messages))
    for vehicle in poster.vehicles:
        facts += _facts("", _vehicle(vehicle, poster, messages))
    return tuple(_presentable(fact, poster) for fact in facts)


def _facts(about: str, lines: Iterable[Line]) -> Iterator[Fact]:
    return (Fact(about=about, label=label, value=value) for label, value in lines if value)


def _presentable(fact: Fact, poster: Poster) -> Fact:
    about, value = (
        presentable(text, may_say_abducted=poster.amber) for text in (fact.about, fact.value)
    )
    return Fact(about=about, label=fact.label, value=value or "…")


def _looks(person: Person, poster: Poster, messages: Messages) -> tuple[Line, ...]:
    hair, eyes = one_line(person.hair_color or ""), one_line(person.eye_color or "")
    sex = sex_of(person)
    return (
        (messages.label_age, _age(person, poster, messages)),
        (messages.label_sex, messages.sex[sex] if sex else None),
        (messages.label_hair, colour_words(hair, messages.hair)),
        (messages.label_eyes, colour_words(eyes, messages.eyes)),
        (messages.label_height, _height(person, messages)),
        (messages.label_weight, _weight(person, messages)),
        (messages.label_clothing, _said(person.clothing, poster, messages)),
        (messages.label_description, _said(person.description, poster, messages)),
    )


def _missing(
    child: Child, messages: Messages, language: str, time_zone: str | None
) -> tuple[Line, ...]:
    since = child.missing_since
    return (
        (messages.label_missing_since, moment_words(since, time_zone, language) if since else None),
        (messages.label_missing_from, place_words(child.missing_from)),
    )


def _vehicle(vehicle: Vehicle, poster: Poster, messages: Messages) -> tuple[Line, ...]:
    return (
        (messages.label_vehicle, _said(vehicle.description, poster, messages)),
        (messages.label_plate, plate_words(vehicle)),
    )


def _said(text: str | None, poster: Poster, messages: Messages) -> str:
    return source_words(text, messages, may_say_abducted=poster.amber)


def _age(person: Person, poster: Poster, messages: Messages) -> str | None:
    age = age_of(person, poster)
    if age is None:
        return one_line(person.age_now or "")
    return (messages.months if age.in_months else messages.years).of(age.number)


def _height(person: Person, messages: Messages) -> str:
    height = feet_and_inches(person.height or "")
    if height is None:
        return one_line(person.height or "")
    feet, inches = height
    cm = str(centimetres(feet, inches))
    return fill(messages.height, feet=str(feet), inches=str(inches), cm=cm)


def _weight(person: Person, messages: Messages) -> str:
    pounds = pounds_of(person.weight or "")
    if pounds is None:
        return one_line(person.weight or "")
    return fill(messages.weight, pounds=str(pounds), kg=str(kilograms(pounds)))

"""How what the source says of a person becomes what a page shows of them.

Words stay the source's; only dates are written as people of the reader's language do.
"""

from datetime import date, datetime, time

from babel.dates import format_date, format_datetime, get_timezone

from alerts.poster import Child, Companion, Narrative, Person, Place, Vehicle
from service.pages.views import (
    ChildView,
    Fact,
    FactLabel,
    Language,
    NarrativeView,
    PersonView,
    PhotoView,
    VehicleView,
)


def child_view(
    child: Child, photos: tuple[PhotoView, ...], language: Language, timezone: str = "UTC"
) -> ChildView:
    """Show a child; one who was found keeps nothing but that (DOMAIN rule 15).

    Parameters: `photos`, those we keep, with signed addresses; `timezone`, IANA name of the place.
    """
    if child.date_found:
        return ChildView(name="", found=True)
    since = _moment(child.missing_since, language, timezone)
    where = _place(child.missing_from)
    circumstances = ((FactLabel.MISSING_SINCE, since), (FactLabel.MISSING_FROM, where))
    return ChildView(
        name=child.full_name,
        age=child.age_now or child.approximate_age,
        facts=_known(circumstances) + _looks(child, language),
        photos=photos,
    )


def companion_view(
    companion: Companion, photos: tuple[PhotoView, ...], language: Language
) -> PersonView:
    """Show a companion: what the poster says and no more (DOMAIN rule 18)."""
    age = _known(((FactLabel.AGE, companion.age_now),))
    facts = age + _looks(companion, language)
    return PersonView(name=companion.full_name, facts=facts, photos=photos)


def vehicle_view(vehicle: Vehicle) -> VehicleView:
    """Show a vehicle."""
    return VehicleView(
        description=vehicle.description,
        plate=vehicle.license_plate,
        plate_state=vehicle.license_state,
    )


def narrative_view(narrative: Narrative) -> NarrativeView:
    """Show what the source tells, word for word."""
    return NarrativeView.model_validate(narrative.model_dump())


def _looks(person: Person, language: Language) -> tuple[Fact, ...]:
    return _known(
        (
            (FactLabel.CLOTHING, person.clothing),
            (FactLabel.SEX, person.sex),
            (FactLabel.HEIGHT, person.height),
            (FactLabel.WEIGHT, person.weight),
            (FactLabel.HAIR, person.hair_color),
            (FactLabel.EYES, person.eye_color),
            (FactLabel.RACE, ", ".join(person.races)),
            (FactLabel.DATE_OF_BIRTH, _day(person.date_of_birth, language)),
            (FactLabel.DESCRIPTION, person.description),
        )
    )


def _known(pairs: tuple[tuple[FactLabel, str | None], ...]) -> tuple[Fact, ...]:
    return tuple(
        Fact(label=label, value=value)
        for label, value in pairs
        if value and value.strip().casefold() != "unknown"
    )


def _place(place: Place) -> str:
    """Write a place on one line ("Marquette, MI 49855"); the country only for want of better."""
    state_and_zip = " ".join(part for part in (place.state, place.zip) if part)
    parts = (place.city or place.county, state_and_zip)
    return ", ".join(part for part in parts if part) or place.country or ""


def _day(day: date | None, language: Language) -> str:
    return format_date(day, "long", locale=language) if day else ""


def _moment(moment: datetime | None, language: Language, timezone: str) -> str:
    """Write the day, and the time unless it is midnight: sources send that for "not known"."""
    if moment is None:
        return ""
    if moment.time() == time():
        return format_date(moment.date(), "long", locale=language)
    pattern = "MMMM d, y, h:mm a" if language == "en" else "d 'de' MMMM 'de' y, H:mm"
    return format_datetime(moment, pattern, tzinfo=get_timezone(timezone), locale=language)

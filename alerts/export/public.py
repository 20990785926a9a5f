"""What of a poster may leave the house? What its public page shows (service/api/public_poster.py).

Children who were found are left out (DOMAIN rule 15); outside amber nothing speaks of abduction
(rule 4); a birthday, an NCIC number and races are on no page.
"""

from alerts.alert import Tier
from alerts.delivery.wording.plain import age_of, presentable
from alerts.poster import Child, Companion, Contact, Person, Place, Poster, Vehicle


def public_poster(poster: Poster, tier: Tier) -> Poster:
    """Return the poster with nothing on it but what everybody may see; without photos and areas."""
    may = tier is Tier.AMBER
    return Poster(
        case=poster.case,
        organization_name=poster.organization_name,
        source_uri=poster.source_uri,
        issued_at=poster.issued_at,
        unidentified=poster.unidentified,
        children=tuple(_child(child, poster, may) for child in poster.still_missing),
        companions=tuple(_companion(one, poster, may) for one in poster.companions),
        vehicles=tuple(_vehicle(vehicle, may) for vehicle in poster.vehicles),
        contacts=tuple(_contact(contact, may) for contact in poster.contacts),
        narratives=tuple(
            narrative.model_copy(
                update=_said(
                    {
                        "headline": narrative.headline,
                        "description": narrative.description,
                        "instruction": narrative.instruction,
                    },
                    may,
                )
            )
            for narrative in poster.narratives
        ),
    )


def said(text: str | None, *, may_say_abducted: bool) -> str | None:
    """Return a source's words as the page shows them."""
    if text is None or may_say_abducted:
        return text
    return presentable(text, may_say_abducted=False)


def _child(child: Child, poster: Poster, may: bool) -> Child:
    place = child.missing_from
    return Child(
        **_person(child, poster, may),
        approximate_age=child.approximate_age,
        missing_since=child.missing_since,
        missing_from=Place(
            city=place.city, county=place.county, state=place.state, country=place.country
        ),
    )


def _companion(companion: Companion, poster: Poster, may: bool) -> Companion:
    return Companion(
        **_person(companion, poster, may),
        companion_type=said(companion.companion_type, may_say_abducted=may),
    )


def _person(person: Person, poster: Poster, may: bool) -> dict[str, str | None]:
    words = {
        "first_name": person.first_name,
        "middle_name": person.middle_name,
        "last_name": person.last_name,
        "age_now": person.age_now or _age(person, poster),
        "sex": person.sex,
        "hair_color": person.hair_color,
        "eye_color": person.eye_color,
        "height": person.height,
        "weight": person.weight,
        "clothing": person.clothing,
        "description": person.description,
    }
    return _said(words, may)


def _age(person: Person, poster: Poster) -> str | None:
    """Return the age that the page works out of a birthday, which it doesn't show."""
    if person.date_of_birth is None or (isinstance(person, Child) and person.approximate_age):
        return None
    age = age_of(person, poster)
    return str(age.number) if age and not age.in_months else None


def _vehicle(vehicle: Vehicle, may: bool) -> Vehicle:
    words = said(vehicle.description, may_say_abducted=may)
    return vehicle.model_copy(update={"description": words})


def _contact(contact: Contact, may: bool) -> Contact:
    return contact.model_copy(update={"name": said(contact.name, may_say_abducted=may)})


def _said(words: dict[str, str | None], may: bool) -> dict[str, str | None]:
    return {name: said(text, may_say_abducted=may) for name, text in words.items()}

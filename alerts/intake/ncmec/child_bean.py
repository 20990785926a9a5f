"""What did the older child detail document say? `{"status": "success", "childBean": {...}}`.

missingkids.org served it until about 2017, archives and small clients still have it: one child
with `otherChildList` (siblings) and `otherCsawList` (companions), the contact in one line.
"""

import re

from alerts.intake.ncmec.fields import Fields
from alerts.intake.ncmec.languages import language_tag
from alerts.intake.ncmec.schema import ENDANGERED_CASE_TYPES, UNDETERMINED_LANGUAGE
from alerts.poster import CaseKey, Child, Companion, Contact, Narrative, Person, Place, Poster

_PHONE = re.compile(r"\+?\d[\d.\- ]{5,}\d", re.ASCII)
_STATE = re.compile(r"\(([^()\d]+)\)", re.ASCII)  # "... Police Department (Texas) 1-512-555-0100"

_NOT_KEPT = (
    *("hasAgedPhoto", "hasExtraPhoto", "hasPhoto", "hasThumbnail", "hasPoster", "photoMap"),
    *("seqNumber", "userLangId", "possibleLocation", "orgLogo", "isClearinghouse", "isChild"),
    *("repSightURL", "inMonth", "inDay", "namUs", "maxHeight", "maxWeight"),
)
# What the beans of siblings and companions repeat of the case.
_OF_THE_CASE = (
    *("orgPrefix", "caseNumber", "langId", "orgName", "orgContactInfo", "altContact", "caseType"),
    *("circumstance", "profileNarrative", "otherChildList", "otherCsawList", "companionType"),
)


def read_child_bean(bean: Fields) -> Poster:
    """Read the bean into a poster; what is wrong is noted in the cursor's findings."""
    return Poster(
        case=CaseKey(
            organization=_required(bean, "orgPrefix"), number=_required(bean, "caseNumber")
        ),
        organization_name=bean.text("orgName"),
        endangered=(bean.text("caseType") or "").lower() in ENDANGERED_CASE_TYPES,
        children=(_child(bean), *(_child(fields) for fields in bean.objects("otherChildList"))),
        companions=tuple(_companion(fields) for fields in bean.objects("otherCsawList")),
        contacts=_contacts(bean),
        narratives=_narratives(bean),
        unknown_fields=tuple(bean.findings.unknown),
    )


def _required(bean: Fields, name: str) -> str:
    value = bean.text(name, number=True)
    if value is None:
        message = f"{name} is missing; it names the case and must be sent."
        bean.findings.error("missing_field", bean.where(name), message)
    return value or ""


def _child(bean: Fields) -> Child:
    child = Child(
        **dict(_person(bean)),
        approximate_age=bean.text("approxAge", number=True),
        missing_since=bean.moment("missingDate"),
        missing_from=_missing_from(bean),
    )
    bean.ignore(*_NOT_KEPT, *_OF_THE_CASE)
    bean.rest()
    return child


def _companion(bean: Fields) -> Companion:
    companion = Companion(**dict(_person(bean)), companion_type=bean.text("companionType"))
    bean.ignore("approxAge", "missingDate", *_NOT_KEPT, *_OF_THE_CASE)
    bean.ignore("missingCity", "missingCounty", "missingState", "missingProvince", "missingCountry")
    bean.rest()
    return companion


def _person(bean: Fields) -> Person:
    race = bean.text("race")
    age = bean.text("age", number=True)
    return Person(
        first_name=bean.text("firstName"),
        middle_name=bean.text("middleName"),
        last_name=bean.text("lastName"),
        date_of_birth=bean.day("birthDate"),
        age_now=None if age == "-1" else age,
        sex=bean.text("sex"),
        races=(race,) if race else (),
        hair_color=bean.text("hairColor"),
        eye_color=bean.text("eyeColor"),
        height=_measure(bean, "height", "in" if bean.flag("heightInInch") else "cm"),
        weight=_measure(bean, "weight", "lb" if bean.flag("weightInPound") else "kg"),
        ncic_number=bean.text("ncic", number=True),
    )


def _measure(bean: Fields, name: str, unit: str) -> str | None:
    number = bean.text(name, number=True)
    return f"{number} {unit}" if number and number != "0" else None


def _missing_from(bean: Fields) -> Place:
    province = bean.text("missingProvince")
    return Place(
        city=bean.text("missingCity"),
        county=bean.text("missingCounty"),
        state=bean.text("missingState") or province,
        country=bean.text("missingCountry"),
    )


def _contacts(bean: Fields) -> tuple[Contact, ...]:
    """Read the agency's line first, then the organization's own number."""
    line = bean.text("altContact")
    info = bean.text("orgContactInfo")
    return (
        *((_contact(line),) if line else ()),
        *((_organization(bean, info),) if info else ()),
    )


def _contact(line: str) -> Contact:
    phones = tuple(_PHONE.findall(line))
    state = _STATE.search(line)
    name = _PHONE.sub("", line)
    name = " ".join((name.replace(state[0], "") if state else name).split())
    return Contact(
        name=name or None, state=state[1].strip() if state else None, phone_numbers=phones
    )


def _organization(bean: Fields, info: str) -> Contact:
    return Contact(name=bean.text("orgName"), phone_numbers=tuple(_PHONE.findall(info)))


def _narratives(bean: Fields) -> tuple[Narrative, ...]:
    told = (bean.text("circumstance"), bean.text("profileNarrative"))
    description = "\n\n".join(text for text in told if text)
    if not description:
        return ()
    language = bean.text("langId", number=True) or UNDETERMINED_LANGUAGE
    return (Narrative(language=language_tag(language), description=description),)

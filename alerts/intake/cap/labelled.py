"""Which child and which vehicle do an alert's parameters name? Only what is clearly labelled.

CAP has no fields for people. Some senders add <parameter>s like `vehicleColor` or `childAge`; those
are read, by their names alone. Nothing is ever fished out of free text, and a name that isn't in
the tables below says nothing.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product

from alerts.intake.cap.times import read_time
from alerts.intake.cap.values import CapInfo, NameValue
from alerts.poster import Child, Vehicle

MAX_CHARACTERS = 500  # of a value; what is longer is no label's value
MAX_PEOPLE = 10  # in one alert

_WHO = ("child", "missingchild", "victim", "missingperson")
_CHILD_WORDS = {
    "name": "name",
    "fullname": "name",
    "firstname": "first_name",
    "givenname": "first_name",
    "middlename": "middle_name",
    "lastname": "last_name",
    "surname": "last_name",
    "age": "age_now",
    "dateofbirth": "date_of_birth",
    "dob": "date_of_birth",
    "sex": "sex",
    "gender": "sex",
    "race": "race",
    "haircolor": "hair_color",
    "haircolour": "hair_color",
    "hair": "hair_color",
    "eyecolor": "eye_color",
    "eyecolour": "eye_color",
    "eyes": "eye_color",
    "height": "height",
    "weight": "weight",
    "clothing": "clothing",
    "description": "description",
    "ncicnumber": "ncic_number",
    "missingsince": "missing_since",
    "lastseen": "missing_since",
}
_CHILD = {who + word: name for who, (word, name) in product(_WHO, _CHILD_WORDS.items())}
_VEHICLE = {
    "vehicle": "description",
    "vehicledescription": "description",
    "suspectvehicle": "description",
    "vehiclecolor": "color",
    "vehiclecolour": "color",
    "vehicleyear": "year",
    "vehiclemake": "make",
    "vehiclemodel": "model",
    "vehiclestyle": "style",
    "vehicletype": "style",
    "licenseplate": "plate",
    "licenceplate": "plate",
    "licenseplatenumber": "plate",
    "licenceplatenumber": "plate",
    "platenumber": "plate",
    "vehiclelicenseplate": "plate",
    "vehiclelicenceplate": "plate",
    "vehiclelicenseplatenumber": "plate",
    "vehicleplate": "plate",
    "licenseplatestate": "plate_state",
    "licenceplateprovince": "plate_state",
    "platestate": "plate_state",
    "vehiclelicenseplatestate": "plate_state",
    "vehiclelicensestate": "plate_state",
    "vehicleplatestate": "plate_state",
}
_DESCRIBING = ("color", "year", "make", "model", "style")  # as one says them: "blue 1981 Buick"
_NOT_A_LETTER = re.compile(r"[^a-z]")
_Labels = dict[str, str]


def labelled_children(infos: Sequence[CapInfo]) -> tuple[Child, ...]:
    """Return the children that the parameters describe, from the first info block that does.

    Other blocks say the same in other languages. A label that comes again begins the next child.
    """
    return next((tuple(map(_child, found)) for found in _each(infos, _CHILD)), ())


def labelled_vehicles(infos: Sequence[CapInfo]) -> tuple[Vehicle, ...]:
    """Return the vehicles that the parameters describe, from the first info block that does."""
    return next((tuple(map(_vehicle, found)) for found in _each(infos, _VEHICLE)), ())


def _each(infos: Sequence[CapInfo], table: dict[str, str]) -> Iterator[list[_Labels]]:
    return (found for info in infos if (found := _labels(info.parameters, table)))


def _labels(parameters: Sequence[NameValue], table: dict[str, str]) -> list[_Labels]:
    """Sort parameters into people or things: "vehicleColor" and "Vehicle Color 1" are one label."""
    found: list[_Labels] = []
    for name, value in parameters:
        label = table.get(_NOT_A_LETTER.sub("", name[:80].lower()))
        if label is None or not 0 < len(value) <= MAX_CHARACTERS:
            continue
        if not found or label in found[-1]:
            found.append({})
        found[-1][label] = value
    return found[:MAX_PEOPLE]


def _child(labels: _Labels) -> Child:
    first, last = _names(labels.get("name", ""))
    return Child(
        first_name=labels.get("first_name") or first,
        middle_name=labels.get("middle_name"),
        last_name=labels.get("last_name") or last,
        date_of_birth=_day(labels.get("date_of_birth", "")),
        age_now=labels.get("age_now"),
        sex=labels.get("sex"),
        races=(labels["race"],) if "race" in labels else (),
        hair_color=labels.get("hair_color"),
        eye_color=labels.get("eye_color"),
        height=labels.get("height"),
        weight=labels.get("weight"),
        clothing=labels.get("clothing"),
        description=labels.get("description"),
        ncic_number=labels.get("ncic_number"),
        missing_since=read_time(labels.get("missing_since", "")).value,
    )


def _names(full: str) -> tuple[str | None, str | None]:
    """Split "Sam Q Example" or "EXAMPLE, SAM" into what comes first and the last name."""
    last, comma, first = full.partition(",")
    if not comma:
        first, _, last = full.rpartition(" ")
        first, last = (first, last) if first else (last, "")
    return first.strip() or None, last.strip() or None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _vehicle(labels: _Labels) -> Vehicle:
    described = " ".join(labels[name] for name in _DESCRIBING if name in labels)
    return Vehicle(
        description=labels.get("description") or described or None,
        license_plate=labels.get("plate"),
        license_state=labels.get("plate_state"),
    )

"""The phrases that pushes and poster pages share: where, when, which vehicle, with whom."""

from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_time
from babel.lists import format_list

from alerts.area.us_states import state_name
from alerts.delivery.wording.messages import Messages
from alerts.delivery.wording.plain import colour_key, one_line, plain_words, spelled_name
from alerts.poster import Companion, Place, Vehicle


def moment_words(moment: datetime, time_zone: str | None, language: str) -> str:
    """Return "Jan 12, 2016, 3:00 PM" in the zone's own time, or the date if no zone is known.

    Midnight is a date only: feeds that know no time of day send it so.
    """
    zone = _zone(time_zone)
    if zone is None or moment.time() == time():
        return format_date(moment.date(), "medium", locale=language)
    local = moment.astimezone(zone)
    day = format_date(local.date(), "medium", locale=language)
    if local.time() == time():
        return day
    clock = format_time(local.time(), "short", locale=language).replace("\u202f", " ")
    return f"{day}, {clock}"


def _zone(name: str | None) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def place_words(place: Place) -> str:
    """Return "Leander, Texas", or as much of it as the poster says."""
    town = place.city or place.county
    state = state_name(place.state) or place.state
    return ", ".join(spelled_name(part) for part in (town, state) if part and part.strip())


def plate_words(vehicle: Vehicle) -> str | None:
    """Return "ABC 1234 (Michigan)", None without a plate."""
    if not vehicle.license_plate or not vehicle.license_plate.strip():
        return None
    plate = one_line(vehicle.license_plate).removeprefix("LIC/").strip()
    state = state_name(vehicle.license_state) or vehicle.license_state
    return f"{plate} ({one_line(state)})" if state else plate


def vehicle_words(vehicle: Vehicle, messages: Messages, *, may_say_abducted: bool) -> str | None:
    """Return "Blue 2014 Ford pickup, license plate ABC 1234 (Michigan)", None if all is unknown."""
    described = source_words(vehicle.description, messages, may_say_abducted=may_say_abducted)
    described = described[:1].upper() + described[1:].rstrip(".")
    plate = plate_words(vehicle)
    if plate is None or plate.split(" (")[0] in described:
        return described or None
    return fill(messages.vehicle_plate, vehicle=described or messages.vehicle_unknown, plate=plate)


def source_words(text: str | None, messages: Messages, *, may_say_abducted: bool) -> str:
    """Return what the source says, without police shorthand; "" if nothing is left."""
    return plain_words(
        text or "",
        plate_words=messages.label_plate.lower(),
        may_say_abducted=may_say_abducted,
    )


def names_words(companions: Iterable[Companion], language: str) -> str:
    """Return "Robin Example and Kim Example": those who have a name."""
    names = [spelled_name(c.full_name) for c in companions if c.full_name.strip()]
    return format_list(names, locale=language)


def colour_words(word: str, spelled: dict[str, str]) -> str:
    """Return "black/brown" for "Blk/Bro", in the language of `spelled`."""
    parts = (colour_key(part) for part in word.split("/"))
    return "/".join(spelled.get(part, part) for part in parts if part)


def fill(template: str, **words: str) -> str:
    """Put words into a message; braces in what a source wrote mean nothing."""
    for name, word in words.items():
        template = template.replace("{" + name + "}", word.replace("{", "(").replace("}", ")"))
    return template

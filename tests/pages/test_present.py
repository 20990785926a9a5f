"""From what the source says of a person to what a page shows."""

from datetime import UTC, date, datetime

from alerts.poster import Child, Companion, Narrative, Place, Vehicle
from service.pages.present import child_view, companion_view, narrative_view, vehicle_view
from service.pages.views import FactLabel, PersonView, PhotoView

PHOTO = PhotoView(url="/photos/1.jpg")
WREN = Child(
    first_name="Wren",
    last_name="Example",
    age_now="7",
    sex="Female",
    races=("White", "Asian"),
    missing_since=datetime(2026, 11, 22, 19, 30, tzinfo=UTC),
    missing_from=Place(city="Marquette", state="MI", zip="49855", country="US"),
)


def facts(person: PersonView) -> dict[FactLabel, str]:
    return {fact.label: fact.value.replace("\u202f", " ") for fact in person.facts}


def test_a_child_is_shown_in_the_words_of_the_source() -> None:
    view = child_view(WREN, (PHOTO,), "en", "America/Detroit")
    assert (view.name, view.age, view.photos) == ("Wren Example", "7", (PHOTO,))
    assert facts(view) == {
        FactLabel.MISSING_SINCE: "November 22, 2026, 2:30 PM",
        FactLabel.MISSING_FROM: "Marquette, MI 49855",
        FactLabel.SEX: "Female",
        FactLabel.RACE: "White, Asian",
    }


def test_dates_are_written_in_the_readers_language() -> None:
    view = child_view(WREN, (), "es", "America/Detroit")
    assert facts(view)[FactLabel.MISSING_SINCE] == "22 de noviembre de 2026, 14:30"


def test_midnight_is_a_day_without_a_time_and_stays_that_day() -> None:
    child = WREN.model_copy(update={"missing_since": datetime(2026, 11, 22, tzinfo=UTC)})
    view = child_view(child, (), "en", "America/Detroit")
    assert facts(view)[FactLabel.MISSING_SINCE] == "November 22, 2026"


def test_a_child_who_was_found_keeps_neither_name_nor_photo() -> None:
    found = WREN.model_copy(update={"date_found": datetime(2026, 11, 23, tzinfo=UTC)})
    view = child_view(found, (PHOTO,), "en")
    assert view.found
    assert (view.name, view.age, view.facts, view.photos) == ("", None, (), ())


def test_a_child_of_whom_nothing_is_known_has_no_facts() -> None:
    assert child_view(Child(), (), "en").facts == ()


def test_the_country_is_named_only_where_nothing_nearer_is_known() -> None:
    child = Child(missing_from=Place(country="MX"))
    assert facts(child_view(child, (), "en")) == {FactLabel.MISSING_FROM: "MX"}


def test_a_companion_has_an_age_and_never_a_role() -> None:
    companion = Companion(
        first_name="Robin",
        last_name="Example",
        age_now="34",
        companion_type="abductor",
        date_of_birth=date(1992, 1, 2),
    )
    view = companion_view(companion, (), "en")
    assert facts(view) == {FactLabel.AGE: "34", FactLabel.DATE_OF_BIRTH: "January 2, 1992"}
    assert "abductor" not in view.model_dump_json()


def test_vehicles_and_narratives_are_taken_over_word_for_word() -> None:
    vehicle = vehicle_view(
        Vehicle(description="Blue Buick", license_plate="X 1", license_state="MI")
    )
    assert (vehicle.description, vehicle.plate, vehicle.plate_state) == ("Blue Buick", "X 1", "MI")
    assert narrative_view(Narrative(language="en-US", headline="H")).headline == "H"

"""Phone numbers in free text."""

import pytest

from alerts.intake.cap.contacts import MAX_CHARACTERS, contact_from, phone_numbers


@pytest.mark.parametrize(
    ("text", "name", "numbers"),
    [
        ("DET. EXAMPLE, 77TH DIV AT 213 555-0100", "DET. EXAMPLE, 77TH DIV", ("213 555-0100",)),
        ("Example Police: (906) 555-0123.", "Example Police", ("(906) 555-0123",)),
        ("906-555-0123", None, ("906-555-0123",)),
        ("Desk 906-555-0123 or 906-555-0124", "Desk", ("906-555-0123", "906-555-0124")),
        ("Desk 906-555-0123, again 906-555-0123", "Desk", ("906-555-0123",)),
        ("BARUFFALDI/JUSKIE", "BARUFFALDI/JUSKIE", ()),
        ("at", "at", ()),
        ("Police +44 20 7946 0123", "Police", ("+44 20 7946 0123",)),
    ],
)
def test_contacts_are_names_and_numbers(
    text: str, name: str | None, numbers: tuple[str, ...]
) -> None:
    contact = contact_from(text)
    assert (contact.name, contact.phone_numbers) == (name, numbers)


def test_a_region_that_does_not_exist_is_no_trouble() -> None:
    assert phone_numbers("+1 906-555-0123", "XX") == ("+1 906-555-0123",)


def test_a_very_long_text_is_cut() -> None:
    contact = contact_from("Desk " + "0 " * 1_000_000)
    assert contact.name is not None
    assert len(contact.name) <= MAX_CHARACTERS

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.authority import AuthorityBook, AuthorityKind, Phone
from alerts.poster import CaseKey, Child, Contact, Place, Poster
from alerts.whom_to_call import load_authorities, phones_in, whom_to_call

FILE = Path(__file__).parents[1] / "config" / "authorities.json"
FOUND = datetime(2026, 3, 5, tzinfo=UTC)
BOOK: AuthorityBook = load_authorities(FILE.read_bytes())


def poster(*contacts: Contact, state: str | None = "MI") -> Poster:
    child = Child(first_name="Wren", missing_from=Place(state=state))
    case = CaseKey(organization="EXMP", number="1")
    return Poster(case=case, children=(child,), contacts=contacts)


def contact(name: str | None, *numbers: str, state: str | None = None) -> Contact:
    return Contact(name=name, state=state, phone_numbers=numbers)


def test_the_contact_is_first_then_the_emergency_number_then_the_hotline() -> None:
    told = whom_to_call(poster(contact("Marquette Police", "1-906-555-0100")), "US", BOOK)
    assert [(a.kind, a.phones[0].tel) for a in told] == [
        (AuthorityKind.CONTACT, "+19065550100"),
        (AuthorityKind.EMERGENCY, "911"),
        (AuthorityKind.HOTLINE, "+18008435678"),
    ]
    assert told[2].phones[0].display == "1-800-THE-LOST (1-800-843-5678)"


def test_contacts_for_the_childs_state_come_before_others() -> None:
    told = whom_to_call(
        poster(
            contact("Texas", "512-555-0100", state="TX"),
            contact("Anywhere", "800-555-0101"),
            contact("Michigan", "906-555-0102", state="Michigan"),
        ),
        "US",
        BOOK,
    )
    assert [a.name for a in told[:3]] == ["Michigan", "Anywhere", "Texas"]


@pytest.mark.parametrize(
    ("of_the_child", "of_the_contact"),
    [
        ("MI", "Michigan"),
        ("us-mi", "mi."),
        ("ON", "Ontario"),
        ("Québec", "QC"),
        ("Jalisco", "JALISCO"),
    ],
)
def test_a_state_is_the_same_however_it_is_written(of_the_child: str, of_the_contact: str) -> None:
    contacts = (
        contact("Elsewhere", "512-555-0100", state="TX"),
        contact("Anywhere", "800-555-0101", state=" "),
        contact("Here", "906-555-0102", state=of_the_contact),
    )
    told = whom_to_call(poster(*contacts, state=of_the_child), "US", BOOK)
    assert [a.name for a in told[:3]] == ["Here", "Anywhere", "Elsewhere"]


def test_the_contacts_of_a_found_siblings_state_come_last() -> None:
    home = Child(first_name="Robin", missing_from=Place(state="TX"), date_found=FOUND)
    two = poster(
        contact("Texas", "512-555-0100", state="TX"),
        contact("Michigan", "906-555-0102", state="MI"),
    )
    both = two.model_copy(update={"children": (home, *two.children)})
    assert whom_to_call(both, "US", BOOK)[0].name == "Michigan"


def test_a_contact_without_a_number_is_nobody_to_call() -> None:
    told = whom_to_call(poster(contact("Silent"), contact("Vague", "n/a", "")), "US", BOOK)
    assert [a.kind for a in told] == [AuthorityKind.EMERGENCY, AuthorityKind.HOTLINE]


def test_a_number_that_two_contacts_share_is_told_once() -> None:
    told = whom_to_call(
        poster(contact("One", "906-555-0100"), contact("Two", "(906) 555-0100")), None, BOOK
    )
    assert [a.name for a in told] == ["One", "Two"] or len(told) == 1
    told = whom_to_call(
        poster(contact("One", "906-555-0100"), contact("Two", "(906) 555-0100")), "US", BOOK
    )
    assert [a.name for a in told if a.kind is AuthorityKind.CONTACT] == ["One"]


def test_a_contact_without_a_name_is_the_organization() -> None:
    nameless = poster(contact(" ", "906-555-0100"))
    named = nameless.model_copy(update={"organization_name": "Example Clearinghouse"})
    assert whom_to_call(nameless, "US", BOOK)[0].name == "Investigating agency"
    assert whom_to_call(named, "US", BOOK)[0].name == "Example Clearinghouse"


@pytest.mark.parametrize("country", [None, "ZZ"])
def test_without_a_known_country_there_may_be_nobody(country: str | None) -> None:
    assert whom_to_call(poster(), country, BOOK) == ()


def test_a_contact_is_enough_without_a_country() -> None:
    (only,) = whom_to_call(poster(contact("MI", "906-555-0100", state="MI")), None, BOOK)
    assert only.phones[0].tel == "+19065550100"


@pytest.mark.parametrize(
    ("words", "region", "display", "tel"),
    [
        ("1-512-555-0100", "US", "(512) 555-0100", "+15125550100"),
        ("DET. EXAMPLE, 77TH DIV AT 213 555-0100", "US", "(213) 555-0100", "+12135550100"),
        ("1-800-THE-LOST", "US", "1-800-THE-LOST (1-800-843-5678)", "+18008435678"),
        (
            "1-800-THE-LOST (1-800-843-5678)",
            None,
            "1-800-THE-LOST (1-800-843-5678)",
            "+18008435678",
        ),
        ("+44 20 7946 0100", "US", "+44 20 7946 0100", "+442079460100"),
        ("020 7946 0100", "GB", "020 7946 0100", "+442079460100"),
        ("911", "US", "911", "911"),
        ("555-0100", "US", "555-0100", "5550100"),
        ("116 000", "DE", "116 000", "116000"),
    ],
)
def test_a_number_is_shown_as_people_read_it_and_dialled_whole(
    words: str, region: str | None, display: str, tel: str
) -> None:
    assert phones_in(words, region) == (Phone(display=display, tel=tel),)


def test_two_numbers_in_one_line_are_two() -> None:
    found = phones_in("906-555-0100 or 906-555-0101", "US")
    assert [phone.tel for phone in found] == ["+19065550100", "+19065550101"]


@pytest.mark.parametrize("words", ["", " ", "n/a", "12", "call us", "1" * 40])
def test_what_is_no_number_is_none(words: str) -> None:
    assert phones_in(words, "US") == ()


@given(st.text(max_size=60), st.sampled_from(["US", "GB", None]))
def test_whatever_is_found_can_be_dialled(words: str, region: str | None) -> None:
    for phone in phones_in(words, region):
        assert phone.display
        assert phone.tel.removeprefix("+").isascii()
        assert 3 <= len(phone.tel.removeprefix("+")) <= 15
        assert phone.tel.removeprefix("+").isdigit()


# --- the file


EU = [
    "AT",
    "BE",
    "BG",
    "HR",
    "CY",
    "CZ",
    "DK",
    "EE",
    "FI",
    "FR",
    "DE",
    "GR",
    "HU",
    "IE",
    "IT",
    "LV",
    "LT",
    "LU",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SK",
    "SI",
    "ES",
    "SE",
]


@pytest.mark.parametrize("country", EU)
def test_the_union_has_112_and_116000(country: str) -> None:
    assert "112" in {phone.tel for phone in BOOK[country].emergency}
    assert [phone.tel for phone in BOOK[country].hotline] == ["116000"]


@pytest.mark.parametrize(
    ("country", "emergency", "hotline"),
    [
        ("US", "911", "+18008435678"),
        ("CA", "911", "+18665438477"),
        ("MX", "911", "088"),
        ("GB", "999", "116000"),
        ("AU", "000", "131444"),
        ("CH", "112", "116000"),
    ],
)
def test_numbers_of_the_rules_are_in_the_file(country: str, emergency: str, hotline: str) -> None:
    assert BOOK[country].emergency[0].tel == emergency
    assert BOOK[country].hotline[0].tel == hotline


def test_the_file_knows_over_a_hundred_countries() -> None:
    assert len(BOOK) > 100
    assert {"NO", "IS", "LI", "NZ", "JP", "BR", "ZA", "IN"} <= BOOK.keys()


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"[]",
        b"{",
        b'{"US": {"emergency": []}}',
        b'{"US": {"emergency": ["nine one one"]}}',
        b'{"USA": {"emergency": ["911"]}}',
        b'{"US": {"emergency": ["911"], "hotline": ["1-800-843-5678"]}}',
        b'{"US": {"emergency": ["911"], "hotline_name": "NCMEC"}}',
        b'{"US": {"emergency": ["911"], "hot_line": []}}',
        json.dumps({"US": {"emergency": ["555-0100 or 555-0101"]}}).encode(),
    ],
)
def test_a_broken_file_is_refused_in_words(broken: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        load_authorities(broken)

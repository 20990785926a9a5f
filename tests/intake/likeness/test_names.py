"""Which names are one person's, and which may be a twin's?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.intake.likeness.names import (
    Agreement,
    folded,
    given_agreement,
    middle_agreement,
    sound,
    surname_agreement,
    surname_words,
)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Zoë", ("zoe",)),
        ("José-María", ("jose", "maria")),
        ("O’Example", ("oexample",)),
        ("ØRSTED", ("orsted",)),
        ("Straße", ("strasse",)),
        ("Łukasz", ("lukasz",)),
        ("Щукина", ("shchukina",)),
        ("Юлия", ("yuliya",)),
        ("Θεόδωρος", ("theodoros",)),
        ("Nguyễn", ("nguyen",)),
        ("  van  der   Example ", ("van", "der", "example")),
        ("王", ()),
        ("", ()),
    ],
)
def test_names_are_folded_into_plain_words(written: str, words: tuple[str, ...]) -> None:
    assert folded(written) == words


@pytest.mark.parametrize(
    ("a", "b", "agreement"),
    [
        ("Wren", "WREN", Agreement.EXACT),
        ("Mary Ann", "Maryann", Agreement.EXACT),
        ("William", "Bill", Agreement.SHORT),
        ("Elizabeth", "Beth", Agreement.SHORT),
        ("Alexander", "Alex", Agreement.SHORT),
        ("Maria", "Maria Elena", Agreement.SHORT),
        ("Jonathan", "Jonahtan", Agreement.SLIP),
        ("Michael", "Micheal", Agreement.SLIP),
        ("Mohammed", "Muhammad", Agreement.SLIP),
        ("Ana", "Anna", Agreement.ALIKE),
        ("Mia", "Lia", Agreement.ALIKE),
        ("Emma", "Emily", Agreement.ALIKE),
        ("Aaron", "Erin", Agreement.ALIKE),
        ("Daniel", "Daniela", Agreement.ALIKE),
        ("Carl", "Karl", Agreement.ALIKE),
        ("Liz", "Beth", Agreement.ALIKE),
        ("J", "Jonathan", Agreement.ALIKE),
        ("J", "Wren", Agreement.DIFFERENT),
        ("Wren", "Robin", Agreement.DIFFERENT),
        ("Wren", "", Agreement.UNKNOWN),
    ],
)
def test_first_names(a: str, b: str, agreement: Agreement) -> None:
    assert given_agreement(folded(a), folded(b)) is agreement
    assert given_agreement(folded(b), folded(a)) is agreement


@pytest.mark.parametrize(
    ("a", "b", "agreement"),
    [
        ("Example", "EXAMPLE, Jr.", Agreement.EXACT),
        ("de la Example", "Example", Agreement.EXACT),
        ("Иванова", "Ivanova", Agreement.EXACT),
        ("García López", "López García", Agreement.EXACT),
        ("García López", "Garcia", Agreement.PART),
        ("Example-Model", "Model", Agreement.PART),
        ("Müller", "Mueller", Agreement.SLIP),
        ("Example", "Exmaple", Agreement.SLIP),
        ("Example", "Model", Agreement.DIFFERENT),
        ("Lee", "Li", Agreement.DIFFERENT),
        ("", "Example", Agreement.UNKNOWN),
    ],
)
def test_surnames(a: str, b: str, agreement: Agreement) -> None:
    assert surname_agreement(surname_words(a), surname_words(b)) is agreement
    assert surname_agreement(surname_words(b), surname_words(a)) is agreement


@pytest.mark.parametrize(
    ("a", "b", "agreement"),
    [
        ("Ash", "A.", Agreement.PART),
        ("Ash", "ash", Agreement.EXACT),
        ("Ash", "Elm", Agreement.DIFFERENT),
        ("Ash", "", Agreement.UNKNOWN),
    ],
)
def test_middle_names(a: str, b: str, agreement: Agreement) -> None:
    assert middle_agreement(folded(a), folded(b)) is agreement


@pytest.mark.parametrize(
    ("word", "code"),
    [("robert", "r163"), ("rupert", "r163"), ("ashcraft", "a261"), ("pfister", "p236"), ("", "")],
)
def test_soundex_is_that_of_the_national_archives(word: str, code: str) -> None:
    assert sound(word) == code


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_compared_the_same_both_ways(a: str, b: str) -> None:
    one, other = folded(a), folded(b)
    assert given_agreement(one, other) is given_agreement(other, one)
    assert surname_agreement(one, other) is surname_agreement(other, one)
    assert surname_agreement(one, one) in (Agreement.EXACT, Agreement.UNKNOWN)

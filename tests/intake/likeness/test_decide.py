"""Certain, doubtful or none: rule by rule, and measured on generated pairs."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from alerts.intake.likeness.compare import WEIGHTS, compare
from alerts.intake.likeness.decide import Decision, Surety, decide
from alerts.intake.likeness.identity import identity_of
from alerts.intake.likeness.policy import LikenessPolicy
from alerts.poster import CaseKey, Child, Narrative, Place, Poster
from tests.intake.likeness.children import NOW
from tests.intake.likeness.pairs import pairs

SINCE = datetime(2026, 4, 28, 20, tzinfo=UTC)
WREN = Child(
    first_name="Wren",
    last_name="Example",
    date_of_birth=date(2018, 4, 1),
    sex="Female",
    missing_since=SINCE,
    missing_from=Place(city="Marquette", state="MI", zip="49855"),
)


def changed(**fields: object) -> Child:
    return WREN.model_copy(update=fields)


def poster(
    *children: Child, organization: str = "NCMC", number: str = "1234567", says: str = ""
) -> Poster:
    words = (Narrative(language="en-US", description=says),) if says else ()
    return Poster(
        case=CaseKey(organization=organization, number=number),
        modified_at=NOW,
        children=children,
        narratives=words,
    )


def judged(one: Poster, other: Poster) -> Decision:
    a, b = identity_of(one, NOW), identity_of(other, NOW)
    there, back = decide(a, b), decide(b, a)
    assert there == back
    return there


def other(child: Child, number: str = "77") -> Poster:
    return poster(child, organization="TXDPS", number=number)


@pytest.mark.parametrize(
    ("child", "surety"),
    [
        (WREN, Surety.CERTAIN),
        (changed(first_name="Example", last_name="Wren"), Surety.CERTAIN),
        (changed(last_name="Exmaple"), Surety.CERTAIN),
        (changed(missing_since=SINCE + timedelta(days=1)), Surety.CERTAIN),
        (changed(missing_from=Place(state="Michigan")), Surety.CERTAIN),
        (changed(date_of_birth=date(2018, 1, 4)), Surety.CERTAIN),
        (changed(date_of_birth=None, age_now="8"), Surety.CERTAIN),
        (changed(first_name="Wrenn"), Surety.DOUBTFUL),  # "Ana" and "Anna"
        (changed(sex="Male"), Surety.DOUBTFUL),
        (changed(date_of_birth=date(2011, 11, 30)), Surety.DOUBTFUL),
        (changed(missing_since=SINCE - timedelta(days=90)), Surety.DOUBTFUL),
        (changed(date_of_birth=None, missing_since=None, age_now="8"), Surety.CERTAIN),
        (
            changed(
                date_of_birth=None,
                missing_since=None,
                age_now="8",
                missing_from=Place(city="Marquette", state="MI"),
            ),
            Surety.DOUBTFUL,
        ),
        (changed(first_name=None), Surety.DOUBTFUL),
        (changed(first_name="Robin"), Surety.NONE),  # a twin
        (changed(first_name="Robin", date_of_birth=date(2016, 9, 12)), Surety.NONE),
        (changed(last_name="Model", date_of_birth=date(2016, 9, 12)), Surety.NONE),
    ],
)
def test_one_child_each(child: Child, surety: Surety) -> None:
    assert judged(poster(WREN), other(child)).surety is surety


def test_a_middle_name_tells_twins_apart() -> None:
    ash = changed(first_name="Ana", middle_name="Ash")
    assert judged(poster(ash), other(ash.model_copy(update={"first_name": "Anna"}))).surety is (
        Surety.CERTAIN
    )
    elm = changed(first_name="Ana", middle_name="Elm")
    assert judged(poster(ash), other(elm)).surety is Surety.DOUBTFUL


def test_the_ncic_number_lifts_the_doubt_about_a_name() -> None:
    numbered = changed(ncic_number="M-123 456 789")
    alike = changed(first_name="Wrenn", ncic_number="m123456789")
    assert judged(poster(numbered), other(alike)).surety is Surety.CERTAIN
    another = changed(first_name="Robin", ncic_number="m123456789")
    assert judged(poster(numbered), other(another)).surety is Surety.DOUBTFUL


def test_a_case_number_in_anothers_text_is_a_number() -> None:
    bare = Child(first_name="Wren", last_name="Example")
    named = poster(bare, organization="TXDPS", number="77", says="See NCMEC 1234567.")
    found = judged(poster(WREN), named)
    assert (found.surety, "number" in found.reasons) == (Surety.CERTAIN, True)
    assert judged(poster(WREN), other(bare)).surety is Surety.DOUBTFUL


@pytest.mark.parametrize("number", ["12", "26-7", "ABCDEFGH"])
def test_a_number_that_any_office_has_says_nothing(number: str) -> None:
    bare = Child(first_name="Wren", last_name="Example")
    one, two = poster(WREN, number=number), poster(bare, organization="X", number=number)
    assert "number" not in judged(one, two).reasons


def of_message(found: Poster) -> Poster:
    return found.model_copy(update={"case": found.case.model_copy(update={"is_of_message": True})})


def test_two_case_numbers_of_one_organization_are_two_cases() -> None:
    child = changed()
    assert judged(poster(child), other(child)).surety is Surety.CERTAIN
    assert judged(poster(child), poster(child, number="7654321")).surety is Surety.NONE


def test_one_sender_whose_messages_spell_a_name_in_two_ways_is_doubted() -> None:
    slip = changed(first_name="Jaydeen")
    one = changed(first_name="Jaydan")
    jaden, jayden = changed(first_name="Jaden"), changed(first_name="Jayden")
    assert judged(poster(jaden), other(jayden)).surety is Surety.CERTAIN
    for a, b in ((jaden, jayden), (slip, one)):
        anew = of_message(poster(b, number="7654321"))
        assert judged(of_message(poster(a)), anew).surety is Surety.DOUBTFUL
    again = of_message(poster(jaden, number="7654321"))
    assert judged(of_message(poster(jaden)), again).surety is Surety.CERTAIN


def test_several_children_are_one_case_only_if_all_of_them_are() -> None:
    robin = changed(first_name="Robin", date_of_birth=date(2016, 9, 12))
    both = poster(WREN, robin)
    assert judged(both, poster(robin, WREN, organization="X")).surety is Surety.CERTAIN
    half = judged(both, other(WREN))
    assert (half.surety, "not_all_children" in half.reasons) == (Surety.DOUBTFUL, True)
    lark = changed(first_name="Lark", date_of_birth=date(2012, 2, 2))
    assert judged(both, other(lark)).surety is Surety.NONE


def test_a_sibling_who_was_found_is_not_looked_for() -> None:
    robin = changed(first_name="Robin", date_found=SINCE)
    assert judged(poster(WREN, robin), other(WREN)).surety is Surety.CERTAIN


def test_an_exercise_is_nobodys_case() -> None:
    drill = other(WREN).model_copy(update={"exercise": True})
    assert judged(poster(WREN), drill).surety is Surety.NONE


def test_a_name_in_a_text_is_a_hint_and_a_text_that_is_the_same() -> None:
    told = of_message(
        poster(says="The seven year old Wren Q. Example was seen near the example school.")
    )
    assert judged(poster(WREN), told).reasons == ("name_in_text",)
    assert judged(
        told, told.model_copy(update={"case": CaseKey(organization="X", number="2")})
    ) == (Decision(surety=Surety.DOUBTFUL, probability=0.9, reasons=("same_text",)))
    assert judged(poster(WREN), poster(says="Wren was seen.")).surety is Surety.NONE


def test_nothing_known_is_nobody() -> None:
    assert judged(poster(Child()), other(Child())).surety is Surety.NONE
    assert judged(poster(), poster(number="2")).surety is Surety.NONE


def test_the_threshold_is_the_policys() -> None:
    bare = Child(first_name="Wren", last_name="Example", age_now="8", missing_since=SINCE)
    a, b = identity_of(poster(bare), NOW), identity_of(other(bare), NOW)
    assert decide(a, b, LikenessPolicy(certain=0.9)).surety is Surety.CERTAIN
    assert decide(a, b, LikenessPolicy(certain=0.99999999)).surety is Surety.DOUBTFUL


def test_every_code_has_a_weight_and_the_probability_follows_from_them() -> None:
    a, b = identity_of(poster(WREN), NOW).children[0], identity_of(other(WREN), NOW).children[0]
    found = compare(a, b)
    assert found.codes == {"name", "surname", "birth_date", "sex", "missing_date", "zip"}
    assert found.codes <= set(WEIGHTS)
    assert found.probability > 0.999999


def test_of_generated_pairs_what_is_certain_is_right_and_little_is_missed() -> None:
    """Precision >= 0.99, recall >= 0.9; the benchmark has ten times as many pairs, by kind."""
    counts = Counter(
        (pair.is_same, decide(identity_of(pair.one, NOW), identity_of(pair.other, NOW)).surety)
        for pair in pairs(2_000, seed=7)
    )
    right, wrong = counts[True, Surety.CERTAIN], counts[False, Surety.CERTAIN]
    all_same = sum(n for (is_same, _), n in counts.items() if is_same)
    assert right / (right + wrong) >= 0.99
    assert right / all_same >= 0.9
    assert counts[True, Surety.NONE] / all_same <= 0.01

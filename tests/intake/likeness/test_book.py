"""Does the book look closely at every case that could match, and forget what it is told to?"""

from alerts.intake.likeness.book import Book, Known
from alerts.intake.likeness.decide import Surety, decide
from alerts.intake.likeness.identity import PosterIdentity, identity_of
from alerts.poster import Poster
from tests.intake.likeness.children import NOW, child_of, poster_of, seeded
from tests.intake.likeness.pairs import Pair, pairs


def known(number: int, poster: Poster, *, case_id: int = 0, voice_id: int = 0) -> Known:
    return Known(
        case_id=case_id or number,
        poster_id=number,
        identity=identity_of(poster, NOW),
        voice_id=voice_id,
    )


def asked(pair: Pair) -> PosterIdentity:
    return identity_of(pair.other, NOW)


def test_nothing_that_would_be_found_by_comparing_with_all_is_left_out() -> None:
    both = list(pairs(600, seed=3))
    book = Book()
    for number, pair in enumerate(both, 1):
        book.add(known(number, pair.one))
    missed = [
        pair.kind
        for number, pair in enumerate(both, 1)
        if decide(asked(pair), identity_of(pair.one, NOW)).surety is Surety.CERTAIN
        and number not in {match.case_id for match in book.matches(asked(pair))}
    ]
    assert missed == []


def test_the_surest_comes_first_and_of_equals_the_oldest() -> None:
    rng = seeded(5)
    child = child_of(rng)
    thin = child.model_copy(update={"date_of_birth": None, "missing_since": None})
    book = Book()
    for number, who in ((1, thin), (2, child), (3, child)):
        book.add(known(number, poster_of(rng, "NCMC", who)))
    found = book.matches(identity_of(poster_of(rng, "TXDPS", child), NOW))
    assert [match.case_id for match in found] == [2, 3, 1]
    assert [match.decision.surety for match in found][:2] == [Surety.CERTAIN] * 2
    assert [m.case_id for m in book.matches(identity_of(poster_of(rng, "X", child), NOW), {2})] == [
        3,
        1,
    ]


def test_of_each_voice_only_the_newest_word_counts() -> None:
    rng = seeded(6)
    child, other = child_of(rng), child_of(rng)
    book = Book()
    book.add(known(2, poster_of(rng, "NCMC", other), case_id=1, voice_id=1))
    book.add(known(1, poster_of(rng, "NCMC", child), case_id=1, voice_id=1))  # it came late
    book.add(known(3, poster_of(rng, "TXDPS", other), case_id=1, voice_id=2))
    assert book.poster_ids() == {2, 3}
    assert book.matches(identity_of(poster_of(rng, "X", child), NOW)) == []


def test_what_is_dropped_leaves_nothing_behind() -> None:
    book = Book()
    for number, pair in enumerate(pairs(50, seed=4), 1):
        book.add(known(number, pair.one))
    for number in range(1, 51):
        book.drop_case(number)
    assert len(book) == 0
    assert (dict(book._by), book._names, book._texts, dict(book._of_case)) == ({}, {}, set(), {})


def test_pairs_are_the_same_for_the_same_seed() -> None:
    assert list(pairs(20, seed=9)) == list(pairs(20, seed=9))
    assert [pair.is_same for pair in pairs(20, seed=9)] == [True, False] * 10


def test_of_hundreds_of_one_name_few_are_compared_and_the_surest_is_among_them() -> None:
    rng = seeded(8)
    child = child_of(rng).model_copy(update={"ncic_number": "M123456789"})
    namesake = child.model_copy(update={"date_of_birth": None, "ncic_number": None})
    book = Book()
    for number in range(1, 601):
        who = child if number == 550 else namesake
        book.add(known(number, poster_of(rng, f"ORG{number}", who)))
    identity = identity_of(poster_of(rng, "X", child), NOW)
    assert len(book._candidates(identity)) <= 200
    assert book.matches(identity)[0].case_id == 550

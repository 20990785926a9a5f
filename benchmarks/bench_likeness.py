"""Does the comparison of posters find the same child, and nobody else? How fast?

Precision and recall of certain matches over generated pairs (tests/intake/likeness/pairs.py), per
kind; what goes to the desk is neither a match nor a mistake. Two peers in the same run: the same
name and birth date letter by letter, and what rapidfuzz makes of the full names (a ratio of 90 or
more) where the birth dates are equal. Then one poster against 5,000 open cases.
"""

import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz import fuzz

from alerts.intake.likeness.book import Book, Known
from alerts.intake.likeness.decide import Surety, decide
from alerts.intake.likeness.identity import identity_of
from alerts.poster import Poster
from tests.intake.likeness.children import NOW, child_of, poster_of, seeded
from tests.intake.likeness.pairs import Pair, pairs

PAIRS = 20_000
OPEN_CASES = 5_000
ASKED = 300
RATIO = 90  # rapidfuzz, of 100

Judge = Callable[[Poster, Poster], Surety]


def main() -> None:
    """Measure and print."""
    generated = list(pairs(PAIRS))
    ours = [judge(ours_says, pair) for pair in generated]
    print(
        json.dumps(
            {
                "benchmark": "likeness",
                "pairs": PAIRS,
                "ours": summary(generated, ours),
                "rapidfuzz_ratio_and_birth_date": summary(
                    generated, [judge(ratio_says, pair) for pair in generated]
                ),
                "exact_name_and_birth_date": summary(
                    generated, [judge(exact_says, pair) for pair in generated]
                ),
                "certain_doubtful_none_by_kind": by_kind(generated, ours),
                "one_against_open_cases": speed(),
            }
        )
    )


def judge(says: Judge, pair: Pair) -> Surety:
    """Ask a judge."""
    return says(pair.one, pair.other)


def ours_says(one: Poster, other: Poster) -> Surety:
    """Return what the product decides."""
    return decide(identity_of(one, NOW), identity_of(other, NOW)).surety


def ratio_says(one: Poster, other: Poster) -> Surety:
    """Return what a plain comparison of names makes of it, birth dates being equal."""
    a, b = one.children[0], other.children[0]
    is_same = (
        len(one.children) == len(other.children)
        and a.date_of_birth == b.date_of_birth is not None
        and fuzz.ratio(a.full_name.lower(), b.full_name.lower()) >= RATIO
    )
    return Surety.CERTAIN if is_same else Surety.NONE


def exact_says(one: Poster, other: Poster) -> Surety:
    """Return what equal first and last names and birth dates make of it."""
    keys = [
        [((c.first_name or "").lower(), (c.last_name or "").lower(), c.date_of_birth) for c in all_]
        for all_ in (one.children, other.children)
    ]
    return Surety.CERTAIN if keys[0] == keys[1] else Surety.NONE


def summary(generated: Sequence[Pair], judged: Sequence[Surety]) -> dict[str, float]:
    """Return precision and recall of certain matches, and what goes to the desk."""
    both = list(zip(generated, judged, strict=True))
    certain = [pair for pair, surety in both if surety is Surety.CERTAIN]
    same = [(pair, surety) for pair, surety in both if pair.is_same]
    enough = [surety for pair, surety in same if not pair.is_thin]
    return {
        "precision": round(share(pair.is_same for pair in certain), 4),
        "recall": round(share(surety is Surety.CERTAIN for _, surety in same), 4),
        "recall_where_data_suffices": round(share(s is Surety.CERTAIN for s in enough), 4),
        "recall_with_the_desk": round(share(s is not Surety.NONE for _, s in same), 4),
        "same_to_the_desk": round(share(s is Surety.DOUBTFUL for _, s in same), 4),
        "different_to_the_desk": round(
            share(s is Surety.DOUBTFUL for pair, s in both if not pair.is_same), 4
        ),
    }


def share(found: Iterable[bool]) -> float:
    """Return which part is true."""
    each = list(found)
    return sum(each) / len(each) if each else 0.0


def by_kind(generated: Sequence[Pair], judged: Sequence[Surety]) -> dict[str, list[int]]:
    """Return how many pairs of each kind were certain, doubtful, none."""
    counts = Counter((pair.kind, surety) for pair, surety in zip(generated, judged, strict=True))
    kinds = sorted({(not pair.is_same, pair.kind) for pair in generated})  # the same child first
    return {kind: [counts[kind, surety] for surety in Surety] for _, kind in kinds}


def speed() -> dict[str, float]:
    """Ask a book of open cases; half of those asked for are in it, misspelt."""
    rng = seeded(2)
    children = [child_of(rng) for _ in range(OPEN_CASES)]
    book = Book()
    for number, child in enumerate(children):
        poster = poster_of(rng, "NCMC", child)
        book.add(Known(case_id=number, poster_id=number, identity=identity_of(poster, NOW)))
    asked = [pair.other for pair in pairs(ASKED)] + [
        poster_of(rng, "TXDPS", child) for child in rng.sample(children, ASKED)
    ]
    took = []
    for poster in asked:
        started = time.perf_counter()
        book.matches(identity_of(poster, NOW))
        took.append((time.perf_counter() - started) * 1000)
    took.sort()
    return {
        "open_cases": OPEN_CASES,
        "median_ms": round(statistics.median(took), 2),
        "p99_ms": round(took[int(len(took) * 0.99)], 2),
        "worst_ms": round(took[-1], 2),
    }


if __name__ == "__main__":
    main()

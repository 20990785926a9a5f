"""Which of the open cases may be of this poster's children? Few are looked at closely.

Of thousands of open cases only those are compared that share a birth date, a word of the name or a
number, or whose whole name is written much alike; none that could be certain is left out. All of
it lives in memory only.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from alerts.intake.likeness.compare import names_in
from alerts.intake.likeness.decide import NOTHING, Decision, Surety, decide
from alerts.intake.likeness.identity import ChildIdentity, PosterIdentity
from alerts.intake.likeness.policy import DEFAULT, LikenessPolicy

# Jaro-Winkler of whole names, words sorted: two slips in a name of twelve letters are above it.
_NAMES_ALIKE = 0.86
_MOST_BY_NAME = 64
_MOST_BY_WORD = 400  # of 5,000 cases some 40 are called Smith; what more share tells nobody apart
_MOST_COMPARED = 200
# By what those are chosen who share most: a number before a birth date before words.
_WORTH = {"ncic": 100, "number": 100, "mentioned": 100, "text": 100, "born": 10, "word": 1}

_Key = tuple[str, Hashable]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """One poster of an open case."""

    case_id: int
    poster_id: int
    identity: PosterIdentity
    voice_id: int = 0  # whose word it is: of each only the newest counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """An open case that a poster may be of."""

    case_id: int
    decision: Decision


class Book:
    """The posters of open cases, found by what a poster of the same child would share.

    Not safe to use from several threads at once: who owns it takes care (`known.KnownChildren`).
    """

    def __init__(self, policy: LikenessPolicy = DEFAULT) -> None:
        self._policy = policy
        self._posters: dict[int, Known] = {}
        self._of_case: dict[int, set[int]] = defaultdict(set)
        self._by: dict[_Key, set[int]] = defaultdict(set)
        self._names: dict[tuple[int, int], str] = {}  # (poster, which child)
        self._texts: set[int] = set()

    def __len__(self) -> int:
        """How many posters are in it."""
        return len(self._posters)

    def poster_ids(self) -> set[int]:
        """Return which posters are in it."""
        return set(self._posters)

    def has_case(self, case_id: int) -> bool:
        """Say whether a poster of a case is in it."""
        return case_id in self._of_case

    def add(self, known: Known) -> None:
        """Put a poster in, in the place of what the same voice said before."""
        number = known.poster_id
        for other in [self._posters[n] for n in self._of_case[known.case_id]]:
            if other.voice_id == known.voice_id:
                if other.poster_id > number:
                    return
                self.drop(other.poster_id)
        self._posters[number] = known
        self._of_case[known.case_id].add(number)
        for key in _keys(known.identity):
            self._by[key].add(number)
        for i, child in enumerate(known.identity.children):
            self._names[number, i] = child.name
        if known.identity.text:
            self._texts.add(number)

    def drop(self, poster_id: int) -> None:
        """Forget a poster."""
        known = self._posters.pop(poster_id, None)
        if known is None:
            return
        self._of_case[known.case_id].discard(poster_id)
        if not self._of_case[known.case_id]:
            del self._of_case[known.case_id]
        for key in set(_keys(known.identity)):
            self._by[key].discard(poster_id)
            if not self._by[key]:
                del self._by[key]
        for i in range(len(known.identity.children)):
            del self._names[poster_id, i]
        self._texts.discard(poster_id)

    def drop_case(self, case_id: int) -> None:
        """Forget all posters of a case."""
        for poster_id in list(self._of_case.get(case_id, ())):
            self.drop(poster_id)

    def matches(self, identity: PosterIdentity, but: Collection[int] = ()) -> list[Match]:
        """Return the cases that a poster is surely or perhaps of, the surest first.

        Parameters
        ----------
        but: cases that are left out.
        """
        among = [self._posters[number] for number in self._candidates(identity)]
        return best_matches(identity, among, but, self._policy)

    def _candidates(self, identity: PosterIdentity) -> Collection[int]:
        """Return the posters to look at closely: those that share most, and of equals the oldest.

        That there are more than `_MOST_COMPARED` takes hundreds of children of one name.
        """
        shared = Counter[int]()
        for key in _asked(identity):
            sharing = self._by.get(key, set())
            if key[0] != "word" or len(sharing) <= _MOST_BY_WORD:
                _count(shared, sharing, _WORTH[key[0]])
        for child in identity.children:
            _count(shared, self._named_like(child), _WORTH["word"])
            named = (n for n in self._texts if names_in(self._posters[n].identity.text, child))
            _count(shared, named, _WORTH["text"])
        if len(shared) <= _MOST_COMPARED:
            return shared.keys()
        return nsmallest(_MOST_COMPARED, shared, key=lambda number: (-shared[number], number))

    def _named_like(self, child: ChildIdentity) -> set[int]:
        alike = process.extract(
            child.name,
            self._names,
            scorer=JaroWinkler.similarity,
            score_cutoff=_NAMES_ALIKE,
            limit=_MOST_BY_NAME,
        )
        return {key[0] for _, _, key in alike}


def _count(shared: Counter[int], numbers: Iterable[int], worth: int) -> None:
    for number in numbers:
        shared[number] += worth


def best_matches(
    identity: PosterIdentity,
    among: Iterable[Known],
    but: Collection[int] = (),
    policy: LikenessPolicy = DEFAULT,
) -> list[Match]:
    """Compare a poster with each of `among`; return for each case its surest match, in order."""
    best: dict[int, Decision] = {}
    for known in among:
        if known.case_id in but:
            continue
        decision = decide(identity, known.identity, policy)
        before = best.get(known.case_id, NOTHING)
        if _rank(decision) > _rank(before):
            best[known.case_id] = decision
    found = [Match(case_id=case_id, decision=decision) for case_id, decision in best.items()]
    return in_order(found)


def in_order(matches: Iterable[Match]) -> list[Match]:
    """Return matches, the surest first; of equals, the case that was there first."""
    by_age = sorted(matches, key=lambda match: match.case_id)
    return sorted(by_age, key=lambda match: _rank(match.decision), reverse=True)


def _rank(decision: Decision) -> tuple[bool, bool, float]:
    surety = decision.surety
    return surety is Surety.CERTAIN, surety is Surety.DOUBTFUL, decision.probability


def _keys(identity: PosterIdentity) -> Iterator[_Key]:
    """Yield by what a poster is found."""
    if identity.number:
        yield "number", identity.number
    for number in identity.mentioned:
        yield "mentioned", number
    if identity.text:
        yield "text", identity.text
    for child in identity.children:
        if child.born:
            yield "born", child.born
        if child.ncic:
            yield "ncic", child.ncic
        for word in {*child.family, *child.given[:1]}:
            yield "word", word


def _asked(identity: PosterIdentity) -> Iterator[_Key]:
    """Yield by what the posters are found that may be of the same children as this one."""
    for number in identity.mentioned:
        yield "number", number
    if identity.number:
        yield "number", identity.number
        yield "mentioned", identity.number
    if identity.text:
        yield "text", identity.text
        yield from (("word", word) for word in set(identity.text.split()))
    for child in identity.children:
        if child.born:
            yield "born", child.born
        if child.ncic:
            yield "ncic", child.ncic
        for word in child.family:
            yield "word", word

"""Is it one case? Certain, doubtful or none, child by child, from codes that can be explained.

Certain joins two feeds' posters without asking anybody; so it takes near-certainty and nothing
among the codes that a twin or a namesake would explain as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from alerts.intake.likeness.compare import Comparison, compare, names_in, of_posters
from alerts.intake.likeness.identity import PosterIdentity
from alerts.intake.likeness.policy import DEFAULT, LikenessPolicy

# What a twin, a brother or a namesake explains as well: never certain.
_BARS = frozenset(
    {
        "name_alike",
        "name_differs",
        "surname_unknown",
        "surname_differs",
        "middle_name_differs",
        "birth_date_differs",
        "age_differs",
        "sex_differs",
        "missing_date_differs",
    }
)
# ... but a twin has a number of their own, and mostly a middle name of their own.
_LIFTED_BY_NCIC = frozenset({"name_alike", "middle_name_differs", "surname_unknown"})
_LIFTED_BY_MIDDLE_NAME = frozenset({"name_alike"})
_DATED = frozenset({"birth_date", "missing_date", "ncic", "number"})
# A namesake of the same age next door, missing at the same time, is rarer than a slip in a date.
_NEXT_DOOR = frozenset({"name", "surname", "age", "zip"})
_BESIDE_A_NEAR_BIRTH_DATE = frozenset({"missing_date", "zip", "city", "middle_name"})
_SURNAMED = frozenset({"surname", "surname_slip"})
# One source that has two numbers for two spellings means two children: "Jaden" and "Jayden".
_NOT_OF_ONE_SOURCE = frozenset({"name_slip", "name_short"})
_NAMED = frozenset({"name", "name_short", "name_slip", "name_alike"})


class Surety(StrEnum):
    """Whether two posters are of one case."""

    CERTAIN = "certain"
    DOUBTFUL = "doubtful"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What was found, how surely, and why."""

    surety: Surety
    probability: float = 0.0
    reasons: tuple[str, ...] = ()


NOTHING = Decision(surety=Surety.NONE)


def decide(a: PosterIdentity, b: PosterIdentity, policy: LikenessPolicy = DEFAULT) -> Decision:
    """Say whether two posters are of one case.

    Several children are matched one by one: it is one case only if every child of either poster is
    surely one of the other's. If some are and others aren't, the desk says. Two case numbers of one
    organization are two cases: it knows its own.
    """
    if a.exercise is not b.exercise or _numbered_apart(a, b):
        return NOTHING
    if not a.children or not b.children:
        return _by_words(a, b)
    about = of_posters(a, b)
    table = [[compare(x, y, about) for y in b.children] for x in a.children]
    pairs = _best_pairs(table, policy)
    sureties = [surety_of(pair, policy) for pair in pairs]
    if not pairs or set(sureties) == {Surety.NONE}:
        return NOTHING
    codes = sorted({code for pair in pairs for code in pair.codes} - {"name_unknown"})
    whole = len(a.children) == len(b.children) == len(pairs)
    if whole and set(sureties) == {Surety.CERTAIN}:
        least = min(pair.probability for pair in pairs)
        return Decision(surety=Surety.CERTAIN, probability=least, reasons=tuple(codes))
    if not whole:
        codes.append("not_all_children")
    most = max(pair.probability for pair in pairs)
    return Decision(surety=Surety.DOUBTFUL, probability=most, reasons=tuple(codes))


def _numbered_apart(a: PosterIdentity, b: PosterIdentity) -> bool:
    return a.organization == b.organization and a.numbers_cases and b.numbers_cases


def surety_of(found: Comparison, policy: LikenessPolicy = DEFAULT) -> Surety:
    """Say whether two children are one."""
    codes = found.codes
    if "name_differs" in codes and not (codes & {"ncic", "number"} and _is_named(codes)):
        return Surety.NONE
    if found.bits < policy.doubtful_bits:
        return Surety.NONE
    if found.bits < policy.certain_bits or _bars(codes) or not _is_dated(codes):
        return Surety.DOUBTFUL
    return Surety.CERTAIN if codes & _NAMED or "ncic" in codes else Surety.DOUBTFUL


def _is_named(codes: frozenset[str]) -> bool:
    """Say whether a number that agrees isn't all that does: offices count alike."""
    return "ncic" in codes or not ({"name_differs", "surname_differs"} <= codes)


def _bars(codes: frozenset[str]) -> frozenset[str]:
    bars = codes & _BARS
    if "ncic" in codes:
        bars -= _LIFTED_BY_NCIC
    if "middle_name" in codes and codes & _SURNAMED:
        bars -= _LIFTED_BY_MIDDLE_NAME
    return bars | (codes & _NOT_OF_ONE_SOURCE if "same_source" in codes else frozenset())


def _is_dated(codes: frozenset[str]) -> bool:
    """Say whether a day, a number or a ZIP ties them: name, age and town are a namesake's too."""
    if codes & _DATED or codes >= _NEXT_DOOR:
        return True
    return "birth_date_near" in codes and bool(codes & _BESIDE_A_NEAR_BIRTH_DATE)


def _best_pairs(table: Sequence[Sequence[Comparison]], policy: LikenessPolicy) -> list[Comparison]:
    """Give each child the one of the other poster that is most like them, the surest pairs first.

    Children who are like nobody there are left out.
    """
    cells = [
        (found, i, j)
        for i, row in enumerate(table)
        for j, found in enumerate(row)
        if surety_of(found, policy) is not Surety.NONE
    ]
    cells.sort(key=lambda cell: -cell[0].bits)
    rows, columns, pairs = set[int](), set[int](), list[Comparison]()
    for found, i, j in cells:
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            pairs.append(found)
    return pairs


def _by_words(a: PosterIdentity, b: PosterIdentity) -> Decision:
    """Compare where one has no children but a text (CAP): a hint at most, for the desk to judge."""
    if a.text and a.text == b.text:
        return Decision(surety=Surety.DOUBTFUL, probability=0.9, reasons=("same_text",))
    text, children = (a.text or b.text), (*a.children, *b.children)
    if text and any(names_in(text, child) for child in children):
        return Decision(surety=Surety.DOUBTFUL, probability=0.5, reasons=("name_in_text",))
    return NOTHING

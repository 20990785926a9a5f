"""What the area of interest of a poster is, and how we know.

In the order of DOMAIN rule 8: what the source drew; its geocodes; where each child who is still
missing went missing from; at last the states in which the poster is distributed, which else are a
second opinion. Nothing found is no error of the program: the alert is held, and the problems tell
the desk what was missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.area.child import child_ground
from alerts.area.explicit import as_warning, explicit_ground
from alerts.area.geocodes import geocode_ground
from alerts.area.piece import Finding, Piece, joined, km2_of
from alerts.area.policy import AreaPolicy
from alerts.area.second_opinion import distribution_ground, read_distribution, second_opinion
from alerts.area.whereabouts import read_whereabouts
from alerts.area_of_interest import CONFIDENCE, AreaOfInterest
from alerts.places import PlaceBook
from alerts.poster import Child, Poster
from alerts.problem import Problem, warning

__all__ = ["AreaDerivation", "AreaPolicy", "derive_area"]


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaDerivation:
    """The area of interest, None if no ground can be named, and what was odd on the way."""

    area: AreaOfInterest | None
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()  # of the problems, those for which the desk should look first


def derive_area(poster: Poster, places: PlaceBook, policy: AreaPolicy) -> AreaDerivation:
    """Derive where a poster matters.

    Returns: the area with the provenance of its weakest part. Shapes that the source drew wrongly
    are errors if nothing else names the ground, else warnings. Without any ground `area` is None
    and the last problem is the warning "no_area".
    """
    distribution = read_distribution(poster, places)
    problems = list(distribution.problems)
    for finding in _findings(poster, places, policy):
        problems += finding.problems
        if finding.piece:
            opinion = second_opinion(_area(finding.piece, policy), distribution, policy)
            return _derived(opinion.area, problems, opinion.doubts)
    last = distribution_ground(distribution, policy)
    if last.piece:
        area = _area(last.piece, policy)
        doubtful = {"confidence": area.confidence * policy.distribution_penalty}
        return _derived(area.model_copy(update=doubtful), problems, last.problems)
    return AreaDerivation(area=None, problems=(*problems, _no_area(poster)))


def _findings(poster: Poster, places: PlaceBook, policy: AreaPolicy) -> Iterator[Finding]:
    """Look in the order of DOMAIN rule 8, no further than until ground is found."""
    yield explicit_ground(poster.areas)
    yield geocode_ground(poster.areas, places, policy)
    yield _children_ground(poster, places, policy)


def _derived(
    area: AreaOfInterest, problems: Sequence[Problem], doubts: tuple[Problem, ...]
) -> AreaDerivation:
    said = (*map(as_warning, problems), *doubts)
    return AreaDerivation(area=area, problems=said, doubts=doubts)


def _children_ground(poster: Poster, places: PlaceBook, policy: AreaPolicy) -> Finding:
    """Return the union over the children who are still missing, all of them if none is."""
    pieces: list[Piece] = []
    problems: list[Problem] = []
    unplaced: list[Problem] = []
    for i, child in enumerate(poster.children):
        if child.date_found and not poster.all_found:
            continue
        where = f"/children/{i}"
        whereabouts, unread = read_whereabouts(child.missing_from, where, places)
        finding = child_ground(whereabouts, places, policy)
        problems += (*unread, *finding.problems)
        if finding.piece:
            pieces.append(finding.piece)
        else:
            message = "No ground could be named for this child; the area is that of the others."
            unplaced.append(warning("child_without_area", where, message))
    if not pieces:
        return Finding(problems=tuple(problems))
    return Finding(piece=joined(pieces), problems=(*problems, *unplaced))


def _area(piece: Piece, policy: AreaPolicy) -> AreaOfInterest:
    penalty = policy.unknown_code_penalty if piece.is_partial else 1.0
    return AreaOfInterest(
        shape=piece.shape,
        provenance=piece.provenance,
        confidence=CONFIDENCE[piece.provenance] * penalty,
        area_km2=km2_of(piece),
        source=piece.source,
        places=piece.places,
    )


def _no_area(poster: Poster) -> Problem:
    named = [what for what, given in _given(poster) if given]
    tried = f"what it has ({', '.join(named)}) couldn't be used" if named else "it has none"
    return warning(
        "no_area",
        "",
        "The poster needs a polygon, a circle, a known geocode, or a ZIP code, city, county or "
        f"state; {tried}. Draw the area at the desk.",
    )


def _given(poster: Poster) -> tuple[tuple[str, bool], ...]:
    return (
        ("shapes", any(a.geometry is not None or a.circles for a in poster.areas)),
        ("geocodes", any(a.geocodes for a in poster.areas)),
        ("a place where a child is missing from", any(map(_has_place, poster.children))),
    )


def _has_place(child: Child) -> bool:
    return any(child.missing_from.model_dump().values())

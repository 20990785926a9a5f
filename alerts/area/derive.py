"""What the area of interest of a poster is, and how we know.

In the order of DOMAIN rule 8: what the source drew; its geocodes; where each child who is still
missing went missing from, by our own places or else a geocoder; at last the states in which the
poster is distributed, which else are a second opinion. Nothing found is no error of the program:
the alert is held, and the problems tell the desk what was missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from alerts.area.child import child_ground
from alerts.area.explicit import as_warning, explicit_ground
from alerts.area.geocoder.answer import Geocoder
from alerts.area.geocoder.ground import UNANSWERED, UNSURE, LastResort
from alerts.area.geocodes import geocode_ground
from alerts.area.growth import Growing, grown
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
    is_grown: bool = False  # a part of it grew with the time since a child was last seen


def derive_area(
    poster: Poster,
    places: PlaceBook,
    policy: AreaPolicy,
    growing: Growing | None = None,
    *,
    geocoder: Geocoder | None = None,
) -> AreaDerivation:
    """Derive where a poster matters.

    Parameters
    ----------
    growing: from when on circles around a place grow; None: they don't (there is no clock).
    geocoder: asked where no place of ours gives ground, over the network: never in a transaction.

    Returns: the area with the provenance of its weakest part. Shapes that the source drew wrongly
    are errors if nothing else names the ground, else warnings. Without any ground `area` is None
    and the last problem is the warning "no_area".
    """
    distribution = read_distribution(poster, places)
    problems = list(distribution.problems)
    last_resort = LastResort(geocoder=geocoder, poster=poster, places=places, policy=policy)
    for finding in _findings(last_resort, growing):
        problems += finding.problems
        if finding.piece:
            opinion = second_opinion(_area(finding.piece, policy), distribution, policy)
            unsure = _of_code(problems, UNSURE)
            derived = _derived(opinion.area, problems, (*unsure, *opinion.doubts))
            return replace(derived, is_grown=finding.piece.is_grown)
    last = distribution_ground(distribution, policy)
    if last.piece:
        area = _area(last.piece, policy)
        doubtful = {"confidence": area.confidence * policy.distribution_penalty}
        doubts = (*_of_code(problems, UNANSWERED), *last.problems)
        return _derived(area.model_copy(update=doubtful), problems, doubts)
    unanswered = _of_code(problems, UNANSWERED)
    return AreaDerivation(area=None, problems=(*problems, _no_area(poster)), doubts=unanswered)


def _findings(last_resort: LastResort, growing: Growing | None) -> Iterator[Finding]:
    """Look in the order of DOMAIN rule 8, no further than until ground is found."""
    areas = last_resort.poster.areas
    yield explicit_ground(areas)
    yield geocode_ground(areas, last_resort.places, last_resort.policy)
    yield _children_ground(last_resort, growing)


def _derived(
    area: AreaOfInterest, problems: Sequence[Problem], doubts: tuple[Problem, ...]
) -> AreaDerivation:
    said = (*map(as_warning, (p for p in problems if p not in doubts)), *doubts)
    return AreaDerivation(area=area, problems=said, doubts=doubts)


def _of_code(problems: Sequence[Problem], code: str) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problem for problem in problems if problem.code == code))


def _children_ground(last_resort: LastResort, growing: Growing | None) -> Finding:
    """Return the union over the children who are still missing, all of them if none is."""
    poster, places, policy = last_resort.poster, last_resort.places, last_resort.policy
    pieces: list[Piece] = []
    problems: list[Problem] = []
    unplaced: list[Problem] = []
    for i, child in enumerate(poster.children):
        if child.date_found and not poster.all_found:
            continue
        where = f"/children/{i}"
        whereabouts, unread = read_whereabouts(child.missing_from, where, places)
        finding = child_ground(whereabouts, places, policy)
        finding = last_resort.after(finding, child.missing_from, whereabouts)
        if growing is not None:
            finding = grown(finding, poster, child, where, growing, policy.growth)
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

"""Do the states in which a poster is distributed agree with the area? A second opinion, no more.

NCMEC's `distributionLocations` say where a poster is handed out: as a rule where the child is
missing from, at times where somebody believes that the child was taken. So they never move an area
that was derived; they make it surer or doubtful. Decided in docs/adr/0020.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.area.piece import Finding, Piece, outline_of, united
from alerts.area.policy import AreaPolicy
from alerts.area.provinces import province_code
from alerts.area.us_states import state_code
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.places import PlaceBook, PlaceRecord
from alerts.poster import Poster
from alerts.problem import Problem, warning

ELSEWHERE = "distribution_elsewhere"
FROM_DISTRIBUTION = "area_from_distribution"

_WHERE = "/distributionLocations"
_NAMED_AT_MOST = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Distribution:
    """The states in which a poster is distributed, as far as they are known."""

    states: tuple[PlaceRecord, ...]
    is_whole: bool  # every one that the poster names is among them
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """An area after the second opinion, and why the desk should look."""

    area: AreaOfInterest
    doubts: tuple[Problem, ...] = ()


def read_distribution(poster: Poster, places: PlaceBook) -> Distribution:
    """Look the states up; a word that names none is told as a warning."""
    if not poster.distribution_states:
        return Distribution(states=(), is_whole=True)
    found: dict[str, PlaceRecord] = {}
    problems: tuple[Problem, ...] = ()
    is_whole = True
    for words in dict.fromkeys(poster.distribution_states):
        code = state_code(words)
        record = places.by_code("state", code) if code else None
        if record is not None and record.shape is not None:
            found[record.code] = record
            continue
        is_whole = False
        if code is None and province_code(words) is None:
            message = "A state in which the poster is distributed isn't one we know; check it."
            problems = (warning("unknown_state", _WHERE, message),)
    return Distribution(states=tuple(found.values()), is_whole=is_whole, problems=problems)


def second_opinion(area: AreaOfInterest, distribution: Distribution, policy: AreaPolicy) -> Opinion:
    """Return the area, surer where it touches one of the states, doubtful where it touches none.

    Many states at once say nothing for it: a poster that is distributed everywhere would agree
    with any area.
    """
    states = distribution.states
    if not states:
        return Opinion(area=area)
    if any(state.shape is not None and state.shape.intersects(area.shape) for state in states):
        return Opinion(area=_surer(area, policy) if _says_much(states, policy) else area)
    if not distribution.is_whole:
        return Opinion(area=area)
    names = _names(states)
    doubtful = area.model_copy(
        update={
            "confidence": area.confidence * policy.elsewhere_penalty,
            "source": f"{area.source}; but the poster is distributed in {names}",
        }
    )
    message = (
        f"The area lies in none of the states in which the poster is distributed ({names}): "
        "look whether the place is right, or whether the child may be there."
    )
    return Opinion(area=doubtful, doubts=(warning(ELSEWHERE, _WHERE, message),))


def distribution_ground(distribution: Distribution, policy: AreaPolicy) -> Finding:
    """Return the states as the ground of a poster that names no other, unless they are many."""
    states = distribution.states
    if not states or not _says_much(states, policy):
        return Finding()
    names = _names(states)
    piece = Piece(
        shape=united(outline_of(state, policy.city_large_radius_m) for state in states),
        provenance=Provenance.STATE,
        source=f"where the poster is distributed, simplified outlines ({names})",
        places=tuple(f"state:{state.code}" for state in states),
        is_partial=not distribution.is_whole,
    )
    message = (
        "The poster doesn't say where a child is missing from. The area is the states in which it "
        f"is distributed ({names}): the desk must look at it first."
    )
    return Finding(piece=piece, problems=(warning(FROM_DISTRIBUTION, _WHERE, message),))


def _surer(area: AreaOfInterest, policy: AreaPolicy) -> AreaOfInterest:
    if area.confidence >= policy.agreed_at_most:
        return area
    confidence = min(area.confidence + policy.agreed_bonus, policy.agreed_at_most)
    source = f"{area.source}; the poster is distributed there"
    return area.model_copy(update={"confidence": confidence, "source": source})


def _says_much(states: Sequence[PlaceRecord], policy: AreaPolicy) -> bool:
    return len(states) <= policy.most_distribution_states


def _names(states: Sequence[PlaceRecord]) -> str:
    """Write "Michigan", "Michigan and Ohio", "Ohio, Michigan and 3 more"."""
    names = [state.name for state in states]
    if len(names) > _NAMED_AT_MOST:
        names = [*names[:_NAMED_AT_MOST], f"{len(states) - _NAMED_AT_MOST} more"]
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last

"""A feed names a case as another one does: does it mean the same children?

Two feeds may both relay one organization's posters; or one may use a number by mistake.
"""

from alerts.intake.case.arrival import Arrival
from alerts.intake.likeness.compare import compare
from alerts.intake.likeness.identity import ChildIdentity, identity_of
from alerts.store.cases import CaseRecord, latest_poster, open_poster

_OTHERS = frozenset({"name_differs", "surname_differs"})


def shares_a_child(arrival: Arrival, case: CaseRecord) -> bool:
    """Say whether a document has a child of a case, as far as both name their children."""
    theirs, ours = arrival.identity.children, told_children(arrival, case)
    if not theirs or not ours:
        return True
    return any(is_named_alike(child, other) for child in ours for other in theirs)


def names_a_child(arrival: Arrival, case: CaseRecord) -> bool:
    """Say whether a document names, first and last, a child that a case names so, too."""
    ours = told_children(arrival, case)
    return any(
        bool(child.given and child.family and other.given and other.family)
        and is_named_alike(child, other)
        for child in arrival.identity.children
        for other in ours
    )


def told_children(arrival: Arrival, case: CaseRecord) -> tuple[ChildIdentity, ...]:
    """Return the children still missing, as the feed names them that leads the case."""
    record = latest_poster(arrival.session, case.id)
    told = open_poster(arrival.vault, case.key_id, record) if record else None
    return identity_of(told, arrival.now).children if told else ()


def is_named_alike(a: ChildIdentity, b: ChildIdentity) -> bool:
    """Say whether two names may be one child's, all else being known."""
    return not compare(a, b).codes & _OTHERS

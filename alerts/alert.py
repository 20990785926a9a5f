"""What an alert is and how it may change: tiers, statuses, wave kinds, transitions as data."""

from enum import StrEnum

from alerts.errors import IllegalTransition


class Tier(StrEnum):
    """How urgent a case is (DOMAIN rule 4). Only AMBER may say "abducted"."""

    AMBER = "amber"
    ENDANGERED = "endangered"
    MISSING = "missing"
    LONG_TERM = "long_term"  # in-app list only, never pushed


def is_lower(tier: Tier, other: Tier) -> bool:
    """Say whether a tier is less urgent than another."""
    order = list(Tier)
    return order.index(tier) > order.index(other)


# Why a revision is held that nobody may ever push: it looks for a name, and not for a child.
UNIDENTIFIED = "unidentified"


class Status(StrEnum):
    """Where an alert stands."""

    HELD = "held"  # waits for the desk; nobody has been told
    ACTIVE = "active"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why an alert ended. People are never told how a child was found."""

    FOUND = "found"
    CANCELLED = "cancelled"  # the source withdrew it (DELETE, CAP Cancel)
    RECALLED = "recalled"  # the desk took it back
    EXPIRED = "expired"
    SUPERSEDED = "superseded"  # the source goes on with another alert of the same child


class WaveKind(StrEnum):
    """What a wave tells."""

    ALERT = "alert"
    UPDATE = "update"
    CORRECTION = "correction"
    ALL_CLEAR = "all_clear"
    TAKEDOWN = "takedown"
    EXERCISE = "exercise"


class RevisionState(StrEnum):
    """Where one revision of an alert stands."""

    HELD = "held"
    LIVE = "live"
    SUPERSEDED = "superseded"
    SPARE = "spare"  # another feed's: told if the one that leads withdraws


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.HELD: frozenset({Status.ACTIVE, Status.ENDED}),
    Status.ACTIVE: frozenset({Status.ENDED}),
    Status.ENDED: frozenset(),
}


def check_transition(old: Status, new: Status) -> None:
    """Raise IllegalTransition unless an alert may go from `old` to `new`."""
    if new not in TRANSITIONS[old]:
        raise IllegalTransition(f"an alert that is {old} can't become {new}")

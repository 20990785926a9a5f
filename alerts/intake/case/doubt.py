"""It may be the same child as another case's: what goes out until the desk has said so?

A second push of an amber is the smaller harm than minutes lost; anything else waits. ADR 0021.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from shapely.geometry import MultiPolygon, Polygon
from shapely.ops import nearest_points
from sqlalchemy.orm import Session

from alerts.alert import Status, Tier
from alerts.intake.case.arrival import Arrival
from alerts.intake.judge.consider import Proposal
from alerts.intake.likeness.book import Match, in_order
from alerts.intake.likeness.decide import Decision, Surety
from alerts.intake.likeness.policy import LikenessPolicy
from alerts.problem import Problem, warning
from alerts.store.alerts import Alert, alert_of_case, newest_revision
from alerts.store.cases import CaseRecord
from alerts.store.notices import notify_desk
from alerts.store.voices import PERHAPS, CaseLink, Likeness, linked_cases, links_of
from geo.coordinates import LonLat
from geo.measure import distance_m

MOST_LINKS = 3  # of one poster: the surest ones; the desk finds the others through these
_HINTS = frozenset({"name_in_text", "same_text", "photo"})

Ground = Polygon | MultiPolygon


def matches_of(arrival: Arrival, but: Collection[int] = ()) -> list[Match]:
    """Return the open cases that a document is surely or perhaps of, the surest first.

    A name in a text and a picture are hints: they count only near in place and time.
    """
    session, vault, known = arrival.session, arrival.vault, arrival.known
    found = known.matches(session, vault, arrival.identity, but)
    seen = {match.case_id for match in found} | set(but)
    for case_id in known.photos.cases_showing(session, vault, arrival.hashes, seen):
        hint = Decision(surety=Surety.DOUBTFUL, probability=0.5, reasons=("photo",))
        found.append(Match(case_id=case_id, decision=hint))
    return [match for match in in_order(found) if _is_plausible(arrival, match)]


def one_case(session: Session, certain: Sequence[Match]) -> Match | None:
    """Return the case that a document is of, if all of its certain matches are one child's.

    Two cases that nobody has said are one are two, and the desk must say which.
    """
    if not certain:
        return None
    first = min(certain, key=lambda match: match.case_id)
    others = {match.case_id for match in certain} - {first.case_id}
    return first if others <= linked_cases(session, first.case_id, Likeness.SAME) else None


def held_for(session: Session, proposal: Proposal, matches: Sequence[Match]) -> Proposal:
    """Hold what may be of a child who is told of already, unless it is an amber that may go out."""
    alerts = [alert_of_case(session, match.case_id) for match in matches[:MOST_LINKS]]
    known = [alert for alert in alerts if alert is not None]
    if not known or (proposal.tier is Tier.AMBER and not proposal.hold):
        return proposal
    return replace(proposal, hold=(*proposal.hold, _perhaps(known)))


def held_by_doubt(session: Session, case: CaseRecord, proposal: Proposal) -> Proposal:
    """Hold what changes a case of which the desk has not said yet whether it is another's.

    Only while nobody was told of it: what people see is kept up to date.
    """
    alert = alert_of_case(session, case.id)
    if alert is None or alert.status is not Status.HELD:
        return proposal
    others = linked_cases(session, case.id, Likeness.DOUBTFUL)
    hint = Decision(surety=Surety.DOUBTFUL)
    going_on = [other for other in sorted(others) if not _has_ended(session, other)]
    return held_for(session, proposal, [Match(case_id=n, decision=hint) for n in going_on])


def note_links(arrival: Arrival, case: CaseRecord, matches: Sequence[Match]) -> None:
    """Write down which cases may be of the same child, and tell the desk."""
    surest, session = matches[:MOST_LINKS], arrival.session
    if not surest:
        return
    session.flush()
    for match in surest:
        older, newer = sorted((match.case_id, case.id))
        session.add(
            CaseLink(
                case_id=newer,
                other_case_id=older,
                likeness=Likeness.DOUBTFUL,
                probability=match.decision.probability,
                reasons=list(match.decision.reasons),
                made_at=arrival.now,
            )
        )
    alert = alert_of_case(session, case.id)
    if alert is not None:
        others = _names([a for m in surest if (a := alert_of_case(session, m.case_id))])
        message = f"It may be of the same child as {others}: porchlight case links --open."
        notify_desk(session, PERHAPS, message, arrival.now, alert_id=alert.id)


def look_again(arrival: Arrival, case: CaseRecord) -> None:
    """Look whether a case is of the same child as another, now that its source says more."""
    linked = {n for link in links_of(arrival.session, case.id) for n in _both(link)}
    note_links(arrival, case, matches_of(arrival, but=linked | {case.id}))


def _both(link: CaseLink) -> tuple[int, int]:
    return link.case_id, link.other_case_id


def _perhaps(alerts: Sequence[Alert]) -> Problem:
    message = (
        f"It may be of the same child as {_names(alerts)}: the desk must say so "
        "(porchlight case links) before anybody is told."
    )
    return warning(PERHAPS, "/children", message)


def _names(alerts: Sequence[Alert]) -> str:
    return ", ".join(f"alert {alert.public_id}" for alert in alerts[:MOST_LINKS])


def _has_ended(session: Session, case_id: int) -> bool:
    return session.get_one(CaseRecord, case_id).ended_at is not None


def _is_plausible(arrival: Arrival, match: Match) -> bool:
    if not _HINTS & set(match.decision.reasons):
        return True
    alert = alert_of_case(arrival.session, match.case_id)
    if alert is None:
        return False
    policy = arrival.known.policy
    area = newest_revision(arrival.session, alert.id).area
    here = arrival.proposal.area
    if not _is_recent(alert.received_at, arrival.now, policy):
        return False
    return here is None or area is None or _is_near(here.shape, area.shape, policy)


def _is_recent(before: datetime, now: datetime, policy: LikenessPolicy) -> bool:
    return abs(now - before) <= policy.hint_within


def _is_near(a: Ground, b: Ground, policy: LikenessPolicy) -> bool:
    """Say whether two grounds touch or lie near; what is nearest in degrees is near enough."""
    if a.intersects(b):
        return True
    here, there = nearest_points(a, b)
    apart_m = distance_m(LonLat(here.x, here.y), LonLat(there.x, there.y))
    return apart_m <= policy.hint_within_m

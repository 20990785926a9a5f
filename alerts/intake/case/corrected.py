"""The desk has corrected what a source said: what may the source still change by itself?

Everything but the correction. What would raise the tier again, or tell beyond the ground that the
desk drew, waits for two people (DOMAIN rule 6); the rest of what the source says goes out at once.
"""

from dataclasses import replace

from sqlalchemy.orm import Session

from alerts.alert import Status, is_lower
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.intake.judge.consider import Proposal
from alerts.problem import Problem, warning
from alerts.store.alerts import Alert, AlertRevision, revision

CORRECTED = "corrected_by_desk"


def held_by_correction(session: Session, alert: Alert, proposal: Proposal) -> Proposal:
    """Hold what would undo what the desk corrected."""
    live = _corrected(session, alert)
    if live is None or not (_raises(live, proposal) or _widens(live, proposal)):
        return proposal
    return replace(proposal, hold=(*proposal.hold, _why()))


def within_the_correction(session: Session, alert: Alert, proposal: Proposal) -> Proposal:
    """Let what is held for the desk's correction alone go out as far as that allows."""
    if [problem.code for problem in proposal.hold] != [CORRECTED]:
        return proposal
    live = revision(session, alert.id, alert.live_revision)
    kept = live.area.value() if live.area else None
    return replace(
        proposal,
        hold=(),
        tier=live.tier if _raises(live, proposal) else proposal.tier,
        area=kept if _widens(live, proposal) else proposal.area,
        expires_at=min(alert.expires_at, proposal.expires_at),
    )


def keep_correction(session: Session, alert: Alert, said: AlertRevision) -> None:
    """Bring another feed's word, which takes over, within what the desk corrected."""
    live = _corrected(session, alert)
    if live is None:
        return
    said.by_desk = True
    if is_lower(live.tier, said.tier):
        said.tier = live.tier
    if _is_wider(live, said.area.value() if said.area else None):
        said.area = live.area


def _corrected(session: Session, alert: Alert) -> AlertRevision | None:
    if alert.status is not Status.ACTIVE or not alert.live_revision:
        return None
    live = revision(session, alert.id, alert.live_revision)
    return live if live.by_desk else None


def _raises(live: AlertRevision, proposal: Proposal) -> bool:
    return is_lower(live.tier, proposal.tier)


def _widens(live: AlertRevision, proposal: Proposal) -> bool:
    return _is_wider(live, proposal.area)


def _is_wider(live: AlertRevision, area: AreaOfInterest | None) -> bool:
    """Say whether it goes beyond ground of the desk's own; its tier alone may be corrected."""
    if live.area is None or area is None or live.area.provenance is not Provenance.DESK:
        return False
    return not live.area.shape.covers(area.shape)


def _why() -> Problem:
    message = (
        "The desk corrected this alert, and its source would raise or widen it again: two people "
        "must approve that."
    )
    return warning(CORRECTED, "", message)

"""Says what a document would become: outcome, tier, area, whom to call, how many it would reach."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import select

from alerts.area_of_interest import AreaOfInterest, confidence_words
from alerts.audience.reach import question, reach_of
from alerts.intake.judge.consider import Proposal
from alerts.intake.receive import WouldBe
from alerts.store.alerts import Alert
from geo.geojson import to_geometry
from service.api.figures import AreaReach, figures_shown
from service.api.partner.answers import DryRun, WouldBecome
from service.auth import this_feed
from service.http import reply, runtime


def answer(would_be: WouldBe) -> Response:
    """Answer a dry run; also a document that would be refused is answered with 200."""
    said = _said(would_be)
    items = [WouldBecome.model_validate(_said(one)) for one in would_be.items]
    return reply(DryRun.model_validate({**said, "items": items}))


def _said(would_be: WouldBe) -> dict[str, Any]:
    said = {
        "outcome_would_be": would_be.outcome,
        "ends_alert": would_be.ends,
        "problems": list(would_be.problems),
    }
    if would_be.proposal is None:
        return said
    return said | _of_proposal(would_be.proposal, would_be)


def _of_proposal(proposal: Proposal, would_be: WouldBe) -> dict[str, Any]:
    told: dict[str, Any] = {
        "tier": proposal.tier,
        "expires_at": proposal.expires_at,
        "authorities": proposal.authorities,
    }
    area = proposal.area
    if area is None:
        return told
    return told | {
        "area": to_geometry(area.shape),
        "area_provenance": area.provenance,
        "area_confidence": area.confidence,
        "area_confidence_words": confidence_words(area.confidence),
        "area_source": area.source,
        "area_km2": area.area_km2,
        "reach": None if would_be.ends else _reach(proposal, area, would_be.alert_id),
    }


def _reach(proposal: Proposal, area: AreaOfInterest, alert_id: UUID | None) -> AreaReach:
    """Count whom the area reaches; of a case that is known, also who knows of it already."""
    r, exercise = runtime(), proposal.poster.exercise
    with r.store.read() as session:
        alert = session.scalar(select(Alert).where(Alert.public_id == alert_id))
        asked = question(session, r.clock(), alert=alert, tier=proposal.tier, testers_only=exercise)
        found = reach_of(session, r.index, area.shape, asked)
    return figures_shown(found, f"feed/{this_feed().id}", knows_told=alert is not None)

"""Says what a document would become: outcome, tier, area, whom to call, how many it would reach."""

from flask import Response

from alerts.audience.reach import hide_small, reach_of
from alerts.intake.consider import Proposal
from alerts.intake.receive import WouldBe
from geo.geojson import to_geometry
from service.api.partner.answers import AreaReach, DryRun
from service.http import reply, runtime


def answer(would_be: WouldBe) -> Response:
    """Answer a dry run; also a document that would be refused is answered with 200."""
    said = DryRun(
        outcome_would_be=would_be.outcome,
        ends_alert=would_be.ends,
        problems=list(would_be.problems),
    )
    if would_be.proposal is None:
        return reply(said)
    return reply(_with_proposal(said, would_be.proposal, ends=would_be.ends))


def _with_proposal(said: DryRun, proposal: Proposal, *, ends: bool) -> DryRun:
    area = proposal.area
    told = {
        "tier": proposal.tier,
        "expires_at": proposal.expires_at,
        "authorities": proposal.authorities,
    }
    if area is not None:
        told |= {
            "area": to_geometry(area.shape),
            "area_provenance": area.provenance,
            "area_confidence": area.confidence,
            "area_source": area.source,
            "area_km2": area.area_km2,
            "reach": None if ends else _reach(proposal),
        }
    return said.model_copy(update=told)


def _reach(proposal: Proposal) -> AreaReach | None:
    if proposal.area is None:
        return None
    r, testers_only = runtime(), proposal.poster.exercise
    with r.store.read() as session:
        reach = reach_of(session, r.index, proposal.area.shape, testers_only=testers_only)
    return AreaReach(
        neighborhoods=hide_small(reach.neighborhoods),
        subscribers=hide_small(reach.subscribers),
        devices=hide_small(reach.devices),
    )

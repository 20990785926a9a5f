"""Says what a document would become: outcome, tier, area, whom to call, how many it would reach."""

from typing import Any

from flask import Response

from alerts.audience.reach import hide_small, reach_of
from alerts.intake.judge.consider import Proposal
from alerts.intake.receive import WouldBe
from geo.geojson import to_geometry
from service.api.partner.answers import AreaReach, DryRun, WouldBecome
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
    return said | _of_proposal(would_be.proposal, ends=would_be.ends)


def _of_proposal(proposal: Proposal, *, ends: bool) -> dict[str, Any]:
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
        "area_source": area.source,
        "area_km2": area.area_km2,
        "reach": None if ends else _reach(proposal),
    }


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

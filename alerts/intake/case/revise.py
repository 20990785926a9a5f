"""Turns a proposal into an alert or into its next revision."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from alerts.alert import RevisionState, Status, is_lower
from alerts.area_of_interest import Provenance
from alerts.intake.case.changes import material_change, visible_change
from alerts.intake.case.siblings import without_the_found
from alerts.intake.judge.consider import Proposal
from alerts.lifecycle import go_live
from alerts.store.alerts import (
    Alert,
    AlertRevision,
    area_digest,
    area_record,
    newest_revision,
    next_number,
)
from alerts.store.alerts import revision as revision_of
from alerts.store.cases import CaseRecord, PosterRecord, open_poster
from alerts.store.feeds import Feed
from alerts.store.submissions import as_json
from alerts.store.vault import Vault

# Circles around a place: what may differ in growth alone.
_ROUND = (Provenance.ZIP, Provenance.CITY, Provenance.COUNTY, Provenance.GEOCODER)


def open_alert(
    session: Session,
    feed: Feed,
    case: CaseRecord,
    poster: PosterRecord,
    proposal: Proposal,
    now: datetime,
) -> Alert:
    """Make the alert of a new case, live or held."""
    alert = Alert(
        public_id=uuid7(),
        case=case,
        feed_id=feed.id,
        status=Status.HELD,
        tier=proposal.tier,
        exercise=proposal.poster.exercise,
        country=proposal.country,
        time_zone=proposal.time_zone,
        live_revision=0,
        received_at=now,
        expires_at=proposal.expires_at,
    )
    session.add(alert)
    revision = _revision(1, poster, proposal, now)
    alert.revisions.append(revision)
    _live_or_held(session, feed, alert, revision, proposal, now)
    return alert


def add_revision(
    session: Session,
    vault: Vault,
    feed: Feed,
    case: CaseRecord,
    alert: Alert,
    poster: PosterRecord,
    proposal: Proposal,
    now: datetime,
) -> AlertRevision:
    """Make the next revision: live at once, or held beside the one that people see."""
    newest = newest_revision(session, alert.id)
    told = _live_or_newest(session, alert, newest)
    stays = _stays(alert, told, proposal)
    revision = _revision(next_number(session, alert.id), poster, proposal, now)
    _compare(session, vault, case, told, proposal, revision, area_stays=stays)
    # what two people approve takes the desk's own correction back
    revision.by_desk = told.by_desk and not proposal.hold
    if stays:
        revision.area = told.area
    alert.revisions.append(revision)
    if not proposal.hold and alert.status is Status.ACTIVE and not _rises(told, proposal):
        # what a source says anew doesn't prolong an alert: that is a decision (rule 13)
        revision.expires_at = min(alert.expires_at, revision.expires_at)
    _live_or_held(session, feed, alert, revision, proposal, now)
    return revision


def add_spare(
    session: Session, alert: Alert, poster: PosterRecord, proposal: Proposal, now: datetime
) -> AlertRevision:
    """Keep what a feed's word would become that doesn't lead, in the place of its earlier one."""
    earlier = (
        select(AlertRevision)
        .join(PosterRecord, PosterRecord.id == AlertRevision.poster_id)
        .where(AlertRevision.alert_id == alert.id, AlertRevision.state == RevisionState.SPARE)
        .where(PosterRecord.voice_id == poster.voice_id)
    )
    for revision in session.scalars(earlier):
        revision.state = RevisionState.SUPERSEDED
    spare = _revision(next_number(session, alert.id), poster, proposal, now)
    spare.alert_id, spare.state = alert.id, RevisionState.SPARE
    if alert.live_revision:
        told = revision_of(session, alert.id, alert.live_revision)
        if _stays(alert, told, proposal):  # it is told on the same ground if it ever is
            spare.area = told.area
    session.add(spare)  # not to alert.revisions, which would read those of all other feeds
    return spare


def _live_or_newest(session: Session, alert: Alert, newest: AlertRevision) -> AlertRevision:
    """Return what people were told, or, if nobody was told yet, what is to be told."""
    if not alert.live_revision:
        return newest
    return revision_of(session, alert.id, alert.live_revision)


def _stays(alert: Alert, told: AlertRevision, proposal: Proposal) -> bool:
    """Say whether people are told on the same ground, though it would be derived anew.

    A circle around the same place differs by growth only: by what is known of the time and of how
    the child went. That widens no alert that is live; the desk may (rule 6, docs/adr/0029). A
    higher tier has ground of its own.
    """
    if not alert.live_revision or told.area is None or proposal.area is None:
        return False
    if _rises(told, proposal) or told.area.provenance not in _ROUND:
        return False
    new = proposal.area
    is_same_place = bool(new.places) and list(new.places) == told.area.places
    return is_same_place and new.provenance is told.area.provenance


def _compare(
    session: Session,
    vault: Vault,
    case: CaseRecord,
    told: AlertRevision,
    proposal: Proposal,
    revision: AlertRevision,
    *,
    area_stays: bool,
) -> None:
    """Mark whether those who were told must hear of a revision, or see it, or neither."""
    before = open_poster(vault, case.key_id, session.get_one(PosterRecord, told.poster_id))
    digest = told.area.digest if told.area else ""
    area_changed = not area_stays and area_digest(proposal.area) != digest
    if before is None or area_changed or told.tier is not proposal.tier:
        return
    shown = without_the_found(proposal.poster)
    revision.material = material_change(before, shown)
    revision.visible = revision.material or visible_change(before, shown)


def _rises(told: AlertRevision, proposal: Proposal) -> bool:
    return is_lower(told.tier, proposal.tier)


def _revision(
    number: int,
    poster: PosterRecord,
    proposal: Proposal,
    now: datetime,
) -> AlertRevision:
    revision = AlertRevision(
        number=number,
        poster=poster,
        state=RevisionState.HELD,
        tier=proposal.tier,
        country=proposal.country,
        time_zone=proposal.time_zone,
        held_reasons=as_json(proposal.hold),
        material=True,
        expires_at=proposal.expires_at,
        made_at=now,
    )
    if proposal.area is not None:
        revision.area = area_record(proposal.area, now)
    return revision


def _live_or_held(
    session: Session,
    feed: Feed,
    alert: Alert,
    revision: AlertRevision,
    proposal: Proposal,
    now: datetime,
) -> None:
    if alert.status is Status.HELD:  # nobody was told: it stands as the source says now
        alert.tier, alert.expires_at = revision.tier, revision.expires_at
        alert.country, alert.time_zone = revision.country, revision.time_zone
    if not proposal.hold:
        go_live(session, alert, revision, now, actor=f"feed:{feed.slug}")

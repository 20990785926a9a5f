"""Alerts that are held without ground because the geocoder gave no answer: is there one now?

The first time a geocoder is given seconds, since alerts wait. Here it has time: the poster is
considered anew, and if that gives ground, the alert gets a revision with it, as if the source had
said it just now. What else it was held for still holds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from alerts.alert import RevisionState, Status
from alerts.area.geocoder.ground import UNANSWERED
from alerts.area.second_opinion import FROM_DISTRIBUTION
from alerts.intake.case.cases import case_in_its_turn
from alerts.intake.case.revise import add_revision
from alerts.intake.judge.consider import Considering, Proposal
from alerts.intake.judge.hourly_limit import within_the_hour
from alerts.intake.judge.limits import terms_of
from alerts.poster import Poster
from alerts.problem import Problem
from alerts.store.alerts import Alert, AlertRevision, newest_revision
from alerts.store.cases import CaseRecord, PosterRecord, open_poster
from alerts.store.engine import Store
from alerts.store.feeds import Feed
from alerts.store.vault import Vault

# Reasons to hold that are no more, once there is ground: it may be in a country with a hotline.
_FOR_WANT_OF_GROUND = frozenset({UNANSWERED, FROM_DISTRIBUTION, "no_area", "no_authority"})


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A revision that waits for the geocoder."""

    revision_id: int
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What is needed to consider a revision's poster anew."""

    poster: Poster
    feed: Feed
    received_at: datetime


def waiting_for_geocoder(session: Session, now: datetime) -> Sequence[Waiting]:
    """Return held revisions of alerts that are no older than they may be, oldest first."""
    statement = (
        select(AlertRevision.id, AlertRevision.made_at)
        .join(Alert, Alert.id == AlertRevision.alert_id)
        .where(Alert.status.in_((Status.HELD, Status.ACTIVE)), AlertRevision.expires_at > now)
        .where(AlertRevision.state == RevisionState.HELD)
        .where(cast(AlertRevision.held_reasons, String).contains(UNANSWERED))
        .order_by(AlertRevision.id)
    )
    rows = session.execute(statement)
    return [Waiting(revision_id=row.id, made_at=row.made_at) for row in rows]


def geocode_again(
    store: Store, vault: Vault, considering: Considering, revision_id: int, now: datetime
) -> bool:
    """Consider a revision's poster anew; return whether its alert has another ground now.

    Asks the geocoder first, and opens its transaction afterwards.
    """
    read = _read(store, vault, revision_id)
    if read is None:
        return False
    terms = terms_of(read.feed)
    proposal = considering.propose(read.poster, terms, now, lambda: read.received_at)
    if proposal.area is None or any(reason.code == UNANSWERED for reason in proposal.hold):
        return False
    with store.begin() as session:
        return _write(session, vault, revision_id, proposal, now)


def _read(store: Store, vault: Vault, revision_id: int) -> _Read | None:
    """Open the poster; None if it was taken back meanwhile."""
    with store.read() as session:
        revision = session.get_one(AlertRevision, revision_id)
        alert = session.get_one(Alert, revision.alert_id)
        case = session.get_one(CaseRecord, alert.case_id)
        if case.ended_at is not None:
            return None
        poster = open_poster(vault, case.key_id, session.get_one(PosterRecord, revision.poster_id))
        feed = session.get_one(Feed, case.feed_id)
    return _Read(poster=poster, feed=feed, received_at=alert.received_at) if poster else None


def _write(
    session: Session, vault: Vault, revision_id: int, proposal: Proposal, now: datetime
) -> bool:
    """Make the next revision, unless something else was made of the alert while we asked."""
    revision = session.get_one(AlertRevision, revision_id)
    case = case_in_its_turn(session, session.get_one(Alert, revision.alert_id).case_id)
    alert = session.get_one(Alert, revision.alert_id)
    is_newest = newest_revision(session, alert.id).id == revision_id
    if case.ended_at is not None or not is_newest or revision.state is not RevisionState.HELD:
        return False
    feed = session.get_one(Feed, case.feed_id)
    told = replace(
        proposal,
        tier=revision.tier,  # the desk may have decided on it
        expires_at=min(proposal.expires_at, revision.expires_at),
        hold=_still_held(revision, proposal),
    )
    if alert.status is Status.HELD:
        told = within_the_hour(session, feed, told, now)
    record = session.get_one(PosterRecord, revision.poster_id)
    add_revision(session, vault, feed, case, alert, record, told, now)
    revision.state = RevisionState.SUPERSEDED
    return True


def _still_held(revision: AlertRevision, proposal: Proposal) -> tuple[Problem, ...]:
    """Return why it waits for the desk: what is so now, and what was so for another reason."""
    said = {reason.code for reason in proposal.hold}
    before = (Problem.model_validate(reason) for reason in revision.held_reasons)
    kept = (r for r in before if r.code not in said | _FOR_WANT_OF_GROUND)
    return (*proposal.hold, *kept)

"""Plans the waves of an alert: the first telling, updates, and those who come late.

Each plan is one transaction and may be run again: people already told or due are left out, so a
crash between two plans tells nobody twice and leaves nobody out.
"""

from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from alerts.alert import UNIDENTIFIED, RevisionState, Status, Tier, WaveKind, is_lower
from alerts.audience.index import AudienceIndex, Ids
from alerts.audience.lower_tier import hold_again
from alerts.audience.make_wave import WavePolicy, first_wave
from alerts.audience.raise_to_amber import release_held
from alerts.audience.tell_again import tell_revision, tier_told_before
from alerts.audience.told import FIRST_TELLING
from alerts.audience.wholly_sent import note_if_begun_only, note_if_nobody
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.alerts import revision as revision_of
from alerts.store.batches import unpark
from alerts.store.subscribers import changes_since, newest_change

CHANGES_AT_ONCE = 50_000


def plan_revision(
    session: Session,
    index: AudienceIndex,
    revision: AlertRevision,
    now: datetime,
    policy: WavePolicy,
) -> int:
    """Make the waves of a live revision; return how many devices there is something to send to.

    Those told of an earlier revision get an update, loud if this one is material (rule 9), or a
    correction (rule 16); everybody else whom the area touches gets the alert. What waits of earlier
    revisions goes out with the text of this one: also what was parked, and, if it is amber now,
    what quiet hours or the weekly cap held back; if it isn't any more, they hold it back again.
    """
    alert = session.get_one(Alert, revision.alert_id, with_for_update=True)
    session.refresh(revision)  # another worker may have planned it while we waited for the alert
    if revision.planned_at is not None or not may_tell(alert, revision, now):
        return 0
    seq = index.refresh(session)
    freed = _free_waiting(session, alert, revision, now, policy)
    again = _tell_again(session, index, alert, revision, now, policy, seq)
    told = _tell_first(session, index, alert, revision, now, policy, seq)
    revision.planned_at, alert.planned_seq = now, seq
    if revision.number > 1:
        note_if_begun_only(session, alert, revision, now)
    if is_pushed(revision):
        note_if_nobody(session, alert, revision, now)
    return freed + again + told


def _free_waiting(
    session: Session, alert: Alert, revision: AlertRevision, now: datetime, policy: WavePolicy
) -> int:
    """Let what waits of earlier revisions go out as this one's tier does; return the devices."""
    if revision.number == 1:
        return 0
    freed = unpark(session, alert.id, now) if is_pushed(revision) else 0
    if revision.tier is Tier.AMBER:
        freed += release_held(session, alert, now)
    elif is_lower(revision.tier, tier_told_before(session, revision)):
        hold_again(session, alert, now, policy)
    return freed


def catch_up(
    session: Session,
    index: AudienceIndex,
    alert: Alert,
    revision: AlertRevision,
    now: datetime,
    policy: WavePolicy,
) -> int:
    """Tell those who drew or moved a neighborhood into an active alert's area (rule 12)."""
    if revision.planned_at is None or not may_tell(alert, revision, now):
        return 0
    if not is_pushed(revision):
        alert.planned_seq = newest_change(session)
        return 0
    changed = changes_since(session, alert.planned_seq, CHANGES_AT_ONCE)
    if not changed:
        return 0
    index.refresh(session)
    people = np.unique(np.array([c.subscriber_id for c in changed], np.int64))
    told = _tell_first(session, index, alert, revision, now, policy, changed[-1].seq, people)
    alert.planned_seq = changed[-1].seq
    return told


def may_tell(alert: Alert, revision: AlertRevision, now: datetime) -> bool:
    """Say whether a revision is what may be told now."""
    return (
        alert.status is Status.ACTIVE
        and alert.expires_at > now
        and revision.state is RevisionState.LIVE
        and revision.number == alert.live_revision
    )


def is_pushed(revision: AlertRevision) -> bool:
    """Say whether a revision is pushed at all, and not only listed."""
    if any(reason.get("code") == UNIDENTIFIED for reason in revision.held_reasons):
        return False  # whatever its tier was raised to
    return revision.area is not None and revision.tier is not Tier.LONG_TERM


def is_only_listed(session: Session, alert: Alert, kind: WaveKind) -> bool:
    """Say whether a telling of that kind is of what isn't pushed (any more): a listed alert.

    A correction of it goes out all the same, to those who heard the mistake (DOMAIN rule 16).
    """
    if kind not in (*FIRST_TELLING, WaveKind.UPDATE):
        return False
    return not is_pushed(revision_of(session, alert.id, alert.live_revision))


def _tell_first(
    session: Session,
    index: AudienceIndex,
    alert: Alert,
    revision: AlertRevision,
    now: datetime,
    policy: WavePolicy,
    seq: int,
    only: Ids | None = None,
) -> int:
    if revision.area is None or not is_pushed(revision):
        return 0
    area = revision.area.shape
    wave = first_wave(session, index, alert, area, now, policy, change_seq=seq, only=only)
    return wave.devices if wave else 0


def _tell_again(
    session: Session,
    index: AudienceIndex,
    alert: Alert,
    revision: AlertRevision,
    now: datetime,
    policy: WavePolicy,
    seq: int,
) -> int:
    if revision.number == 1:
        return 0
    size = policy.batch_size
    wave = tell_revision(session, index, alert, revision, now, change_seq=seq, batch_size=size)
    return wave.devices if wave else 0

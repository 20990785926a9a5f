"""Who is told first, when there are many? One batch, committed before the others are even written.

To plan a wave for a million takes a second or more, and minutes count: the first batch of it is on
its way meanwhile. It is of the same wave. A crash between the two leaves a revision that isn't
planned yet: planning it leaves those out who are told or due, as ever.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.audience.ids import distinct
from alerts.audience.index import AudienceIndex
from alerts.audience.make_wave import WavePolicy, first_wave
from alerts.audience.plan import is_pushed, may_tell
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.waves import Wave

MANY = 20_000  # people; a wave of fewer is planned in a tenth of a second


def send_ahead(
    session: Session,
    index: AudienceIndex,
    revision: AlertRevision,
    now: datetime,
    policy: WavePolicy,
) -> int:
    """Begin the wave of a new alert that reaches many; return the devices of its first batch.

    0: it reaches few, it was told of before, or may not be pushed. `plan_revision` does the rest.
    """
    alert = session.get_one(Alert, revision.alert_id, with_for_update=True)
    session.refresh(revision)
    if not may_tell(alert, revision, now) or not is_pushed(revision) or revision.area is None:
        return 0
    if not _is_new(session, alert):
        return 0
    area, seq = revision.area.shape, index.refresh(session)
    people = distinct(index.reach(session, area).subscriber_ids)
    if len(people) < MANY:
        return 0
    first = people[: policy.batch_size]
    wave = first_wave(session, index, alert, area, now, policy, change_seq=seq, only=first)
    return wave.devices if wave else 0


def _is_new(session: Session, alert: Alert) -> bool:
    return session.scalar(select(Wave.id).where(Wave.alert_id == alert.id).limit(1)) is None

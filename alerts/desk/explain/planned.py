"""Was this person looked at yet? When waves are made, and when a neighborhood changes (rule 12)."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.alert import RevisionState
from alerts.desk.explain.steps import Asked, Step, moment
from alerts.store.subscribers import NeighborhoodChange

PLANNED = "planned"


def planned(session: Session, asked: Asked, *, was_made: bool, is_free: bool) -> Step:
    """Say whether the alert was looked at for this person.

    Parameters
    ----------
    was_made: there is a push of it to them.
    is_free: no condition stands in the way of one now.
    """
    revision = asked.revision
    if revision is None or revision.state is not RevisionState.LIVE:
        return Step(name=PLANNED, ok=True, detail="No waves are made while the alert is held.")
    if revision.planned_at is None:
        detail = f"The waves of revision {revision.number} aren't made yet."
        return Step(name=PLANNED, ok=True, detail=detail)
    newest, looked_at = _newest_change(session, asked), asked.alert.planned_seq
    if newest > looked_at and asked.over_at is None:
        detail = (
            f"A neighborhood or device of theirs changed (change {newest}) after the last look "
            f"(change {looked_at}): they come late and are looked at next."
        )
        return Step(name=PLANNED, ok=True, detail=detail)
    at = moment(revision.planned_at)
    if was_made or not is_free:
        detail = f"The waves of revision {revision.number} were made on {at}."
        return Step(name=PLANNED, ok=True, detail=detail)
    detail = (
        f"When the waves of revision {revision.number} were made on {at}, something stood in the "
        "way that doesn't now; they are looked at again when a neighborhood or device of theirs "
        "changes."
    )
    return Step(name=PLANNED, ok=False, detail=detail)


def _newest_change(session: Session, asked: Asked) -> int:
    newest = select(func.max(NeighborhoodChange.seq)).where(
        NeighborhoodChange.subscriber_id == asked.person.id
    )
    return session.scalar(newest) or 0

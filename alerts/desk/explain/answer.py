"""Puts the conditions together, and answers in one sentence that none of them contradicts."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.audience.told import tellings_of
from alerts.audience.told_by import told_by
from alerts.desk.explain import conditions, ground, person
from alerts.desk.explain.planned import planned
from alerts.desk.explain.pushes import (
    Push,
    decisive,
    push_step,
    pushes_of,
    receipt_steps,
    waits,
)
from alerts.desk.explain.steps import Asked, Explanation, Step
from alerts.errors import NotFound
from alerts.store.alerts import Alert, AlertRevision, newest_revision, revision
from alerts.store.subscribers import Subscriber


def explain(
    session: Session,
    alert: Alert,
    someone: Subscriber,
    now: datetime,
    *,
    weekly_cap: int,
    channels: Collection[str],
) -> Explanation:
    """Say step by step why a person was told, will be, or won't be.

    Parameters
    ----------
    weekly_cap: of the instance, for those who chose none.
    channels: names of the channels that are set up.

    Notes
    -----
    For who was told: by which neighborhood and area, when, what the devices said, and where the
    alert stands since. For anybody else: each condition as it is now, and each push that was made.
    """
    asked = Asked(alert=alert, revision=_revision(session, alert), person=someone, now=now)
    pushes = pushes_of(session, someone.id, [alert.id])
    made = [push_step(asked, push) for push in pushes]
    if any(push.tells and push.was_told for push in pushes):
        return _told(session, asked, pushes, made)
    tellings = [push for push in pushes if push.tells]
    found = list(_conditions(session, asked, tellings, weekly_cap, channels))
    is_free = all(step.ok for step in found)
    found.append(planned(session, asked, was_made=bool(tellings), is_free=is_free))
    return Explanation(
        was_told=False,
        answer=_answer(asked, found, tellings),
        steps=(*found, *made, *receipt_steps(session, asked)),
    )


def _revision(session: Session, alert: Alert) -> AlertRevision | None:
    if alert.live_revision:
        return revision(session, alert.id, alert.live_revision)
    try:
        return newest_revision(session, alert.id)
    except NotFound:
        return None


def _told(
    session: Session, asked: Asked, pushes: Sequence[Push], made: Sequence[Step]
) -> Explanation:
    by = told_by(session, tellings_of(session, asked.person.id, [asked.alert.id]))
    first = decisive(asked, [push for push in pushes if push.tells])
    steps = (
        *([ground.area_told_by(by)] if by else []),
        *made,
        *receipt_steps(session, asked),
        conditions.since(asked),
    )
    answer = f"Told. {push_step(asked, first).detail}" if first else "Told."
    return Explanation(was_told=True, answer=answer, steps=steps)


def _conditions(
    session: Session,
    asked: Asked,
    tellings: Sequence[Push],
    weekly_cap: int,
    channels: Collection[str],
) -> Iterator[Step]:
    yield conditions.active(asked)
    yield conditions.tier(asked)
    yield ground.area(session, asked)
    yield conditions.exercise(asked)
    yield person.same_child(session, asked)
    yield person.devices(session, asked, channels)
    yield person.quiet_hours(asked)
    yield person.weekly_cap(session, asked, weekly_cap, tellings)


def _answer(asked: Asked, found: Sequence[Step], tellings: Sequence[Push]) -> str:
    """Answer for who wasn't told: by the push that was made, else by the first thing in the way."""
    push, in_the_way = decisive(asked, tellings), [step for step in found if not step.ok]
    if push is not None and waits(asked, push):
        return f"Not told so far. {push_step(asked, push).detail}"
    if push is not None:
        then = "" if in_the_way else f" {found[-1].detail}"
        return f"Not told. {push_step(asked, push).detail}{then}"
    if in_the_way:
        return f"Not told. {in_the_way[0].detail}"
    return f"Not told yet, but nothing stands in the way: {found[-1].detail}"

"""May this person be told, and can they be? The same child, devices, quiet hours, weekly cap."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Tier, WaveKind
from alerts.audience.quiet import QuietHours
from alerts.audience.told import PUSHED_OR_DUE, TELLING, TOLD_OR_DUE, WEEK
from alerts.desk.explain.pushes import Push, pushes_of
from alerts.desk.explain.steps import Asked, Step, moment
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.devices import registrations_of
from alerts.store.leads import alerts_of_same_child
from alerts.store.subscribers import Device
from alerts.store.waves import Wave

ENDED_IN_WORDS: Mapping[str, str] = {
    "registered_elsewhere": "it was registered for somebody else",
    "removed": "its owner removed it",
    "channel_says_gone": "the push service says it is no more",
}


def same_child(session: Session, asked: Asked) -> Step:
    """Say whether the person knows of the child by another alert (DOMAIN rule 9)."""
    others = alerts_of_same_child(session, asked.alert.id)
    knows_cap = asked.alert.tier is not Tier.AMBER
    for push in pushes_of(session, asked.person.id, others) if others else ():
        counts = push.outcome in TOLD_OR_DUE and (knows_cap or push.outcome is not Outcome.CAPPED)
        if counts and push.kind in TELLING:
            other = session.get_one(Alert, push.alert_id).public_id
            was = "told" if push.was_told else "to be told"
            detail = (
                f"Alert {other} is of the same child, and they were {was} of it: once is enough."
            )
            return Step(name="same_child", ok=False, detail=detail)
    detail = "No other alert of the same child was told to them."
    return Step(name="same_child", ok=True, detail=detail)


def devices(session: Session, asked: Asked, channels: Collection[str]) -> Step:
    """Say which devices can be reached, over a channel that is set up."""
    known = registrations_of(session, asked.person.id)
    live = [device for device in known if device.ended_at is None]
    if not live:
        detail = f"The person has no device that can be reached{_ended(known)}."
        return Step(name="devices", ok=False, detail=detail)
    counts = Counter(str(device.channel) for device in live)
    listed = ", ".join(
        f"{count} × {name}{'' if name in channels else ' (not set up here)'}"
        for name, count in sorted(counts.items())
    )
    return Step(name="devices", ok=any(name in channels for name in counts), detail=f"{listed}.")


def quiet_hours(asked: Asked) -> Step:
    """Say whether it is night for them (DOMAIN rule 10)."""
    said = asked.person.quiet_hours
    until = QuietHours.model_validate(said).release(asked.alert.tier, asked.now) if said else None
    if until is None or until <= asked.now:
        return Step(name="quiet_hours", ok=True, detail="No quiet hours hold it now.")
    detail = f"Quiet hours hold it until {moment(until)}; then it is looked at again."
    return Step(name="quiet_hours", ok=False, detail=detail)


def weekly_cap(session: Session, asked: Asked, usual: int, tellings: Sequence[Push]) -> Step:
    """Say whether their week is full, and of what (DOMAIN rule 9).

    A push that was made took a place of its own in the week; one that was left out for the cap was
    judged by the week before it was made.
    """
    if asked.alert.tier is Tier.AMBER:
        return Step(name="weekly_cap", ok=True, detail="Amber knows no cap.")
    if any(push.outcome in PUSHED_OR_DUE for push in tellings):
        return Step(name="weekly_cap", ok=True, detail="It counts as one of their week's pushes.")
    capped = next((push for push in tellings if push.outcome is Outcome.CAPPED), None)
    at = capped.made_at if capped else asked.now
    cap = usual if asked.person.weekly_cap is None else asked.person.weekly_cap
    pushed = dict(_week_of(session, asked, at))
    listed = "; ".join(f"alert {alert} on {moment(when)}" for alert, when in pushed.items())
    when = f" before {moment(at)}" if capped else ""
    detail = (
        f"{len(pushed)} pushes in the 7 days{when or ' until now'}, amber apart; the cap is {cap}"
    )
    ok = capped is None and len(pushed) < cap
    return Step(name="weekly_cap", ok=ok, detail=f"{detail}{': ' if listed else ''}{listed}.")


def _week_of(session: Session, asked: Asked, at: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield the alerts that count in the week before a moment, each once, as `pushes_since`."""
    weekly = select(Alert.id, Alert.public_id).where(
        Alert.tier != Tier.AMBER,
        Alert.id != asked.alert.id,
        Alert.id.in_(
            select(Wave.alert_id).where(
                Wave.made_at > at - WEEK, Wave.made_at <= at, Wave.kind == WaveKind.ALERT
            )
        ),
    )
    names = {row.id: str(row.public_id) for row in session.execute(weekly)}
    for push in pushes_of(session, asked.person.id, names) if names else ():
        in_week = at - WEEK < push.made_at <= at and push.kind is WaveKind.ALERT
        if in_week and push.outcome in PUSHED_OR_DUE:
            yield names[push.alert_id], push.made_at


def _ended(known: Sequence[Device]) -> str:
    ended = [device for device in known if device.ended_at is not None]
    listed = [
        f"device {device.id} ended on {moment(device.ended_at)} "
        f"({ENDED_IN_WORDS.get(device.ended_reason or '', device.ended_reason)})"
        for device in ended
        if device.ended_at is not None
    ]
    return f": {'; '.join(listed)}" if listed else ""

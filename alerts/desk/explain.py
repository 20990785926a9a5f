"""Why was this person told of this alert, or why not? Each condition of a push, in order.

The same conditions as in `alerts.audience` and at send (DOMAIN rules 9 to 12), asked for one
person. Neighborhoods are named by their ids only: where somebody lives stays theirs (rule 19).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from alerts.alert import RevisionState, Status, Tier
from alerts.audience.quiet import QuietHours
from alerts.audience.told import TELLING, TOLD, WEEK, pushes_since
from alerts.push import Outcome
from alerts.store.alerts import Alert, AlertRevision, revision
from alerts.store.base import Ground
from alerts.store.subscribers import Neighborhood, Subscriber, devices_of, neighborhoods_of
from alerts.store.waves import batches_naming
from geo.measure import area_km2, overlap_km2

PUSH = "push"

IN_WORDS = {
    Outcome.PENDING: "is waiting to be sent, or to be tried again",
    Outcome.SENT: "was sent",
    Outcome.GONE: "wasn't sent: the push service says the device is no more",
    Outcome.REFUSED: "wasn't sent: the channel refused our message",
    Outcome.ENDED: "wasn't sent: the alert ended first",
    Outcome.UNSUBSCRIBED: "wasn't sent: the device left first",
    Outcome.MOVED_AWAY: "wasn't sent: the neighborhood had moved out of the area",
    Outcome.CAPPED: "wasn't sent: the weekly cap was reached",
    Outcome.GAVE_UP: "wasn't sent: the channel failed until the alert ended",
    Outcome.IN_FLIGHT: "is being sent",
    Outcome.UNKNOWN: "was handed over, the answer got lost; it counts as sent",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One condition."""

    name: str
    ok: bool  # it doesn't stand in the way
    detail: str


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """All conditions, and the answer."""

    was_told: bool
    answer: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Of whom, of what and when."""

    alert: Alert
    live: AlertRevision | None
    person: Subscriber
    now: datetime


def explain(
    session: Session,
    alert: Alert,
    person: Subscriber,
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
    """
    live = revision(session, alert.id, alert.live_revision) if alert.live_revision else None
    asked = Asked(alert=alert, live=live, person=person, now=now)
    conditions = (
        _is_live(asked),
        _tier(asked),
        _neighborhoods(session, asked),
        _tester(asked),
        _devices(session, asked, channels),
        _quiet(asked),
        _cap(session, asked, weekly_cap),
    )
    pushes = tuple(_pushes(session, asked))
    return Explanation(
        was_told=any(step.ok for step in pushes if step.name == PUSH),
        answer=_answer(conditions, pushes),
        steps=(*conditions, *pushes),
    )


def _is_live(asked: Asked) -> Step:
    alert = asked.alert
    if alert.status is Status.ENDED:
        return Step(name="active", ok=False, detail=f"The alert has ended ({alert.end_reason}).")
    if asked.live is None or asked.live.state is not RevisionState.LIVE:
        return Step(name="active", ok=False, detail="The alert is held: nobody is told yet.")
    if alert.expires_at <= asked.now:
        return Step(name="active", ok=False, detail="The alert's time has run out.")
    return Step(name="active", ok=True, detail=f"Revision {asked.live.number} is live.")


def _tier(asked: Asked) -> Step:
    ok = asked.alert.tier is not Tier.LONG_TERM
    words = "is pushed" if ok else "is listed in the app and never pushed"
    return Step(name="tier", ok=ok, detail=f"The tier {asked.alert.tier} {words}.")


def _neighborhoods(session: Session, asked: Asked) -> Step:
    mine = neighborhoods_of(session, asked.person.id)
    area = asked.live.area if asked.live else None
    if not mine:
        return Step(name="area", ok=False, detail="The person has no neighborhood.")
    if area is None:
        return Step(name="area", ok=False, detail="No revision with an area is live.")
    touching = [n for n in mine if area.shape.intersects(n.shape)]
    if not touching:
        detail = f"None of the person's {len(mine)} neighborhoods touches the area."
        return Step(name="area", ok=False, detail=detail)
    overlaps = "; ".join(_overlap(n, area.shape) for n in touching)
    detail = f"{len(touching)} of {len(mine)} neighborhoods touch the area: {overlaps}."
    return Step(name="area", ok=True, detail=detail)


def _overlap(neighborhood: Neighborhood, area: Ground) -> str:
    shared_km2 = overlap_km2(neighborhood.shape, area)
    percent = 100 * shared_km2 / (area_km2(neighborhood.shape) or 1)
    return f"{neighborhood.public_id} by {shared_km2:,.2f} km² ({min(percent, 100):.0f} %)"


def _tester(asked: Asked) -> Step:
    if not asked.alert.exercise:
        return Step(name="exercise", ok=True, detail="It is no exercise.")
    ok = asked.person.tester
    words = "who is one" if ok else "which this person isn't"
    return Step(name="exercise", ok=ok, detail=f"It is an exercise, for testers only, {words}.")


def _devices(session: Session, asked: Asked, channels: Collection[str]) -> Step:
    devices = devices_of(session, asked.person.id)
    if not devices:
        detail = "The person has no device that can be reached."
        return Step(name="devices", ok=False, detail=detail)
    counts = Counter(str(device.channel) for device in devices)
    listed = ", ".join(
        f"{count} × {name}{'' if name in channels else ' (not set up here)'}"
        for name, count in sorted(counts.items())
    )
    return Step(name="devices", ok=any(name in channels for name in counts), detail=f"{listed}.")


def _quiet(asked: Asked) -> Step:
    said = asked.person.quiet_hours
    until = QuietHours.model_validate(said).release(asked.alert.tier, asked.now) if said else None
    if until is None or until <= asked.now:
        return Step(name="quiet_hours", ok=True, detail="No quiet hours hold it now.")
    detail = f"Quiet hours hold it until {until:%Y-%m-%d %H:%M} UTC; then it is looked at again."
    return Step(name="quiet_hours", ok=False, detail=detail)


def _cap(session: Session, asked: Asked, weekly_cap: int) -> Step:
    if asked.alert.tier is Tier.AMBER:
        return Step(name="weekly_cap", ok=True, detail="Amber knows no cap.")
    cap = weekly_cap if asked.person.weekly_cap is None else asked.person.weekly_cap
    ids, counts = pushes_since(session, asked.now - WEEK)
    pushed = int(counts[ids == asked.person.id].sum())
    detail = f"{pushed} pushes in the last 7 days, amber apart; the cap is {cap}."
    return Step(name="weekly_cap", ok=pushed < cap, detail=detail)


def _pushes(session: Session, asked: Asked) -> Iterator[Step]:
    """Yield what became of each push of this alert to the person; nothing if none was made."""
    for wave, batch in batches_naming(session, asked.person.id, [asked.alert.id]):
        outcomes = batch.outcome_array()
        for place in np.flatnonzero(batch.people() == asked.person.id).tolist():
            outcome = Outcome(int(outcomes[place]))
            device = int(batch.devices()[place])
            yield Step(
                name=PUSH if wave.kind in TELLING else "end",
                ok=outcome in TOLD,
                detail=f"The {wave.kind} to device {device} {IN_WORDS[outcome]}.",
            )


def _answer(conditions: Sequence[Step], pushes: Sequence[Step]) -> str:
    tellings = [step for step in pushes if step.name == PUSH]
    sent = [step for step in tellings if step.ok]
    if sent:
        return f"Told. {sent[0].detail}"
    if tellings:
        return f"Not told so far. {tellings[-1].detail}"
    in_the_way = [step for step in conditions if not step.ok]
    if in_the_way:
        return f"Not told. {in_the_way[0].detail}"
    return "Not told yet, but nothing stands in the way: a running server sends it next."

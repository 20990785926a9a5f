"""How many would this ground reach? Answered before anything is sent: dry runs, desk, CLI.

The figures are exact; they only ever leave the house through `hidden`: a neighborhood is a home
address, and one person alone in an area would be pointed at (DOMAIN rule 19).
"""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.audience.hidden import SMALLEST_SHOWN, Hidden, hidden, hide_small
from alerts.audience.index import AudienceIndex, Figures, Question
from alerts.audience.told import FIRST_TELLING, people_told_or_due
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.waves import count_outcomes, waves_of
from geo.parts import Shape

__all__ = [
    "SMALLEST_SHOWN",
    "Hidden",
    "Reach",
    "Told",
    "hidden",
    "hide_small",
    "question",
    "reach_of",
    "told_of",
]

USUAL_TIER = Tier.MISSING  # of most alerts; amber waits for nobody's quiet hours


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What an area touches, exactly; for the operator of this machine only."""

    figures: Figures
    took_ms: float  # catching up with the store, matching and counting


@dataclass(frozen=True, kw_only=True)
class Told:
    """Who was told of an alert, or is about to be."""

    people: int
    devices: int


def question(
    session: Session,
    now: datetime,
    *,
    alert: Alert | None = None,
    tier: Tier | None = None,
    testers_only: bool | None = None,
) -> Question:
    """Say what is asked of an area.

    Parameters
    ----------
    alert: who knows of it already, or of another alert of the same child, is counted apart; those
        are left out who are over their weekly cap, as they were told nothing.
    tier: whose quiet hours count; the alert's if not named, "missing" without one.
    testers_only: count opted-in testers only, as an exercise does (DOMAIN rule 14); as the alert
        does if not said.
    """
    asked = Question(
        tier=tier or (alert.tier if alert else USUAL_TIER),
        now=now,
        testers_only=bool(alert and alert.exercise) if testers_only is None else testers_only,
    )
    if alert is None:
        return asked
    told = people_told_or_due(session, alert.id, knows_cap=False)
    return Question(tier=asked.tier, now=now, testers_only=asked.testers_only, told=told)


def reach_of(session: Session, index: AudienceIndex, shape: Shape, asked: Question) -> Reach:
    """Count what an area touches, as of the newest committed change.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        Valid, WGS84 lon/lat, split at ±180°.

    Notes
    -----
    An index that was never refreshed loads everybody first, and `took_ms` covers that too: refresh
    it before if only the answer is to be timed.
    """
    start = time.perf_counter()
    index.refresh(session)
    figures = index.figures(session, shape, asked)
    return Reach(figures=figures, took_ms=(time.perf_counter() - start) * 1000)


def told_of(session: Session, alert_id: int) -> Told:
    """Count whom the first telling of an alert went to, without those over their weekly cap."""
    people = devices = 0
    for wave in waves_of(session, alert_id):
        if wave.kind in FIRST_TELLING:
            people += wave.people - wave.capped
            capped = count_outcomes(session, wave.id).get(Outcome.CAPPED, 0)
            devices += wave.devices - capped
    return Told(people=people, devices=devices)

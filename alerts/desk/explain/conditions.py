"""May anybody be told of this alert now? Its state, its tier, and whether it is an exercise."""

from alerts.alert import UNIDENTIFIED, RevisionState, Status, Tier
from alerts.desk.explain.steps import SINCE, Asked, Step, moment


def active(asked: Asked) -> Step:
    """Say whether the alert is live, held, or over."""
    alert, revision = asked.alert, asked.revision
    if alert.status is Status.ENDED:
        return Step(name="active", ok=False, detail=f"The alert ended {_end(asked)}.")
    if revision is None or revision.state is not RevisionState.LIVE:
        return Step(name="active", ok=False, detail="The alert is held: nobody is told yet.")
    if asked.over_at is not None:
        detail = f"The alert's time ran out on {moment(alert.expires_at)}."
        return Step(name="active", ok=False, detail=detail)
    detail = f"Revision {revision.number} is live until {moment(alert.expires_at)}."
    return Step(name="active", ok=True, detail=detail)


def tier(asked: Asked) -> Step:
    """Say whether such an alert is pushed at all."""
    reasons = asked.revision.held_reasons if asked.revision else []
    if any(reason.get("code") == UNIDENTIFIED for reason in reasons):
        detail = "The poster is of somebody unidentified: it is listed and never pushed."
        return Step(name="tier", ok=False, detail=detail)
    ok = asked.alert.tier is not Tier.LONG_TERM
    words = "is pushed" if ok else "is listed in the app and never pushed"
    return Step(name="tier", ok=ok, detail=f"The tier {asked.alert.tier} {words}.")


def exercise(asked: Asked) -> Step:
    """Say whether the person hears of such an exercise (DOMAIN rule 14)."""
    if not asked.alert.exercise:
        return Step(name="exercise", ok=True, detail="It is no exercise.")
    ok = asked.person.tester
    words = "who is one" if ok else "which this person isn't"
    return Step(name="exercise", ok=ok, detail=f"It is an exercise, for testers only, {words}.")


def since(asked: Asked) -> Step:
    """Say where the alert stands today, for who was told: it stands in nobody's way."""
    if asked.over_at is None:
        detail = f"The alert is active until {moment(asked.alert.expires_at)}."
    elif asked.alert.status is Status.ENDED:
        detail = f"The alert ended since, {_end(asked)}."
    else:
        detail = f"The alert's time has run out since, on {moment(asked.over_at)}."
    return Step(name=SINCE, ok=True, detail=detail)


def _end(asked: Asked) -> str:
    at = asked.over_at or asked.now
    return f"on {moment(at)} ({asked.alert.end_reason})"

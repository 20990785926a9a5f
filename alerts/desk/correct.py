"""Takes something of a live alert back: a lower tier, a smaller area (DOMAIN rules 6 and 16).

One person is enough, for it only goes downward. Whoever was told before hears of it, as loud as
they heard the mistake. No source raises or widens it again by itself.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.alert import RevisionState, Status, Tier, is_lower
from alerts.area_of_interest import (
    CONFIDENCE,
    DRAWN,
    AreaOfInterest,
    Provenance,
    in_our_words,
)
from alerts.desk.recall import LONGEST_REASON
from alerts.errors import Conflict
from alerts.lifecycle import go_live
from alerts.store.alerts import (
    Alert,
    AlertRevision,
    AreaRecord,
    area_digest,
    area_record,
    copy_of,
    newest_revision,
    next_number,
    revision,
)
from alerts.store.staff import Role, Staff, record
from geo.combine import difference, intersection
from geo.errors import InvalidShape
from geo.measure import area_km2
from geo.parts import Shape

TWO_PEOPLE = "two people must do that, on a revision that their source sends"


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """What people are told from now on."""

    revision: int
    tier: Tier
    area_km2: float


def correct(
    session: Session,
    alert: Alert,
    person: Staff,
    now: datetime,
    *,
    tier: Tier | None = None,
    ground: Shape | None = None,
    reason: str,
) -> Corrected:
    """Make a revision with a lower tier or a smaller area, live at once.

    Parameters
    ----------
    tier: lower than that people were told; None: it stays.
    ground: inside that people were told on, but for 2 cm of its border; None: it stays.
    reason: for the book of deeds; it is kept for ever, so it must not name the child.

    Raises
    ------
    Conflict: it isn't live, it would be raised or widened, nothing would change, the person may not
        correct, or the reason is missing or too long.
    """
    _check_person(person, reason)
    session.refresh(alert, with_for_update=True)
    told = _told(session, alert, now)
    _check_tier(told, tier)
    area = _smaller(told, ground) if ground is not None else None
    if tier in (None, told.tier) and (area is None or _is_told(told, area)):
        raise Conflict("that is what people were told; give a lower tier or a smaller area")
    waiting = _waiting(session, alert)
    made = _made(session, alert, told, tier or told.tier, area, now)
    go_live(session, alert, made, now, actor=f"staff:{person.name}")
    _note(session, alert, made, person, reason, now)
    if waiting is not None:  # the desk's other work isn't lost; it must be approved anew
        number = next_number(session, alert.id)
        held = copy_of(waiting, waiting.poster, number, RevisionState.HELD, now)
        alert.revisions.append(held)
        session.flush()
    return Corrected(
        revision=made.number, tier=made.tier, area_km2=made.area.area_km2 if made.area else 0.0
    )


def _check_person(person: Staff, reason: str) -> None:
    if not Role(person.role).is_at_least(Role.EDITOR):
        raise Conflict(f"{person.name} is {person.role}; a {person.role} can't correct alerts")
    if not reason.strip():
        raise Conflict("say why it was wrong, without the child's name")
    if len(reason) > LONGEST_REASON:
        raise Conflict(f"a reason has at most {LONGEST_REASON} characters")


def _told(session: Session, alert: Alert, now: datetime) -> AlertRevision:
    """Return what people are told; Conflict if nobody is."""
    if alert.status is Status.HELD:
        raise Conflict("nobody was told of this alert yet; there is nothing to correct")
    if alert.status is Status.ENDED or alert.expires_at <= now:
        raise Conflict("this alert has ended; nothing of it is corrected any more")
    return revision(session, alert.id, alert.live_revision)


def _check_tier(told: AlertRevision, tier: Tier | None) -> None:
    if tier is not None and is_lower(told.tier, tier):
        raise Conflict(f"one person may not raise {told.tier} to {tier}: {TWO_PEOPLE}")


def _smaller(told: AlertRevision, ground: Shape) -> AreaOfInterest:
    """Return the area of a correction, cut off where it leaves the old one by a hair."""
    if told.area is None:
        raise Conflict(f"this alert has no area to be made smaller; {TWO_PEOPLE}")
    inside = ground
    if not told.area.shape.covers(ground):
        if _reaches_beyond(ground, told.area.shape):
            raise Conflict(
                "the new area reaches beyond the one that people were told on; one person may only "
                f"make it smaller: {TWO_PEOPLE}"
            )
        inside = intersection(ground, told.area.shape).shape
    return AreaOfInterest(
        shape=inside,
        provenance=Provenance.DESK,
        confidence=CONFIDENCE[Provenance.DESK],
        area_km2=area_km2(inside),
        source=_source(told.area),
    )


def _reaches_beyond(ground: Shape, told: Shape) -> bool:
    """Say whether it does by more than the rounding of a border that was drawn after another."""
    try:
        difference(ground, told)
    except InvalidShape as none_left:
        if none_left.code != "empty":
            raise
        return False
    return True


def _source(told: AreaRecord) -> str:
    """Say what it was made from; what the source wrote may name the child, and isn't repeated."""
    ours = in_our_words(told.provenance, told.source)
    return "drawn by the desk" if ours == DRAWN else f"drawn by the desk, inside {ours}"


def _is_told(told: AlertRevision, area: AreaOfInterest) -> bool:
    return told.area is not None and told.area.digest == area_digest(area)


def _waiting(session: Session, alert: Alert) -> AlertRevision | None:
    newest = newest_revision(session, alert.id)
    is_held = newest.state is RevisionState.HELD and newest.number > alert.live_revision
    return newest if is_held else None


def _made(
    session: Session,
    alert: Alert,
    told: AlertRevision,
    tier: Tier,
    area: AreaOfInterest | None,
    now: datetime,
) -> AlertRevision:
    number = next_number(session, alert.id)
    made = copy_of(told, told.poster, number, RevisionState.HELD, now)
    made.tier, made.expires_at, made.held_reasons = tier, alert.expires_at, []
    made.area = area_record(area, now) if area is not None else told.area
    made.correction = made.by_desk = True
    alert.revisions.append(made)
    session.flush()
    return made


def _note(
    session: Session,
    alert: Alert,
    made: AlertRevision,
    person: Staff,
    reason: str,
    now: datetime,
) -> None:
    record(
        session,
        now,
        actor=f"staff:{person.name}",
        deed="alert.corrected",
        subject=f"alert:{alert.public_id}",
        revision=made.number,
        tier=made.tier,
        area=made.area.digest if made.area else "",
        reason=reason,
    )

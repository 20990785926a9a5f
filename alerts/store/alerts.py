"""Our decision to tell people of a case: alerts, their revisions, areas and approvals."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    bindparam,
    false,
    func,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from alerts.alert import EndReason, RevisionState, Status, Tier
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.errors import NotFound
from alerts.store.base import Base, BigKey, Ground, PublicId, RowId, Shape, choice
from alerts.store.cases import CaseRecord, PosterRecord
from alerts.store.many import among


class Alert(Base):
    """One alert; one per case."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_status_expires_at", "status", "expires_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), unique=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    status: Mapped[Status] = mapped_column(choice(Status))
    tier: Mapped[Tier] = mapped_column(choice(Tier))
    exercise: Mapped[bool] = mapped_column(default=False)  # to opted-in testers only
    country: Mapped[str | None] = mapped_column(String(2))
    time_zone: Mapped[str | None] = mapped_column(String(40))  # IANA name, of the area
    live_revision: Mapped[int] = mapped_column(default=0)  # 0: none has gone out yet
    received_at: Mapped[datetime]  # of the document that made it
    activated_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[EndReason | None] = mapped_column(choice(EndReason))
    first_push_at: Mapped[datetime | None]  # handed to a channel
    # neighborhood changes told of so far
    planned_seq: Mapped[int] = mapped_column(BigKey, default=0)
    settled_at: Mapped[datetime | None]  # everybody who was told knows that it is over

    case: Mapped[CaseRecord] = relationship()
    revisions: Mapped[list["AlertRevision"]] = relationship(order_by="AlertRevision.number")


class AreaRecord(Base):
    """The ground of one alert revision. It names no child and outlives the takedown."""

    __tablename__ = "area_of_interest"

    id: Mapped[RowId]
    shape: Mapped[Ground] = mapped_column(Shape())
    provenance: Mapped[Provenance] = mapped_column(choice(Provenance))
    confidence: Mapped[float]
    area_km2: Mapped[float]
    source: Mapped[str] = mapped_column(String(500))
    places: Mapped[list[Any]]
    digest: Mapped[str] = mapped_column(String(64))  # what an approval binds to
    made_at: Mapped[datetime]

    def value(self) -> AreaOfInterest:
        """Return the area as it travels between rooms."""
        return AreaOfInterest(
            shape=self.shape,
            provenance=self.provenance,
            confidence=self.confidence,
            area_km2=self.area_km2,
            source=self.source,
            places=tuple(self.places),
        )


def area_record(area: AreaOfInterest, now: datetime) -> AreaRecord:
    """Return an area as it is stored; its digest is what an approval binds to."""
    return AreaRecord(
        shape=area.shape,
        provenance=area.provenance,
        confidence=area.confidence,
        area_km2=area.area_km2,
        source=area.source[:500],
        places=list(area.places),
        digest=area_digest(area),
        made_at=now,
    )


def area_digest(area: AreaOfInterest | None) -> str:
    """Return what tells one ground from another; "" if there is none."""
    return hashlib.sha256(area.shape.normalize().wkb).hexdigest() if area else ""


class AlertRevision(Base):
    """One state of what we tell: a poster revision on an area, held or live."""

    __tablename__ = "alert_revision"
    __table_args__ = (UniqueConstraint("alert_id", "number"),)

    id: Mapped[RowId]
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    number: Mapped[int]
    poster_id: Mapped[int] = mapped_column(ForeignKey("poster.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area_of_interest.id"))
    state: Mapped[RevisionState] = mapped_column(choice(RevisionState))
    tier: Mapped[Tier] = mapped_column(choice(Tier))
    country: Mapped[str | None] = mapped_column(String(2))
    time_zone: Mapped[str | None] = mapped_column(String(40))
    held_reasons: Mapped[list[Any]]  # problems, as stored
    material: Mapped[bool] = mapped_column(default=True)  # worth telling those already told
    # a phone or the poster shows something else than before
    visible: Mapped[bool] = mapped_column(default=True, server_default=true())
    # what was told before was wrong
    correction: Mapped[bool] = mapped_column(default=False, server_default=false())
    # the desk corrected it: no source raises or widens it again by itself
    by_desk: Mapped[bool] = mapped_column(default=False, server_default=false())
    expires_at: Mapped[datetime]
    made_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]  # its waves are made

    area: Mapped[AreaRecord | None] = relationship()
    poster: Mapped[PosterRecord] = relationship()


class Approval(Base):
    """One person's yes to exactly one revision and area."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("revision_id", "staff_id"),)

    id: Mapped[RowId]
    revision_id: Mapped[int] = mapped_column(ForeignKey("alert_revision.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    area_digest: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime]


def alert_by_public_id(session: Session, public_id: UUID) -> Alert:
    """Return the alert; NotFound if there is none."""
    alert = session.scalar(select(Alert).where(Alert.public_id == public_id))
    if alert is None:
        raise NotFound(f"there is no alert {public_id}")
    return alert


def alert_of_case(session: Session, case_id: int) -> Alert | None:
    """Return the case's alert."""
    return session.scalar(select(Alert).where(Alert.case_id == case_id))


def revision(session: Session, alert_id: int, number: int) -> AlertRevision:
    """Return one revision of an alert; NotFound if there is none."""
    found = session.scalar(
        select(AlertRevision).where(
            AlertRevision.alert_id == alert_id, AlertRevision.number == number
        )
    )
    if found is None:
        raise NotFound(f"alert {alert_id} has no revision {number}")
    return found


def newest_revision(session: Session, alert_id: int) -> AlertRevision:
    """Return the revision made last, held or live; what another feed has spare isn't told."""
    found = session.scalar(
        select(AlertRevision)
        .where(AlertRevision.alert_id == alert_id, AlertRevision.state != RevisionState.SPARE)
        .order_by(AlertRevision.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound(f"alert {alert_id} has no revision")
    return found


def copy_of(
    told: AlertRevision, poster: PosterRecord, number: int, state: RevisionState, now: datetime
) -> AlertRevision:
    """Return a revision that says the same: ground, tier, end, and why it is held."""
    return AlertRevision(
        number=number,
        poster=poster,
        area_id=told.area_id,
        state=state,
        tier=told.tier,
        country=told.country,
        time_zone=told.time_zone,
        held_reasons=list(told.held_reasons),
        material=True,
        expires_at=told.expires_at,
        made_at=now,
    )


def next_number(session: Session, alert_id: int) -> int:
    """Return the number of the revision that is made next."""
    most = select(func.max(AlertRevision.number)).where(AlertRevision.alert_id == alert_id)
    return (session.scalar(most) or 0) + 1


def newest_active(
    session: Session, now: datetime, most: int
) -> Sequence[tuple[Alert, AlertRevision]]:
    """Return the newest alerts that people may see now, no exercises, with what is live of each.

    Their cases and posters are read with them.
    """
    found = session.execute(
        select(Alert, AlertRevision)
        .join(AlertRevision, AlertRevision.alert_id == Alert.id)
        .where(AlertRevision.number == Alert.live_revision)
        .where(Alert.status == Status.ACTIVE, Alert.expires_at > now, Alert.exercise.is_(False))
        .options(joinedload(Alert.case), joinedload(AlertRevision.poster))
        .order_by(Alert.id.desc())
        .limit(most)
    )
    return [(row.Alert, row.AlertRevision) for row in found]


def count_by_status(session: Session) -> dict[Status, int]:
    """Return how many alerts have each status, those without any as 0."""
    found = session.execute(select(Alert.status, func.count()).group_by(Alert.status))
    return dict.fromkeys(Status, 0) | {row.status: int(row[1]) for row in found}


def count_pushable_since(session: Session, feed_id: int, since: datetime) -> int:
    """Return how many alerts of a feed went live since a moment, without long-term ones."""
    live = select(func.count()).where(
        Alert.feed_id == feed_id, Alert.activated_at >= since, Alert.tier != Tier.LONG_TERM
    )
    return session.scalar(live) or 0


def out_of_time(session: Session, now: datetime) -> Sequence[Alert]:
    """Return alerts, active or held, whose time has run out."""
    return session.scalars(
        select(Alert).where(Alert.status.in_((Status.ACTIVE, Status.HELD)), Alert.expires_at <= now)
    ).all()


def unplanned(
    session: Session, now: datetime, *, most: int = 20, but: Collection[int] = ()
) -> Sequence[AlertRevision]:
    """Return live revisions of active alerts whose waves are not made yet, amber first."""
    waiting = _UNPLANNED.where(~among(session, AlertRevision.id, but)) if but else _UNPLANNED
    return session.scalars(waiting.limit(most), {"now": now}).all()


_UNPLANNED = (
    select(AlertRevision)
    .join(Alert, Alert.id == AlertRevision.alert_id)
    .where(Alert.status == Status.ACTIVE, Alert.expires_at > bindparam("now"))
    .where(AlertRevision.state == RevisionState.LIVE, AlertRevision.planned_at.is_(None))
    .order_by(AlertRevision.tier != Tier.AMBER, AlertRevision.id)
)

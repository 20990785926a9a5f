"""`porchlight alert list|show`: what people are told, were told, or might be told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import click
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import EndReason, RevisionState, Status, Tier, WaveKind
from alerts.area_of_interest import Provenance, confidence_words
from alerts.delivery.progress import Counting, Progress, progress_of
from alerts.push import Outcome
from alerts.store.alerts import Alert, AlertRevision, alert_by_public_id
from alerts.store.feeds import Feed
from alerts.store.waves import Wave, count_outcomes, waves_of
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened


class AlertLine(BaseModel):
    """One alert, in a line."""

    id: UUID
    status: Status
    tier: Tier
    feed: str
    exercise: bool
    received_at: datetime
    expires_at: datetime
    end_reason: EndReason | None

    model_config = ConfigDict(frozen=True)

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        status = f"{self.status} ({self.end_reason})" if self.end_reason else self.status
        tier = f"{self.tier}, exercise" if self.exercise else self.tier
        return str(self.id), status, tier, self.feed, moment(self.received_at)


class AlertList(Answer):
    """Alerts, newest first."""

    items: tuple[AlertLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No alerts."]
        head = ("ALERT", "STATUS", "TIER", "FEED", "RECEIVED")
        return table(head, [item.cells() for item in self.items])


class AreaLine(BaseModel):
    """The ground of a revision."""

    source: str
    provenance: Provenance
    confidence: float
    confidence_words: str
    area_km2: float


class RevisionLine(BaseModel):
    """One revision."""

    number: int
    state: RevisionState
    tier: Tier
    made_at: datetime
    expires_at: datetime
    held_reasons: tuple[str, ...]
    area: AreaLine | None


class WaitLine(BaseModel):
    """Devices that wait, and for what."""

    channel: str
    why: str
    devices: int


class WaveLine(BaseModel):
    """One fan-out, and how far it is; figures are exact here."""

    kind: WaveKind
    revision: int
    made_at: datetime
    people: int
    devices: int
    outcomes: dict[str, int]
    held: int  # of those that are pending: until their quiet hours are over
    repeats: int
    shown: int
    opened: int
    codes: dict[str, int]  # what the channel said of those that failed
    waiting: tuple[WaitLine, ...]
    parked: tuple[WaitLine, ...]
    finished_at: datetime | None
    devices_per_s: float | None
    estimated_end: datetime | None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        outcomes = ", ".join(f"{count} {name}" for name, count in self.outcomes.items())
        yield f"Wave {self.kind}, {moment(self.made_at)}: {self.people} people, {outcomes}"
        if self.shown:
            yield f"  {self.shown} shown, {self.opened} opened"
        if self.held:
            yield f"  {self.held} held by quiet hours"
        for wait in self.waiting:
            yield f"  {wait.devices} wait: {wait.channel}: {wait.why}"
        for wait in self.parked:
            yield f"  {wait.devices} are set aside: {wait.channel}: {wait.why}"
        if self.estimated_end:
            yield f"  over by {moment(self.estimated_end)}, at this pace"


class AlertShown(AlertLine, Answer):
    """One alert with its revisions and waves; who the child is stays on the poster page."""

    page: str
    revisions: tuple[RevisionLine, ...]
    waves: tuple[WaveLine, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"Alert {self.id}: {', '.join(self.cells()[1:4])}"
        yield f"  received {moment(self.received_at)}"
        yield f"  expires  {moment(self.expires_at)}"
        yield f"  {self.page}"
        for revision in self.revisions:
            yield from _revision_lines(revision)
        for wave in self.waves:
            yield from wave.lines()


@click.command("list")
@click.option("--status", type=click.Choice([s.value for s in Status]), help="Only these.")
@json_option
def list_(status: str | None, as_json: bool) -> None:
    """List the alerts, newest first."""
    statement = select(Alert, Feed.slug).join(Feed, Feed.id == Alert.feed_id)
    if status is not None:
        statement = statement.where(Alert.status == Status(status))
    with opened() as runtime, runtime.store.read() as session:
        rows = session.execute(statement.order_by(Alert.id.desc())).all()
        items = tuple(_line(alert, slug) for alert, slug in rows)
    tell(AlertList(items=items), as_json=as_json)


@click.command()
@click.argument("alert_id", metavar="ID", type=click.UUID)
@json_option
def show(alert_id: UUID, as_json: bool) -> None:
    """Show the alert ID: revisions and why they are held, area, waves and their outcomes."""
    with opened() as runtime, runtime.store.read() as session:
        alert = alert_by_public_id(session, alert_id)
        shown = AlertShown(
            **_line(alert, session.get_one(Feed, alert.feed_id).slug).model_dump(),
            page=f"{runtime.settings.resolved_public_url}/alerts/{alert.public_id}",
            revisions=tuple(_revision(revision) for revision in alert.revisions),
            waves=_waves(session, alert, runtime.clock()),
        )
    tell(shown, as_json=as_json)


def _line(alert: Alert, feed: str) -> AlertLine:
    return AlertLine(
        id=alert.public_id,
        status=alert.status,
        tier=alert.tier,
        feed=feed,
        exercise=alert.exercise,
        received_at=alert.received_at,
        expires_at=alert.expires_at,
        end_reason=alert.end_reason,
    )


def _revision(revision: AlertRevision) -> RevisionLine:
    area = revision.area
    return RevisionLine(
        number=revision.number,
        state=revision.state,
        tier=revision.tier,
        made_at=revision.made_at,
        expires_at=revision.expires_at,
        held_reasons=tuple(reason["message"] for reason in revision.held_reasons),
        area=area
        and AreaLine(
            source=area.source,
            provenance=area.provenance,
            confidence=area.confidence,
            confidence_words=confidence_words(area.confidence),
            area_km2=round(area.area_km2, 3),
        ),
    )


def _waves(session: Session, alert: Alert, now: datetime) -> tuple[WaveLine, ...]:
    waves = waves_of(session, alert.id)
    found = progress_of(session, alert, now, Counting(), apart=True)
    return tuple(
        _wave(wave, count_outcomes(session, wave.id), progress)
        for wave, progress in zip(waves, found, strict=True)
    )


def _wave(wave: Wave, outcomes: Mapping[Outcome, int], progress: Progress) -> WaveLine:
    total = progress.total
    return WaveLine(
        kind=wave.kind,
        revision=wave.revision,
        made_at=wave.made_at,
        people=wave.people,
        devices=wave.devices,
        outcomes={outcome.name.lower(): count for outcome, count in outcomes.items()},
        held=total.held,
        repeats=total.repeats,
        shown=total.shown,
        opened=total.opened,
        codes=dict(total.reasons),
        waiting=tuple(WaitLine(**vars(wait)) for wait in progress.waits),
        parked=tuple(WaitLine(**vars(wait)) for wait in progress.parked),
        finished_at=progress.finished_at,
        devices_per_s=progress.per_s,
        estimated_end=progress.ends_at,
    )


def _revision_lines(revision: RevisionLine) -> Iterable[str]:
    yield f"Revision {revision.number}: {revision.state}, {revision.tier}"
    area = revision.area
    if area is None:
        yield "  area: none"
    else:
        yield (
            f"  area: {area.source}, {area.area_km2:,.0f} km² "
            f"({area.provenance}, confidence {area.confidence:.1f}: {area.confidence_words})"
        )
    if revision.state is RevisionState.HELD:
        yield from (f"  held: {reason}" for reason in revision.held_reasons)

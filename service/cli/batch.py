"""`porchlight batch list|replay`: what waits to be sent or was set aside, and sending it again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import click
from pydantic import BaseModel, ConfigDict

from alerts.alert import WaveKind
from alerts.delivery.replay import Over, Replayed, replay
from alerts.store.alerts import Alert, alert_by_public_id
from alerts.store.parked import (
    BatchLine,
    alert_of_batch,
    alerts_with_parked,
    alerts_with_refused,
    batches_with_refused,
    open_batches,
)
from alerts.store.staff import staff_by_name
from alerts.store.waves import BatchState
from service.cli.alert_decide import by_option
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.wiring import Runtime

MOST_SHOWN = 200
OPEN = (BatchState.READY, BatchState.PARKED)


class BatchShown(BaseModel):
    """One batch, in a line."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    alert_id: UUID
    kind: WaveKind
    revision: int
    channel: str
    language: str
    state: BatchState
    devices: int
    waiting: int
    refused: int
    attempts: int
    why: str | None
    since: datetime

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        devices = f"{self.waiting} of {self.devices}"
        refused = f", {self.refused} refused" if self.refused else ""
        return (
            str(self.id),
            str(self.alert_id),
            self.kind,
            self.channel,
            self.language,
            self.state,
            devices + refused,
            moment(self.since),
            self.why or "",
        )


class BatchList(Answer):
    """Batches, oldest first."""

    items: tuple[BatchShown, ...]
    next: int | None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No such batches."]
        head = ("BATCH", "ALERT", "WAVE", "CHANNEL", "LANG", "STATE", "WAITING", "SINCE", "WHY")
        more = [f"More: porchlight batch list --after {self.next}"] if self.next else []
        return [*table(head, [item.cells() for item in self.items]), *more]


class BatchesReplayed(Answer):
    """What is sent again."""

    batches: int
    devices: int
    busy: int
    over: int
    note: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield self.note


@click.command("list")
@click.option("--parked", is_flag=True, help="Only those that wait for a person.")
@click.option("--refused", is_flag=True, help="Those in which single devices were refused.")
@click.option("--after", type=int, default=0, help="Go on after the batch with this number.")
@json_option
def list_(parked: bool, refused: bool, after: int, as_json: bool) -> None:
    """List batches that aren't done, oldest first: who waits for what, and since when."""
    if parked and refused:
        raise click.UsageError("Say --parked or --refused, not both.")
    with opened() as runtime, runtime.store.read() as session:
        if refused:
            found = batches_with_refused(session, after=after, most=MOST_SHOWN + 1)
        else:
            states = (BatchState.PARKED,) if parked else OPEN
            found = open_batches(session, states, after=after, most=MOST_SHOWN + 1)
    tell(_page(found), as_json=as_json)


@click.command("replay")
@click.argument("batch_id", metavar="[BATCH]", type=int, required=False)
@click.option("--alert", "alert_id", type=click.UUID, help="All parked batches of this alert.")
@click.option("--all", "everything", is_flag=True, help="All parked batches.")
@click.option("--refused", is_flag=True, help="Single devices that were refused, not parked ones.")
@by_option
@json_option
def replay_(
    batch_id: int | None,
    alert_id: UUID | None,
    everything: bool,
    refused: bool,
    name: str,
    as_json: bool,
) -> None:
    """Send parked batches again, written anew, once it is mended what they were refused for."""
    if sum((batch_id is not None, alert_id is not None, everything)) != 1:
        raise click.UsageError("Name one batch, or --alert ALERT, or --all.")
    with opened() as runtime:
        if everything:
            done, over = _replay_all(runtime, name, refused=refused)
        else:
            done, over = _replay_one(runtime, name, batch_id, alert_id, refused=refused), 0
    answer = BatchesReplayed(
        batches=done.batches,
        devices=done.devices,
        busy=done.busy,
        over=over,
        note=_note(done, over, refused=refused),
    )
    tell(answer, as_json=as_json)


def _replay_one(
    runtime: Runtime, name: str, batch_id: int | None, alert_id: UUID | None, *, refused: bool
) -> Replayed:
    with runtime.store.begin() as session:
        person = staff_by_name(session, name)
        if batch_id is not None:
            alert = alert_of_batch(session, batch_id)
        else:
            alert = alert_by_public_id(session, alert_id or UUID(int=0))
        return replay(session, alert, person, runtime.clock(), only=batch_id, refused=refused)


def _replay_all(runtime: Runtime, name: str, *, refused: bool) -> tuple[Replayed, int]:
    """Replay alert by alert; return also how many are over."""
    with runtime.store.read() as session:
        found = alerts_with_refused(session) if refused else alerts_with_parked(session)
    done, over = Replayed(), 0
    for one in found:
        try:
            with runtime.store.begin() as session:
                person, alert = staff_by_name(session, name), session.get_one(Alert, one.id)
                done += replay(session, alert, person, runtime.clock(), refused=refused)
        except Over:
            over += 1
    return done, over


def _page(found: Sequence[BatchLine]) -> BatchList:
    shown = found[:MOST_SHOWN]
    items = tuple(BatchShown.model_validate(line) for line in shown)
    return BatchList(items=items, next=shown[-1].id if len(found) > MOST_SHOWN else None)


def _note(done: Replayed, over: int, *, refused: bool) -> str:
    words = []
    if done.batches:
        waits = f"{done.batches} batches with {done.devices} devices that wait"
        words.append(f"{waits} are sent again by a running server, within seconds.")
    if done.busy:
        words.append(f"{done.busy} are being sent just now: try again in a minute.")
    if over:
        words.append(f"{over} alerts are over: nobody is told of them any more.")
    nothing = "Nobody was refused" if refused else "Nothing is parked"
    return " ".join(words) or f"{nothing} there: nothing was changed."

"""`porchlight channel list|retry`: does each way to phones flow, and try it again now."""

from collections.abc import Iterable
from datetime import datetime

import click

from alerts.delivery.pace.standing import ChannelStanding, standing_of, standings
from alerts.delivery.pace.try_now import try_now
from alerts.store.channel_states import Breaker
from alerts.store.staff import staff_by_name
from config.settings import Settings
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.database import first_staff_name
from service.wiring import Runtime


class ChannelLine(Answer):
    """One channel."""

    channel: str
    is_set_up: bool
    breaker: Breaker
    why: str | None
    opened_at: datetime | None
    retry_at: datetime | None
    pushes_per_s: float | None
    waiting_batches: int
    waiting_devices: int

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield "  ".join(self.cells())

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        rate = "no limit" if self.pushes_per_s is None else f"{self.pushes_per_s:,.0f}"
        waits = f"{self.waiting_devices:,} ({self.waiting_batches} batches)"
        times = moment(self.opened_at), moment(self.retry_at)
        return self.channel, self._state(), rate, waits, *times, self.why or "-"

    def _state(self) -> str:
        flows = {Breaker.CLOSED: "flows", Breaker.OPEN: "left alone", Breaker.HALF_OPEN: "tried"}
        return flows[self.breaker] if self.is_set_up else "not set up"


class ChannelList(Answer):
    """All channels."""

    items: tuple[ChannelLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No channel is set up: see config/example.env."]
        head = ("CHANNEL", "STATE", "PUSHES/S", "WAITING", "SINCE", "TRIED NEXT", "WHY")
        return table(head, [item.cells() for item in self.items])


class ChannelRetried(Answer):
    """What became of a channel that was to be tried again."""

    channel: str
    changed: bool
    note: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield self.note


@click.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the channels: does each flow, how fast, and what waits for it?"""
    with opened() as runtime:
        items = tuple(_line(standing) for standing in _standings(runtime))
    tell(ChannelList(items=items), as_json=as_json)


@click.command("retry")
@click.argument("name", metavar="NAME")
@click.option(
    "--by",
    "person",
    metavar="PERSON",
    default=first_staff_name,
    show_default="whoever you are",
    help="Who says so; somebody of the desk.",
)
@json_option
def retry(name: str, person: str, *, as_json: bool) -> None:
    """Try the channel NAME again now, and send what waits for it: the cause was mended."""
    with opened() as runtime:
        standing_of(_standings(runtime), name)
        with runtime.store.begin() as session:
            by = staff_by_name(session, person)
            changed = try_now(session, name, by, runtime.clock())
    note = f"{name} flows already; nothing was changed."
    if changed:
        note = (
            f"{name} is tried now by a running server; if it fails still, it is left alone again."
        )
    tell(ChannelRetried(channel=name, changed=changed, note=note), as_json=as_json)


def _standings(runtime: Runtime) -> list[ChannelStanding]:
    set_up = set(runtime.channels)
    if Settings().fcm_credential is not None:  # which commands that don't send leave out
        set_up.add("fcm")
    with runtime.store.read() as session:
        return list(standings(session, runtime.gate, set_up, runtime.clock()))


def _line(standing: ChannelStanding) -> ChannelLine:
    return ChannelLine(
        channel=standing.channel,
        is_set_up=standing.is_set_up,
        breaker=standing.breaker,
        why=standing.why,
        opened_at=standing.opened_at,
        retry_at=standing.retry_at,
        pushes_per_s=standing.per_s,
        waiting_batches=standing.waiting.batches,
        waiting_devices=standing.waiting.devices,
    )

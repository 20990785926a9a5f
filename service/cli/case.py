"""`porchlight case links|same|different`: which cases may be of one child, and what the desk says.

Nothing here names a child: why two cases are alike is told in codes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import click
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.desk.same_child import Decided, say_different, say_same
from alerts.store.alerts import Alert, alert_of_case
from alerts.store.feeds import Feed
from alerts.store.staff import staff_by_name
from alerts.store.voices import CaseLink, Likeness, all_links, link_by_id
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.database import first_staff_name

MOST = 200  # lines; the newest

as_option = click.option(
    "--as",
    "--by",
    "name",
    metavar="NAME",
    default=first_staff_name,
    show_default="whoever you are",
    help="Who decides; an approver or admin of the desk.",
)


class LinkedAlert(BaseModel):
    """One of the two."""

    model_config = ConfigDict(frozen=True)

    alert: UUID | None
    feed: str | None
    status: Status | None


class LinkLine(BaseModel):
    """Two cases that may be of one child."""

    model_config = ConfigDict(frozen=True)

    link: int
    likeness: Likeness
    probability: float
    reasons: tuple[str, ...]
    newer: LinkedAlert
    older: LinkedAlert
    made_at: datetime
    decided_by: str | None
    decided_at: datetime | None

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        sides = (f"{s.alert or '-'} ({s.feed}, {s.status})" for s in (self.newer, self.older))
        said = f"{self.likeness} ({self.decided_by})" if self.decided_by else str(self.likeness)
        sure = f"{self.probability:.3f}"
        return str(self.link), said, sure, *sides, moment(self.made_at), ", ".join(self.reasons)


class LinkList(Answer):
    """Links, newest first."""

    items: tuple[LinkLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No such links."]
        head = ("LINK", "IS", "SURE", "NEWER ALERT", "OLDER ALERT", "SINCE", "WHY")
        return table(head, [item.cells() for item in self.items])


class LinkDecided(Answer):
    """What became of a decision."""

    link: int
    likeness: Likeness
    goes_on: UUID | None
    ended: UUID | None
    went_live: tuple[UUID, ...]
    note: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield self.note


@click.command("links")
@click.option("--open", "open_only", is_flag=True, help="Only those that the desk must decide.")
@json_option
def links(*, open_only: bool, as_json: bool) -> None:
    """List cases that may be of the same child, newest first."""
    with opened() as runtime, runtime.store.read() as session:
        found = all_links(session, undecided_only=open_only, most=MOST)
        items = tuple(_line(session, link) for link in found)
    tell(LinkList(items=items), as_json=as_json)


@click.command("same")
@click.argument("link_id", metavar="LINK", type=int)
@as_option
@json_option
def same(link_id: int, name: str, *, as_json: bool) -> None:
    """Say that both cases of LINK are of the same child: they share one alert."""
    with opened() as runtime, runtime.store.begin() as session:
        link, person = link_by_id(session, link_id), staff_by_name(session, name)
        done = say_same(session, runtime.vault, link, person, runtime.clock())
    _tell(link_id, done, _note_same(done), as_json=as_json)


@click.command("different")
@click.argument("link_id", metavar="LINK", type=int)
@as_option
@json_option
def different(link_id: int, name: str, *, as_json: bool) -> None:
    """Say that the cases of LINK are of two children: nobody is asked about them again."""
    with opened() as runtime, runtime.store.begin() as session:
        link, person = link_by_id(session, link_id), staff_by_name(session, name)
        done = say_different(session, link, person, runtime.clock())
    _tell(link_id, done, _note_different(done), as_json=as_json)


def _tell(link_id: int, done: Decided, note: str, *, as_json: bool) -> None:
    decided = LinkDecided(
        link=link_id,
        likeness=done.likeness,
        goes_on=_public_id(done.goes_on),
        ended=_public_id(done.ended),
        went_live=tuple(alert.public_id for alert in done.went_live),
        note=note,
    )
    tell(decided, as_json=as_json)


def _note_same(done: Decided) -> str:
    if done.is_repeat:
        return "That was said before; nothing was changed."
    if done.goes_on is not None:
        return (
            f"One alert now: {done.goes_on.public_id}. The other ended; nobody had been told of "
            "it, and nobody hears of its end."
        )
    if done.ended is not None:
        return f"The child was found: alert {done.ended.public_id} ended, its all-clear follows."
    return (
        "Noted. People were told of both: both go on, nobody is told of the second who knows the "
        "first, and when the child is found both end."
    )


def _note_different(done: Decided) -> str:
    if done.is_repeat:
        return "That was said before; nothing was changed."
    if not done.went_live:
        return "Noted; this pair is not asked about again."
    alerts: Sequence[str] = [str(alert.public_id) for alert in done.went_live]
    return f"Noted. What waited for nothing else is live: {', '.join(alerts)}."


def _line(session: Session, link: CaseLink) -> LinkLine:
    return LinkLine(
        link=link.id,
        likeness=link.likeness,
        probability=round(link.probability, 4),
        reasons=tuple(link.reasons),
        newer=_linked(session, link.case_id),
        older=_linked(session, link.other_case_id),
        made_at=link.made_at,
        decided_by=link.decided_by,
        decided_at=link.decided_at,
    )


def _linked(session: Session, case_id: int) -> LinkedAlert:
    alert = alert_of_case(session, case_id)
    if alert is None:
        return LinkedAlert(alert=None, feed=None, status=None)
    feed = session.get_one(Feed, alert.feed_id)
    return LinkedAlert(alert=alert.public_id, feed=feed.slug, status=alert.status)


def _public_id(alert: Alert | None) -> UUID | None:
    return alert.public_id if alert is not None else None

"""`porchlight notice list|done`: what the desk should look at that is no held alert."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import click
from sqlalchemy.orm import Session

from alerts.errors import Conflict
from alerts.store.alerts import Alert
from alerts.store.feeds import Feed
from alerts.store.notices import DeskNotice, notice_by_id, open_notices, see_to
from alerts.store.staff import record, staff_by_name
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.database import first_staff_name


class Notice(Answer):
    """One thing to look at."""

    id: int
    code: str
    message: str
    feed: str | None
    alert: UUID | None
    made_at: datetime

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield "  ".join(self.cells())

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        return str(self.id), moment(self.made_at), self.code, self.message


class NoticeList(Answer):
    """All that nobody has seen to, oldest first."""

    items: tuple[Notice, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["Nothing waits for a look."]
        return table(("ID", "SINCE", "CODE", "WHAT"), [item.cells() for item in self.items])


class NoticeDone(Answer):
    """A notice that somebody saw to."""

    id: int
    code: str
    seen_by: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"{self.seen_by} saw to notice {self.id} ({self.code})."


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List what waits for a look, oldest first."""
    with opened() as runtime, runtime.store.read() as session:
        items = tuple(_notice(session, notice) for notice in open_notices(session))
    tell(NoticeList(items=items), as_json=as_json)


@click.command()
@click.argument("notice_id", metavar="ID", type=int)
@click.option(
    "--as",
    "--by",
    "name",
    metavar="NAME",
    default=first_staff_name,
    show_default="whoever you are",
    help="Who saw to it; somebody of the desk.",
)
@json_option
def done(notice_id: int, name: str, as_json: bool) -> None:
    """Say that you saw to the notice ID."""
    with opened() as runtime, runtime.store.begin() as session:
        now, person = runtime.clock(), staff_by_name(session, name)
        notice = notice_by_id(session, notice_id)
        if not see_to(notice, person.name, now):
            raise Conflict(f"notice {notice_id} was seen to already, by {notice.seen_by}")
        actor, subject = f"staff:{person.name}", f"notice:{notice_id}"
        record(session, now, actor=actor, deed="notice.done", subject=subject, code=notice.code)
        answer = NoticeDone(id=notice_id, code=notice.code, seen_by=person.name)
    tell(answer, as_json=as_json)


def _notice(session: Session, notice: DeskNotice) -> Notice:
    feed = session.get(Feed, notice.feed_id) if notice.feed_id else None
    alert = session.get(Alert, notice.alert_id) if notice.alert_id else None
    return Notice(
        id=notice.id,
        code=notice.code,
        message=notice.message,
        feed=feed.slug if feed else None,
        alert=alert.public_id if alert else None,
        made_at=notice.made_at,
    )

"""`porchlight photo list-quarantined|show|confirm|mistaken`: photos that are on the hash list.

The list names ids, never a picture. Who looks or decides must be an admin of the desk, named by
`--as`; every look is in the book of deeds before there is anything to see.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from alerts.intake.photos.review import confirm, let_go, look
from alerts.store.alerts import Alert
from alerts.store.feeds import Feed
from alerts.store.quarantine import QuarantinedPhoto, Review, quarantined_by_public_id
from alerts.store.staff import staff_by_name
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened

MOST = 200  # lines; the newest

as_option = click.option(
    "--as",
    "name",
    metavar="NAME",
    required=True,
    help="Who looks or decides: an admin of the desk.",
)


class QuarantineLine(BaseModel):
    """One photo: where it came from, what it resembles, what became of it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    feed: str
    alert: UUID | None
    found_at: datetime
    entry: str
    distance: int
    verdict: Review | None
    reviewed_by: str | None
    destroyed: bool

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        state = "destroyed" if self.destroyed and self.verdict is None else self.verdict or "waits"
        alert = str(self.alert) if self.alert else "-"
        bits = str(self.distance)
        return str(self.id), self.feed, alert, moment(self.found_at), bits, state, self.entry


class QuarantineList(Answer):
    """Photos that are or were in quarantine, newest first."""

    items: tuple[QuarantineLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No photo is in quarantine."]
        head = ("PHOTO", "FEED", "ALERT", "FOUND", "BITS", "STATE", "ENTRY")
        return table(head, [item.cells() for item in self.items])


class PhotoReviewed(Answer):
    """What a reviewer did."""

    photo: UUID
    verdict: Review | None
    shown: bool  # it is an ordinary photo of its case now
    note: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield self.note


@click.command("list-quarantined")
@click.option("--all", "with_decided", is_flag=True, help="Those that were decided, too.")
@json_option
def list_quarantined(with_decided: bool, as_json: bool) -> None:
    """List the photos that wait for a reviewer, newest first; no picture is opened for it."""
    statement = (
        select(QuarantinedPhoto, Feed.slug, Alert.public_id)
        .join(Feed, Feed.id == QuarantinedPhoto.feed_id)
        .outerjoin(Alert, Alert.case_id == QuarantinedPhoto.case_id)
        .order_by(QuarantinedPhoto.id.desc())
        .limit(MOST)
    )
    if not with_decided:
        statement = statement.where(
            QuarantinedPhoto.verdict.is_(None), QuarantinedPhoto.sealed_image.is_not(None)
        )
    with opened() as runtime, runtime.store.read() as session:
        items = tuple(_line(*row) for row in session.execute(statement))
    tell(QuarantineList(items=items), as_json=as_json)


@click.command()
@click.argument("photo_id", metavar="ID", type=click.UUID)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="A file that isn't there yet; only you may read it. Delete it when you are done.",
)
@as_option
@json_option
def show(photo_id: UUID, out: Path, name: str, as_json: bool) -> None:
    """Write the photo ID to a file, as it came. The look is on record, whatever comes after."""
    if out.exists():
        raise click.ClickException(f"There is a file {out} already; it is left alone.")
    with opened() as runtime, runtime.store.begin() as session:
        photo = quarantined_by_public_id(session, photo_id)
        raw = look(session, runtime.vault, photo, staff_by_name(session, name), runtime.clock())
        verdict = photo.verdict
    _write(out, raw)
    note = f"Written to {out}. It is in the book of deeds that {name} looked."
    done = PhotoReviewed(
        photo=photo_id, verdict=Review(verdict) if verdict else None, shown=False, note=note
    )
    tell(done, as_json=as_json)


@click.command("confirm")
@click.argument("photo_id", metavar="ID", type=click.UUID)
@as_option
@json_option
def confirm_(photo_id: UUID, name: str, as_json: bool) -> None:
    """Say that the photo ID is what the hash list says. It stays sealed, for a report."""
    with opened() as runtime, runtime.store.begin() as session:
        photo = quarantined_by_public_id(session, photo_id)
        confirm(session, runtime.vault, photo, staff_by_name(session, name), runtime.clock())
        days = runtime.settings.quarantine_kept_days
    note = (
        f"Confirmed. It stays sealed for {days:g} days, then it is destroyed. "
        "In the US a report goes to the CyberTipline: https://report.cybertip.org"
    )
    done = PhotoReviewed(photo=photo_id, verdict=Review.CONFIRMED, shown=False, note=note)
    tell(done, as_json=as_json)


@click.command()
@click.argument("photo_id", metavar="ID", type=click.UUID)
@as_option
@json_option
def mistaken(photo_id: UUID, name: str, as_json: bool) -> None:
    """Say that the photo ID only looks like an entry of the list. Its alert shows it from now."""
    with opened() as runtime, runtime.store.begin() as session:
        kept = let_go(
            session,
            runtime.vault,
            runtime.media,
            quarantined_by_public_id(session, photo_id),
            staff_by_name(session, name),
            runtime.clock(),
            runtime.settings.photo_max_pixels,
        )
    note = (
        "Let go: its alert's page shows it from now on; nobody is pushed again."
        if kept
        else "Let go and destroyed: its case is over, or no longer shows it."
    )
    done = PhotoReviewed(photo=photo_id, verdict=Review.MISTAKEN, shown=kept is not None, note=note)
    tell(done, as_json=as_json)


def _line(photo: QuarantinedPhoto, feed: str, alert: UUID | None) -> QuarantineLine:
    return QuarantineLine(
        id=photo.public_id,
        feed=feed,
        alert=alert,
        found_at=photo.found_at,
        entry=photo.list_name,
        distance=photo.distance,
        verdict=Review(photo.verdict) if photo.verdict else None,
        reviewed_by=photo.reviewed_by,
        destroyed=photo.sealed_image is None,
    )


def _write(out: Path, raw: bytes) -> None:
    """Write a file that only this user may read; never over another."""
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)

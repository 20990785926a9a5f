"""`porchlight feed health`: how the feeds are, and which fields they send that we don't know."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import click
from sqlalchemy.orm import Session

from alerts.intake.feed_health import FeedHealth, feeds_health
from alerts.store.drift import fields_of, see_to_fields
from alerts.store.feeds import FeedKind, feed_by_slug
from alerts.store.staff import record
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.database import first_staff_name

_MINUTE_S = 60


class UnknownFieldLine(Answer):
    """A field that a feed sends and we don't know."""

    path: str
    first_seen_at: datetime
    last_seen_at: datetime

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"  {self.path}, since {moment(self.first_seen_at)}"


class FeedHealthLine(Answer):
    """How a feed is."""

    feed: str
    kind: FeedKind
    is_well: bool
    is_stale: bool
    paused: bool
    suspended_why: str | None
    last_success: datetime | None
    last_document: datetime | None
    silent_s: float
    lag_s: float | None
    documents: int
    error_rate: float | None
    failures: int
    last_error: str | None
    unknown_fields: tuple[UnknownFieldLine, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield "  ".join(self.cells())

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        lag = "-" if self.lag_s is None else f"{self.lag_s / _MINUTE_S:,.0f} min"
        rate = "-" if self.error_rate is None else f"{self.error_rate:.0%} of {self.documents:,}"
        fields = str(len(self.unknown_fields))
        return self.feed, self._state(), moment(self.last_success), lag, rate, fields

    def _state(self) -> str:
        if self.paused:
            return "paused"
        if self.suspended_why:
            return "held"
        return "quiet" if self.is_stale else "well"


class FeedHealthList(Answer):
    """How the feeds are."""

    items: tuple[FeedHealthLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            yield "No feeds yet: porchlight feed add SLUG --kind poster"
            return
        head = ("FEED", "STATE", "LAST SUCCESS", "LAG", "REFUSED", "NEW FIELDS")
        yield from table(head, [item.cells() for item in self.items])
        for item in self.items:
            yield from self._more(item)

    def _more(self, item: FeedHealthLine) -> Iterable[str]:
        if item.suspended_why:
            yield f"{item.feed} is held: {item.suspended_why}"
        if item.failures:
            yield f"{item.feed} failed {item.failures} times in a row: {item.last_error}"
        if item.unknown_fields:
            yield f"{item.feed} sends fields that we don't know:"
        for field in item.unknown_fields:
            yield from field.lines()


@click.command()
@click.argument("slug", required=False)
@click.option(
    "--stale-after-s",
    type=click.FloatRange(min=0),
    help="Alarm after so many seconds of silence; 0: as the setting says.",
)
@click.option("--fields-known", is_flag=True, help="The unknown fields have been looked at.")
@json_option
def health(slug: str | None, stale_after_s: float | None, fields_known: bool, as_json: bool) -> int:
    """Show how the feeds are, or the feed SLUG; the exit code is 1 if one isn't well."""
    if slug is None and (stale_after_s is not None or fields_known):
        raise click.UsageError("Name the feed, please.")
    with opened() as runtime, runtime.store.begin() as session:
        now = runtime.clock()
        if slug is not None:
            _change(session, slug, now, stale_after_s, fields_known=fields_known)
        most = timedelta(seconds=runtime.settings.feed_stale_after_s)
        healths = feeds_health(session, now, most)
        items = _lines(session, [h for h in healths if slug in (None, h.feed)])
    tell(FeedHealthList(items=items), as_json=as_json)
    return 0 if all(item.is_well for item in items) else 1


def _change(
    session: Session, slug: str, now: datetime, stale_after_s: float | None, *, fields_known: bool
) -> None:
    feed, actor = feed_by_slug(session, slug), f"staff:{first_staff_name()}"
    if stale_after_s is not None:
        feed.stale_after_s = stale_after_s or None
        record(
            session,
            now,
            actor=actor,
            deed="feed.stale_after",
            subject=f"feed:{slug}",
            seconds=stale_after_s,
        )
    if fields_known:
        see_to_fields(session, feed.id, now)
        record(session, now, actor=actor, deed="feed.fields_known", subject=f"feed:{slug}")
    session.flush()


def _lines(session: Session, healths: Sequence[FeedHealth]) -> tuple[FeedHealthLine, ...]:
    return tuple(
        FeedHealthLine(
            **{
                name: getattr(health, name)
                for name in FeedHealthLine.model_fields
                if name != "unknown_fields"
            },
            unknown_fields=tuple(
                UnknownFieldLine(
                    path=field.path,
                    first_seen_at=field.first_seen_at,
                    last_seen_at=field.last_seen_at,
                )
                for field in fields_of(session, health.feed_id)
            ),
        )
        for health in healths
    )

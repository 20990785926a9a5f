"""`porchlight feed rate`: how many requests a minute a feed may make."""

from collections.abc import Iterable

import click

from alerts.store.feeds import feed_by_slug
from alerts.store.staff import record
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened
from service.database import first_staff_name


class RateOfFeed(Answer):
    """How many requests a minute a feed may make."""

    feed: str
    requests_per_minute: int
    is_default: bool

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        own = "as every feed" if self.is_default else "a number of its own"
        yield f"{self.feed} may make {self.requests_per_minute} requests a minute ({own})."


@click.command()
@click.argument("slug")
@click.option("--per-minute", type=click.IntRange(min=1, max=1_000_000))
@click.option("--default", "as_default", is_flag=True, help="As every feed.")
@json_option
def rate(slug: str, per_minute: int | None, as_default: bool, as_json: bool) -> None:
    """Show how many requests a minute the feed SLUG may make, or change it.

    Documents, withdrawals and questions are counted apart, each up to that number.
    """
    if per_minute and as_default:
        raise click.UsageError("say either --per-minute or --default")
    with opened() as runtime, runtime.store.begin() as session:
        feed = feed_by_slug(session, slug)
        if per_minute or as_default:
            feed.requests_per_minute = None if as_default else per_minute
            record(
                session,
                runtime.clock(),
                actor=f"staff:{first_staff_name()}",
                deed="feed.rate",
                subject=f"feed:{slug}",
                per_minute=feed.requests_per_minute,
            )
        said = RateOfFeed(
            feed=slug,
            requests_per_minute=feed.requests_per_minute
            or runtime.settings.feed_requests_per_minute,
            is_default=feed.requests_per_minute is None,
        )
    tell(said, as_json=as_json)

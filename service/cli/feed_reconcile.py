"""`porchlight feed reconcile`: is everything that we tell of still at the source?"""

from collections.abc import Iterable

import click

from alerts.intake.poll.reconcile import Reconciled
from alerts.store.feeds import feed_by_slug
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened
from service.database import first_staff_name


class ReconcileDone(Answer):
    """What a comparison found; the numbers are cases."""

    feed: str
    complete: bool
    suspended: bool
    why: str | None
    listed: int
    taken_in: int  # documents that were missed, or that ended something
    open: int
    missing: int
    found: int
    still_there: int
    unknown: int
    gone: int
    ended: int

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"{self.feed} lists {self.listed:,} cases; {self.open:,} of its cases are open here."
        if self.missing:
            yield (
                f"{self.missing:,} of them aren't listed: {self.found:,} found, "
                f"{self.still_there:,} still there, {self.gone:,} gone, {self.unknown:,} unknown."
            )
        if self.suspended:
            yield f"Nothing was ended and the feed is held: {self.why}."
        elif not self.complete:
            yield f"This reading counts for nothing: {self.why}."
        elif self.ended:
            yield f"{self.ended:,} alerts ended; a running server tells those who were told."


@click.command()
@click.argument("slug")
@click.option(
    "--accept-vanished",
    is_flag=True,
    help="You have looked: those that are gone are gone, however many. Your name is on it.",
)
@json_option
def reconcile(slug: str, accept_vanished: bool, as_json: bool) -> int:
    """Compare the open cases of the Poster API SLUG with its whole listing now.

    A case that the source has no more ends, unless too many are gone at once.
    """
    from service.reconciling import reconcile_now

    accepted_by = f"staff:{first_staff_name()}" if accept_vanished else None
    with opened() as runtime:
        with runtime.store.read() as session:
            feed = feed_by_slug(session, slug)
        done = reconcile_now(runtime, feed, accepted_by=accepted_by)
    tell(_answer(slug, done), as_json=as_json)
    return 0 if done.complete and not done.suspended else 1


def _answer(slug: str, done: Reconciled) -> ReconcileDone:
    return ReconcileDone(
        feed=slug,
        complete=done.complete,
        suspended=done.suspended,
        why=done.why,
        listed=done.listed,
        taken_in=len(done.taken),
        open=done.open,
        missing=done.missing,
        found=done.found,
        still_there=done.still_there,
        unknown=done.unknown,
        gone=done.gone,
        ended=done.ended,
    )

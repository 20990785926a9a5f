"""`porchlight feed rotate-secret`: have the client secret of a Poster API replaced.

The source says the new secret once, so the order matters: it goes into a sealed file, then into
the database, then it is tried. A command that was cut off is finished by running it again. A
server that runs uses the new secret at once.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from alerts.errors import Conflict, FeedUnavailable
from alerts.intake.ncmec.transport import BadAnswer
from alerts.intake.poll.stored_tokens import StoredTokens
from alerts.store.feeds import Feed, FeedKind, feed_by_slug
from alerts.store.staff import record
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened
from service.database import first_staff_name
from service.poster_apis import PosterApis
from service.secret_journal import SecretJournal
from service.wiring import Runtime


class SecretRotated(Answer):
    """What became of the secret."""

    feed: str
    came_from: str  # source | file | earlier_rotation
    works: bool
    why: str | None  # it doesn't, or nobody can tell

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"The new secret of {self.feed} is stored; servers that run use it from now on."
        if not self.works:
            yield f"It couldn't be tried: {self.why}"


@click.command("rotate-secret")
@click.argument("slug")
@click.option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Store the secret in this file, which NCMEC gave you, and don't ask for another.",
)
@json_option
def rotate_secret(slug: str, secret_file: Path | None, as_json: bool) -> int:
    """Have the client secret of the Poster API SLUG replaced, and store the new one sealed."""
    with opened() as runtime:
        with runtime.store.read() as session:
            feed = feed_by_slug(session, slug)
        if feed.kind is not FeedKind.NCMEC:
            raise Conflict(f"{slug} is a feed of kind {feed.kind}; only a Poster API has a secret")
        journal = SecretJournal(runtime.settings.data_dir, slug, runtime.vault)
        came_from = _replace(runtime, feed, journal, secret_file)
        why = _prove(runtime, feed)
        journal.clear()
        _note(runtime, feed, "feed.secret_rotated", came_from=came_from, works=why is None)
    tell(SecretRotated(feed=slug, came_from=came_from, works=why is None, why=why), as_json=as_json)
    return 0 if why is None else 1


def _replace(runtime: Runtime, feed: Feed, journal: SecretJournal, secret_file: Path | None) -> str:
    """Have another secret stored; return where it came from."""
    tokens = StoredTokens(runtime.store, runtime.vault, feed.id)
    if secret_file is not None:
        tokens.use_secret(secret_file.read_text().strip())
        return "file"
    earlier = journal.left_over()
    if earlier is not None:
        tokens.use_secret(earlier)
        return "earlier_rotation"
    journal.open()
    _note(runtime, feed, "feed.secret_rotation_began")
    try:
        with suppress(OSError):  # the file failed, and the database has it
            PosterApis(runtime).of(feed).rotate_secret(journal.keep)
    except BadAnswer as e:
        raise _lost(runtime, feed, journal, e) from e
    except FeedUnavailable:
        journal.clear()
        raise
    except SQLAlchemyError as e:
        raise Conflict(
            f"the new secret couldn't be stored; it lies sealed in {journal.path}: when the "
            "database can be written to, run the same command again"
        ) from e
    return "source"


def _lost(runtime: Runtime, feed: Feed, journal: SecretJournal, error: BadAnswer) -> Conflict:
    """Find out what happened when the answer got lost: does the old secret still work?"""
    journal.clear()
    why = _prove(runtime, feed)
    if why is None:
        return Conflict(f"nothing was changed, the old secret still works. {error}")
    return Conflict(
        f"the answer got lost and the old secret can't be used ({why}). Ask NCMEC for a new one, "
        f"then: porchlight feed rotate-secret {feed.slug} --secret-file FILE"
    )


def _prove(runtime: Runtime, feed: Feed) -> str | None:
    """Try the secret that is stored; return why it doesn't work, or can't be tried."""
    try:
        PosterApis(runtime).of(feed).prove_secret()
    except FeedUnavailable as e:
        return str(e)
    return None


def _note(runtime: Runtime, feed: Feed, deed: str, **details: str | bool) -> None:
    actor, now = f"staff:{first_staff_name()}", runtime.clock()
    with runtime.store.begin() as session:
        record(session, now, actor=actor, deed=deed, subject=f"feed:{feed.slug}", **details)

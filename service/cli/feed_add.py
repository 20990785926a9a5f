"""`porchlight feed add`: a new source of posters, with the key that it pushes with."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.errors import Conflict
from alerts.store.feeds import Feed, FeedKind, Trust, new_key
from alerts.store.staff import record
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened
from service.database import first_staff_name
from service.polling import CREDENTIALS_PURPOSE
from service.wiring import Runtime

SLUG = re.compile(r"[a-z0-9-]{1,64}")
PULLED_LATER = (FeedKind.RSS, FeedKind.ATOM)

WILL_DO = {
    Trust.REVIEW: "The desk approves every alert of this feed.",
    Trust.AMBER_AUTO: "Amber alerts go out by themselves; the desk approves the others.",
    Trust.AUTO: "Its alerts go out by themselves.",
}


class FeedAdded(Answer):
    """A new feed and its key."""

    feed: str
    api_key: str
    kind: FeedKind
    trust: Trust
    note: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"Feed {self.feed} added ({self.kind}). {WILL_DO[self.trust]}"
        yield f"API key, shown only this once: {self.api_key}"
        yield "The feed sends it as: Authorization: Bearer <key>"
        if self.note:
            yield self.note


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """With what we ask the source."""

    client_id: str
    client_secret: str

    def sealed(self, runtime: Runtime) -> bytes:
        """Seal them under the instance's own key."""
        said = {"client_id": self.client_id, "client_secret": self.client_secret}
        return runtime.vault.seal_own(CREDENTIALS_PURPOSE, json.dumps(said).encode())


@click.command()
@click.argument("slug")
@click.option("--kind", type=click.Choice([kind.value for kind in FeedKind]), required=True)
@click.option("--url", help="Base URL of the source that we pull.")
@click.option(
    "--trust",
    type=click.Choice([trust.value for trust in Trust]),
    default=Trust.REVIEW.value,
    show_default=True,
    help="What the feed may send without the desk.",
)
@click.option("--client-id", help="Of the Poster API.")
@click.option(
    "--client-secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the client secret; otherwise it is asked for.",
)
@json_option
def add(
    slug: str,
    kind: str,
    url: str | None,
    trust: str,
    client_id: str | None,
    client_secret_file: Path | None,
    as_json: bool,
) -> None:
    """Add the feed SLUG and cut its API key.

    Kinds: poster and cap push to us; ncmec is a Poster API that we pull.
    """
    feed = Feed(slug=slug, kind=FeedKind(kind), trust=Trust(trust), url=url)
    _check_slug(slug)
    _check_url(feed.kind, url)
    credentials = None
    if feed.kind is FeedKind.NCMEC:
        credentials = _ask_credentials(client_id, client_secret_file)
    with opened() as runtime:
        feed.sealed_credentials = credentials.sealed(runtime) if credentials else None
        with runtime.store.begin() as session:
            api_key = _write(session, runtime, feed)
    note = _later(feed.kind) if feed.kind in PULLED_LATER else None
    added = FeedAdded(feed=slug, api_key=api_key, kind=feed.kind, trust=feed.trust, note=note)
    tell(added, as_json=as_json)


def _write(session: Session, runtime: Runtime, feed: Feed) -> str:
    if session.scalar(select(Feed.id).where(Feed.slug == feed.slug)):
        raise Conflict(
            f"there is a feed {feed.slug!r} already; another key for it: "
            f"porchlight feed key {feed.slug}"
        )
    now = runtime.clock()
    feed.created_at = now
    session.add(feed)
    session.flush()
    record(
        session,
        now,
        actor=f"staff:{first_staff_name()}",
        deed="feed.added",
        subject=f"feed:{feed.slug}",
        kind=feed.kind,
        trust=feed.trust,
    )
    return new_key(session, feed, now)


def _check_slug(slug: str) -> None:
    if not SLUG.fullmatch(slug):
        message = "use 1 to 64 of a-z, 0-9 and -, such as state-police"
        raise click.BadParameter(message, param_hint="SLUG")


def _check_url(kind: FeedKind, url: str | None) -> None:
    if url is None:
        if kind is FeedKind.NCMEC:
            message = "a feed of kind ncmec is pulled: say from where"
            raise click.BadParameter(message, param_hint="--url")
        return
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        message = "must be an http or https URL, such as https://posterapi.ncmec.org"
        raise click.BadParameter(message, param_hint="--url")


def _ask_credentials(client_id: str | None, secret_file: Path | None) -> Credentials:
    client_id = client_id or click.prompt("Client id", err=True)
    secret = (
        secret_file.read_text().strip()
        if secret_file
        else click.prompt("Client secret", hide_input=True, err=True)
    )
    return Credentials(client_id=str(client_id), client_secret=str(secret))


def _later(kind: FeedKind) -> str:
    return f"Pulling {kind} isn't there yet: this feed can push documents, nothing is fetched."

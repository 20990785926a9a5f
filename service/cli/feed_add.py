"""`porchlight feed add`: a new source of posters, with the key that it pushes with."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.errors import Conflict
from alerts.store.feed_keys import new_key
from alerts.store.feeds import Feed, FeedKind, Trust, is_pulled
from alerts.store.staff import record
from config.settings import Settings
from service.cli.answer import Answer, json_option, tell
from service.cli.feed_look import FeedLooked, look, why_not
from service.cli.instance import opened
from service.database import first_staff_name
from service.polling import CREDENTIALS_PURPOSE
from service.wiring import Runtime

SLUG = re.compile(r"[a-z0-9-]{1,64}")
SHORTEST_INTERVAL_S = 10.0  # between polls: a source isn't asked more often than that
DOCUMENTS = (FeedKind.ATOM, FeedKind.RSS, FeedKind.JSON)  # always pulled; CAP where it has a URL

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
@click.option("--url", help="Address of the source that we pull; of ncmec its base URL.")
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(min=SHORTEST_INTERVAL_S),
    help="Seconds between polls.  [default: PORCHLIGHT_POLL_EVERY_S]",
)
@click.option("--check", "only_look", is_flag=True, help="Fetch it once, say what is there.")
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
    every_s: float | None,
    only_look: bool,
    trust: str,
    client_id: str | None,
    client_secret_file: Path | None,
    as_json: bool,
) -> None:
    """Add the feed SLUG and cut its API key.

    Kinds: poster and cap push to us. ncmec is a Poster API that we pull; atom, rss and json are
    documents that we pull, as is cap with a --url. --check adds nothing.
    """
    feed = Feed(slug=slug, kind=FeedKind(kind), trust=Trust(trust), url=url, poll_every_s=every_s)
    _check_slug(slug)
    _check_url(feed)
    if only_look:
        tell(_look(feed), as_json=as_json)
        return
    credentials = None
    if feed.kind is FeedKind.NCMEC:
        credentials = _ask_credentials(client_id, client_secret_file)
    with opened() as runtime:
        feed.sealed_credentials = credentials.sealed(runtime) if credentials else None
        with runtime.store.begin() as session:
            api_key = _write(session, runtime, feed)
    added = FeedAdded(
        feed=slug, api_key=api_key, kind=feed.kind, trust=feed.trust, note=_note_of(feed)
    )
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


def _check_url(feed: Feed) -> None:
    """Refuse a feed that could never be read; --every without anything to read, too."""
    if feed.url is None:
        if feed.kind is FeedKind.NCMEC or feed.kind in DOCUMENTS:
            message = f"a feed of kind {feed.kind} is pulled: say from where"
            raise click.BadParameter(message, param_hint="--url")
        if feed.poll_every_s is not None:
            message = f"a feed of kind {feed.kind} without --url isn't polled"
            raise click.BadParameter(message, param_hint="--every")
        return
    parts = _parts(feed.url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        message = "must be an http or https URL, such as https://posterapi.ncmec.org"
        raise click.BadParameter(message, param_hint="--url")
    refused = why_not(feed.url, Settings()) if _is_document(feed) else None
    if refused:
        raise click.BadParameter(refused, param_hint="--url")


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _is_document(feed: Feed) -> bool:
    """Say whether the feed is one document at an address."""
    return is_pulled(feed) and feed.kind is not FeedKind.NCMEC


def _look(feed: Feed) -> FeedLooked:
    if feed.url is None or not _is_document(feed):
        message = f"a feed of kind {feed.kind} isn't one document that could be looked at"
        raise click.BadParameter(message, param_hint="--check")
    return look(feed.kind, feed.url, Settings())


def _note_of(feed: Feed) -> str | None:
    """Say what the operator may not expect."""
    if feed.url is None or feed.kind is FeedKind.NCMEC:
        return None
    if feed.kind is FeedKind.POSTER:
        return "A feed of kind poster pushes: nothing is fetched from its URL."
    if feed.url.lower().startswith("http:"):
        return "It is fetched by http: whoever is on the way could change it. Ask for https."
    return "It is fetched by a running server, or now: porchlight feed poll " + feed.slug


def _ask_credentials(client_id: str | None, secret_file: Path | None) -> Credentials:
    client_id = client_id or click.prompt("Client id", err=True)
    secret = (
        secret_file.read_text().strip()
        if secret_file
        else click.prompt("Client secret", hide_input=True, err=True)
    )
    return Credentials(client_id=str(client_id), client_secret=str(secret))

"""`porchlight feed signer`: with which keys a feed signs its requests (RFC 9421)."""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from alerts.errors import Conflict
from alerts.store.feed_signers import (
    FeedSigner,
    SignatureAlgorithm,
    add_signer,
    believed_signers,
    revoke_signer,
    signers_of,
)
from alerts.store.feeds import Feed, feed_by_slug
from alerts.store.staff import record
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.database import first_staff_name

NAME = re.compile(r"[A-Za-z0-9._:@/+=-]{1,120}")  # printable ASCII, as a keyid is written


class SignerLine(Answer):
    """A public key of a feed."""

    name: str
    algorithm: SignatureAlgorithm
    created_at: datetime
    revoked_at: datetime | None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield "  ".join(self.cells())

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        state = f"revoked {moment(self.revoked_at)}" if self.revoked_at else "believed"
        return self.name, self.algorithm, moment(self.created_at), state


class SignerList(Answer):
    """All signers that a feed ever had, and whether it must sign."""

    feed: str
    required: bool
    items: tuple[SignerLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        must = "must be signed" if self.required else "may be signed"
        yield f"Requests of {self.feed} {must}."
        if self.items:
            head = ("SIGNER (keyid)", "ALGORITHM", "ADDED", "STATE")
            yield from table(head, [item.cells() for item in self.items])


@click.command()
@click.argument("slug")
@click.option("--add", "added", metavar="NAME", help="Believe a key; NAME is the keyid.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the public key, in PEM.",
)
@click.option(
    "--algorithm",
    type=click.Choice([algorithm.value for algorithm in SignatureAlgorithm]),
    help="Without: what the key is for; of an RSA key rsa-pss-sha512.",
)
@click.option("--revoke", "revoked", metavar="NAME", help="Believe a key no more, at once.")
@click.option("--require/--no-require", "required", default=None, help="Must it sign?")
@json_option
def signer(
    slug: str,
    added: str | None,
    key_file: Path | None,
    algorithm: str | None,
    revoked: str | None,
    required: bool | None,
    as_json: bool,
) -> None:
    """List the keys that the feed SLUG signs its requests with; add one, revoke one."""
    _check_options(added, key_file, algorithm)
    with opened() as runtime, runtime.store.begin() as session:
        feed, now = feed_by_slug(session, slug), runtime.clock()
        if added and key_file:
            chosen = SignatureAlgorithm(algorithm) if algorithm else None
            new = add_signer(session, feed, added, key_file.read_bytes(), now, chosen)
            _note(session, now, "feed.signer_added", slug, name=added, algorithm=new.algorithm)
        if revoked:
            revoke_signer(session, feed, revoked, now)
            _note(session, now, "feed.signer_revoked", slug, name=revoked)
        if required is not None:
            _require(session, feed, now, required=required)
        said = _list(session, feed)
    tell(said, as_json=as_json)


def _check_options(added: str | None, key_file: Path | None, algorithm: str | None) -> None:
    if bool(added) != bool(key_file) or (algorithm and not added):
        message = "--add NAME and --key FILE belong together (and --algorithm to them)"
        raise click.UsageError(message)
    if added and not NAME.fullmatch(added):
        message = "use 1 to 120 of A-Z, a-z, 0-9 and . _ : @ / + = -"
        raise click.BadParameter(message, param_hint="--add")


def _require(session: Session, feed: Feed, now: datetime, *, required: bool) -> None:
    if feed.signs_requests == required:
        return
    session.flush()
    if required and not believed_signers(session, feed.id):
        raise Conflict(f"{feed.slug} has no signer: nothing of it would be let in any more")
    feed.signs_requests = required
    _note(session, now, "feed.signatures", feed.slug, required=required)


def _list(session: Session, feed: Feed) -> SignerList:
    session.flush()
    items = tuple(_line(one) for one in signers_of(session, feed))
    return SignerList(feed=feed.slug, required=feed.signs_requests, items=items)


def _line(one: FeedSigner) -> SignerLine:
    return SignerLine(
        name=one.name,
        algorithm=SignatureAlgorithm(one.algorithm),
        created_at=one.created_at,
        revoked_at=one.revoked_at,
    )


def _note(session: Session, now: datetime, deed: str, slug: str, **said: object) -> None:
    actor = f"staff:{first_staff_name()}"
    record(session, now, actor=actor, deed=deed, subject=f"feed:{slug}", **said)

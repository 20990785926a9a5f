"""`porchlight feed certificates`: who may sign a feed's CAP, and whether it must be signed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import click
from pydantic import BaseModel, ConfigDict

from alerts.certificates import Certificate, as_pem, read_certificates
from alerts.errors import Conflict
from alerts.store.feeds import Feed, feed_by_slug
from alerts.store.staff import record
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.database import first_staff_name

MAX_BYTES = 1_000_000  # a certificate has 1 to 2 kB; this is another file


class CertificateLine(BaseModel):
    """One certificate, as people tell it apart."""

    model_config = ConfigDict(frozen=True)

    subject: str
    begins_at: datetime
    expires_at: datetime
    expired: bool
    sha256: str

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        until = moment(self.expires_at) + (" (expired)" if self.expired else "")
        return self.subject, until, self.sha256[:16]


class CertificatesOfFeed(Answer):
    """Who may sign for a feed."""

    feed: str
    must_be_signed: bool
    items: tuple[CertificateLine, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if self.items:
            yield from table(("SUBJECT", "EXPIRES", "SHA-256"), [c.cells() for c in self.items])
        else:
            yield f"Nobody's signature is known for {self.feed}."
        if self.must_be_signed:
            yield "CAP without a valid signature is held."
        else:
            yield "CAP needn't be signed; a signature that doesn't fit is held all the same."


@click.command()
@click.argument("slug")
@click.option(
    "--add",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A PEM file with one or more certificates; repeatable.",
)
@click.option("--clear", is_flag=True, help="Forget those that are there.")
@click.option(
    "--require/--no-require", "required", default=None, help="Hold CAP that has no valid signature."
)
@json_option
def certificates(
    slug: str, files: tuple[Path, ...], clear: bool, required: bool | None, as_json: bool
) -> None:
    """Show or set the certificates that the feed SLUG signs its CAP with.

    Each is the signer's own certificate; an authority's says nothing here.
    """
    added = [one for file in files for one in _read(file)]
    with opened() as runtime, runtime.store.begin() as session:
        feed, now = feed_by_slug(session, slug), runtime.clock()
        _refuse_expired(added, now)
        kept = {} if clear else {one.fingerprint: one for one in _of(feed)}
        known = tuple({**kept, **{one.fingerprint: one for one in added}}.values())
        must_be_signed = feed.must_be_signed if required is None else required
        _refuse_unsignable(known, feed, must_be_signed=must_be_signed)
        if added or clear or required is not None:
            feed.certificates, feed.must_be_signed = as_pem(known), must_be_signed
            record(
                session,
                now,
                actor=f"staff:{first_staff_name()}",
                deed="feed.certificates",
                subject=f"feed:{slug}",
                fingerprints=[one.fingerprint for one in known],
                must_be_signed=must_be_signed,
            )
        lines = tuple(_line(one, now) for one in known)
    tell(CertificatesOfFeed(feed=slug, must_be_signed=must_be_signed, items=lines), as_json=as_json)


def _read(file: Path) -> Sequence[Certificate]:
    if file.stat().st_size > MAX_BYTES:
        raise click.BadParameter(f"{file} is too large to be certificates", param_hint="--add")
    try:
        return read_certificates(file.read_bytes())
    except ValueError as problem:
        raise click.BadParameter(f"{file}: {problem}", param_hint="--add") from None


def _of(feed: Feed) -> Sequence[Certificate]:
    return read_certificates(feed.certificates.encode()) if feed.certificates else ()


def _refuse_expired(added: Sequence[Certificate], now: datetime) -> None:
    for one in added:
        if one.expires_at <= now:
            message = f"{one.subject} expired at {moment(one.expires_at)}: ask for its successor"
            raise click.BadParameter(message, param_hint="--add")


def _refuse_unsignable(known: Sequence[Certificate], feed: Feed, *, must_be_signed: bool) -> None:
    """Refuse a feed that must sign and can't be believed whatever it signs."""
    if must_be_signed and not known:
        raise Conflict(
            f"{feed.slug} must sign, and no certificate would be left to check that with: "
            f"add one with --add, or use --no-require"
        )


def _line(one: Certificate, now: datetime) -> CertificateLine:
    return CertificateLine(
        subject=one.subject,
        begins_at=one.begins_at,
        expires_at=one.expires_at,
        expired=one.expires_at <= now,
        sha256=one.fingerprint,
    )

"""`porchlight staff token|tokens|revoke-token`: with what the desk's programs sign in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import click

from alerts.store.staff import Staff, record, staff_by_name
from alerts.store.staff_tokens import (
    StaffToken,
    add_staff_token,
    revoke_staff_token,
    staff_tokens,
)
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.database import first_staff_name

MOST_DAYS = 3_660


class TokenCut(Answer):
    """A new token."""

    id: int
    name: str
    role: str
    token: str
    expires_at: datetime

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"A token of {self.name} ({self.role}), shown only this once: {self.token}"
        yield f"It works until {moment(self.expires_at)}; its number is {self.id}."


class TokenLine(Answer):
    """A token, without its secret."""

    id: int
    name: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    works: bool

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield "  ".join(self.cells())

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        return str(self.id), self.name, moment(self.made_at), self._state()

    def _state(self) -> str:
        if self.revoked_at:
            return f"revoked {moment(self.revoked_at)}"
        return f"{'expires' if self.works else 'expired'} {moment(self.expires_at)}"


class TokenList(Answer):
    """All tokens that were ever cut."""

    items: tuple[TokenLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No tokens yet: porchlight staff token NAME"]
        return table(("NUMBER", "NAME", "CUT", "STATE"), [item.cells() for item in self.items])


class TokenRevoked(Answer):
    """A token that works no more."""

    id: int
    name: str
    revoked_at: datetime

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"Token {self.id} of {self.name} works no more, on any server."


@click.command()
@click.argument("name")
@click.option(
    "--days",
    type=click.FloatRange(min=0, min_open=True, max=MOST_DAYS),
    help="Days for which it works. Default: PORCHLIGHT_STAFF_TOKEN_DAYS.",
)
@json_option
def token(name: str, days: float | None, as_json: bool) -> None:
    """Cut a token with which a program asks the desk's API as the person NAME."""
    with opened() as runtime, runtime.store.begin() as session:
        person, now = staff_by_name(session, name), runtime.clock()
        lives = timedelta(days=days or runtime.settings.staff_token_days)
        secret, row = add_staff_token(session, person, now, now + lives)
        record(
            session,
            now,
            actor=f"staff:{first_staff_name()}",
            deed="staff.token_cut",
            subject=f"staff:{name}",
            token=row.id,
            expires_at=row.expires_at.isoformat(),
        )
        cut = TokenCut(
            id=row.id, name=name, role=person.role, token=secret, expires_at=row.expires_at
        )
    tell(cut, as_json=as_json)


@click.command()
@json_option
def tokens(as_json: bool) -> None:
    """List the tokens of the desk; their secrets are kept nowhere."""
    with opened() as runtime, runtime.store.read() as session:
        now = runtime.clock()
        items = tuple(_line(person, row, now) for person, row in staff_tokens(session))
    tell(TokenList(items=items), as_json=as_json)


@click.command("revoke-token")
@click.argument("number", type=int)
@json_option
def revoke_token(number: int, as_json: bool) -> None:
    """End the token NUMBER at once."""
    with opened() as runtime, runtime.store.begin() as session:
        now = runtime.clock()
        person, row = revoke_staff_token(session, number, now)
        revoked = TokenRevoked(id=row.id, name=person.name, revoked_at=row.revoked_at or now)
        if row.revoked_at == now:
            record(
                session,
                now,
                actor=f"staff:{first_staff_name()}",
                deed="staff.token_revoked",
                subject=f"staff:{person.name}",
                token=row.id,
            )
    tell(revoked, as_json=as_json)


def _line(person: Staff, row: StaffToken, now: datetime) -> TokenLine:
    return TokenLine(
        id=row.id,
        name=person.name,
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        works=row.revoked_at is None and not row.is_over(now),
    )

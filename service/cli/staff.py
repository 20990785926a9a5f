"""`porchlight staff add|list`: who works at the desk."""

from collections.abc import Iterable
from typing import Literal, get_args

import click

from alerts.errors import Conflict
from alerts.store.staff import all_staff, record
from service import database
from service.cli.answer import Answer, json_option, table, tell
from service.cli.instance import opened

Role = Literal["viewer", "editor", "approver", "admin"]
NAME_LENGTH = 80


class StaffMember(Answer):
    """A person of the desk."""

    name: str
    role: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"{self.name} works at the desk now ({self.role})."


class StaffList(Answer):
    """Everybody."""

    items: tuple[StaffMember, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["Nobody yet: porchlight staff add NAME"]
        return table(("NAME", "ROLE"), [(item.name, item.role) for item in self.items])


@click.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(get_args(Role)),
    default="approver",
    show_default=True,
    help="viewer and editor can't approve alerts.",
)
@json_option
def add(name: str, role: Role, as_json: bool) -> None:
    """Add the person NAME to the desk."""
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise click.BadParameter(f"use 1 to {NAME_LENGTH} letters", param_hint="NAME")
    with opened() as runtime, runtime.store.begin() as session:
        if not database.add_staff(session, name, role):
            raise Conflict(f"{name} works at the desk already")
        record(
            session,
            runtime.clock(),
            actor=f"staff:{database.first_staff_name()}",
            deed="staff.added",
            subject=f"staff:{name}",
            role=role,
        )
    tell(StaffMember(name=name, role=role), as_json=as_json)


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the people of the desk."""
    with opened() as runtime, runtime.store.read() as session:
        items = tuple(StaffMember(name=p.name, role=p.role) for p in all_staff(session))
    tell(StaffList(items=items), as_json=as_json)

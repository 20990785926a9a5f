"""`porchlight alert approve|recall`: what the desk decides, with a name on it."""

from collections.abc import Iterable
from uuid import UUID

import click

from alerts.alert import Status
from alerts.desk.approve import approve
from alerts.desk.recall import recall
from alerts.store.alerts import alert_by_public_id
from alerts.store.staff import staff_by_name
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened
from service.database import first_staff_name

by_option = click.option(
    "--by",
    "name",
    metavar="NAME",
    default=first_staff_name,
    show_default="whoever you are",
    help="Who decides; somebody of the desk.",
)


class Decision(Answer):
    """Where an alert stands after an approval."""

    alert: UUID
    status: Status
    approvals: int
    needed: int
    note: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield self.note


class RecallMade(Answer):
    """What became of a recalled alert."""

    alert: UUID
    status: Status
    note: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield self.note


@click.command("approve")
@click.argument("alert_id", metavar="ID", type=click.UUID)
@by_option
@json_option
def approve_(alert_id: UUID, name: str, as_json: bool) -> None:
    """Approve the held alert ID; with the last approval needed it goes out."""
    with opened() as runtime, runtime.store.begin() as session:
        done = approve(
            session,
            runtime.vault,
            runtime.authorities,
            alert_by_public_id(session, alert_id),
            staff_by_name(session, name),
            runtime.clock(),
            needed=runtime.settings.approvals_needed,
        )
    count = f"{done.approvals} of {done.needed} approvals"
    if done.went_live:
        note = f"It is live ({count}): a running server sends it now, else the next start does."
    elif done.is_repeat:
        note = f"{name} had approved it already and counts once: {count}."
    else:
        note = f"{count}: somebody else must approve it too."
    decision = Decision(
        alert=alert_id, status=done.status, approvals=done.approvals, needed=done.needed, note=note
    )
    tell(decision, as_json=as_json)


@click.command("recall")
@click.argument("alert_id", metavar="ID", type=click.UUID)
@by_option
@click.option("--reason", default="", help="For the book of deeds; never the child's name.")
@json_option
def recall_(alert_id: UUID, name: str, reason: str, as_json: bool) -> None:
    """End the alert ID: nobody hears of it any more, those who did get the all-clear."""
    with opened() as runtime, runtime.store.begin() as session:
        done = recall(
            session,
            alert_by_public_id(session, alert_id),
            staff_by_name(session, name),
            runtime.clock(),
            reason=reason,
        )
    if done.had_ended:
        note = "It had ended before; nothing was changed."
    elif done.was_live:
        note = (
            "Recalled. A running server sends the all-clear to those who were told, and takes the "
            "data back, within seconds; if none runs, that happens at the next start."
        )
    else:
        note = "Recalled before anybody was told. Its data is taken back by the server."
    tell(RecallMade(alert=alert_id, status=done.status, note=note), as_json=as_json)

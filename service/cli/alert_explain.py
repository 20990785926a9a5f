"""`porchlight alert explain`: why was this person told, or why not?"""

from collections.abc import Iterable
from uuid import UUID

import click
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.desk.explain import Explanation, explain
from alerts.errors import NotFound
from alerts.store.alerts import alert_by_public_id
from alerts.store.subscribers import Subscriber
from config.settings import Settings
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened


class StepShown(BaseModel):
    """One condition of a push."""

    step: str
    ok: bool
    detail: str


class Explained(Answer):
    """The answer and every condition."""

    alert: UUID
    subscriber: UUID
    told: bool
    answer: str
    steps: tuple[StepShown, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield self.answer
        yield from (f"  {'✓' if s.ok else '✗'} {s.step}: {s.detail}" for s in self.steps)


@click.command("explain")
@click.argument("alert_id", metavar="ID", type=click.UUID)
@click.option(
    "--subscriber", "subscriber_id", metavar="ID", type=click.UUID, required=True, help="Of whom."
)
@json_option
def explain_(alert_id: UUID, subscriber_id: UUID, as_json: bool) -> None:
    """Say step by step why a subscriber was told of the alert ID, or wasn't."""
    with opened() as runtime, runtime.store.read() as session:
        settings = runtime.settings
        # FCM isn't started for a command, but it counts as set up
        channels = {*runtime.channels} | ({"fcm"} if Settings().fcm_credential else set())
        found = explain(
            session,
            alert_by_public_id(session, alert_id),
            _person(session, subscriber_id),
            runtime.clock(),
            weekly_cap=settings.weekly_cap,
            channels=channels,
        )
    tell(_shown(alert_id, subscriber_id, found), as_json=as_json)


def _shown(alert_id: UUID, subscriber_id: UUID, found: Explanation) -> Explained:
    return Explained(
        alert=alert_id,
        subscriber=subscriber_id,
        told=found.was_told,
        answer=found.answer,
        steps=tuple(StepShown(step=s.name, ok=s.ok, detail=s.detail) for s in found.steps),
    )


def _person(session: Session, public_id: UUID) -> Subscriber:
    found = session.scalar(select(Subscriber).where(Subscriber.public_id == public_id))
    if found is None:
        raise NotFound(f"there is no subscriber {public_id}")
    return found

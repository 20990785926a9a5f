"""`porchlight submission list`: what feeds sent and what became of it, held documents above all.

A document may be held without an alert: a message of another sender, a case that had ended. The
desk finds it here; what it says of a child stays sealed.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import click
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from alerts.problem import Problem
from alerts.signature import SignatureState
from alerts.store.alerts import Alert
from alerts.store.feeds import Feed
from alerts.store.submissions import Submission, SubmissionOutcome
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened

MOST = 200  # lines; the newest


class SubmissionLine(BaseModel):
    """One document and its outcome."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    feed: str
    received_at: datetime
    outcome: SubmissionOutcome
    alert: UUID | None
    signature: SignatureState | None  # of CAP
    problems: tuple[Problem, ...]

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        why = ", ".join(dict.fromkeys(problem.code for problem in self.problems))
        alert = str(self.alert) if self.alert else "-"
        signed = str(self.signature or "-")
        return str(self.id), self.feed, self.outcome, moment(self.received_at), alert, signed, why


class SubmissionList(Answer):
    """Documents, newest first."""

    items: tuple[SubmissionLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No such documents."]
        head = ("DOCUMENT", "FEED", "OUTCOME", "RECEIVED", "ALERT", "SIGNATURE", "WHY")
        return table(head, [item.cells() for item in self.items])


@click.command("list")
@click.option("--outcome", type=click.Choice([str(o) for o in SubmissionOutcome]), default=None)
@click.option("--feed", "slug", default=None, help="Of one feed only.")
@json_option
def list_(outcome: str | None, slug: str | None, as_json: bool) -> None:
    """List what feeds sent, newest first, and what became of it."""
    statement = (
        select(Submission, Feed.slug, Alert.public_id)
        .join(Feed, Feed.id == Submission.feed_id)
        .outerjoin(Alert, Alert.id == Submission.alert_id)
        .order_by(Submission.id.desc())
        .limit(MOST)
    )
    if outcome is not None:
        statement = statement.where(Submission.outcome == SubmissionOutcome(outcome))
    if slug is not None:
        statement = statement.where(Feed.slug == slug)
    with opened() as runtime, runtime.store.read() as session:
        items = tuple(
            SubmissionLine(
                id=submission.public_id,
                feed=feed,
                received_at=submission.received_at,
                outcome=submission.outcome,
                alert=alert,
                signature=submission.signature,
                problems=tuple(Problem.model_validate(p) for p in submission.problems),
            )
            for submission, feed, alert in session.execute(statement)
        )
    tell(SubmissionList(items=items), as_json=as_json)

"""What the `porchlight webhook` commands answer with."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from service.cli.answer import Answer, moment, table


class WebhookSecret(Answer):
    """A webhook with a secret that nobody sees again."""

    webhook: UUID
    feed: str
    url: str
    secret: str
    note: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"Webhook {self.webhook} of {self.feed}: {self.url}"
        yield f"Secret, shown only this once: {self.secret}"
        yield self.note


class WebhookLine(Answer):
    """How a webhook is."""

    webhook: UUID
    feed: str
    url: str
    events: tuple[str, ...]
    disabled_at: datetime | None
    given_up_in_a_row: int

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield "  ".join(self.cells())

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        state = f"disabled {moment(self.disabled_at)}" if self.disabled_at else "told"
        return str(self.webhook), self.feed, ", ".join(self.events) or "all", state, self.url


class WebhookList(Answer):
    """All webhooks, or those of a feed."""

    items: tuple[WebhookLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No webhooks: porchlight webhook add FEED https://..."]
        head = ("WEBHOOK", "FEED", "EVENTS", "STATE", "URL")
        return table(head, [item.cells() for item in self.items])


class DeliveryLine(Answer):
    """How one event's delivery goes."""

    delivery: UUID
    event: str
    made_at: datetime
    tries: int
    state: str
    last_status: int | None
    last_error: str | None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield "  ".join(self.cells())

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        said = self.last_error or (str(self.last_status) if self.last_status else "-")
        return (
            str(self.delivery),
            self.event,
            moment(self.made_at),
            str(self.tries),
            self.state,
            said,
        )


class WebhookShown(Answer):
    """A webhook and what it was told lately, newest first."""

    webhook: WebhookLine
    deliveries: tuple[DeliveryLine, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield from self.webhook.lines()
        head = ("WEBHOOK-ID", "EVENT", "MADE", "TRIES", "STATE", "SAID")
        yield from table(head, [one.cells() for one in self.deliveries])


class WebhookDone(Answer):
    """What was done with a webhook."""

    webhook: UUID
    events: int = 0
    note: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield self.note

"""How a test looks at the progress of an alert in a town."""

from alerts.delivery.progress import Counting, Progress, progress_of
from alerts.store.alerts import Alert
from alerts.store.receipts import Said, keep_receipt, wave_shown
from alerts.store.waves import Batch
from tests.audience.town import Town


def progress(
    town: Town, alert_id: int, counting: Counting | None = None, *, apart: bool = False
) -> list[Progress]:
    """Return how far each telling is."""
    with town.store.read() as session:
        alert, counts = session.get_one(Alert, alert_id), counting or Counting()
        return progress_of(session, alert, town.clock(), counts, apart=apart)


def change(town: Town, number: int, **columns: object) -> None:
    """Change the columns of a batch, by its place among all."""
    batch_id = town.batches()[number].id
    with town.store.begin() as session:
        batch = session.get_one(Batch, batch_id)
        for name, value in columns.items():
            setattr(batch, name, value)


def say(
    town: Town,
    alert_id: int,
    person: int,
    event: str = "shown",
    *,
    channel: str = "fcm",
    device: int = 0,
) -> list[str]:
    """Let a person's phone confirm; return what was news."""
    with town.store.begin() as session:
        said = Said(
            alert_id=alert_id,
            subscriber_id=person,
            device_id=device,
            wave_id=wave_shown(session, alert_id, town.clock()),
            channel=channel,
            event=event,
            at=town.clock(),
        )
        return keep_receipt(session, said)

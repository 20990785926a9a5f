"""Answers for the phones of a town, and reads who was told what."""

from sqlalchemy import select

from alerts.push import Outcome
from alerts.store.waves import Batch, BatchState, Wave
from tests.audience.town import Town


def answer_all(town: Town, outcome: Outcome = Outcome.SENT) -> None:
    """Let every batch that is ready have gone out, each device with this outcome."""
    with town.store.begin() as session:
        for batch in session.scalars(select(Batch).where(Batch.state == BatchState.READY)):
            outcomes = batch.outcome_array()
            outcomes[outcomes == Outcome.PENDING] = outcome
            batch.outcomes, batch.state = outcomes.tobytes(), BatchState.DONE


def devices_by_kind(
    town: Town, alert_id: int, outcome: Outcome | None = None
) -> dict[str, list[int]]:
    """Return the devices in an alert's waves by kind, of one outcome if named."""
    found: dict[str, list[int]] = {}
    with town.store.read() as session:
        rows = session.execute(
            select(Wave.kind, Batch)
            .join(Batch, Batch.wave_id == Wave.id)
            .where(Wave.alert_id == alert_id)
            .order_by(Batch.id)
        )
        for kind, batch in rows:
            for device, got in zip(batch.devices(), batch.outcomes, strict=True):
                if outcome is None or got == outcome:
                    found.setdefault(kind.value, []).append(int(device))
    return found

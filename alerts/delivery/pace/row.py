"""Between the row of a channel and the values that are reckoned with."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from alerts.delivery.pace.breaker import BreakerState
from alerts.delivery.pace.bucket import Bucket
from alerts.store.channel_states import KeptChannel, change_channel_state


def bucket_of(kept: KeptChannel) -> Bucket:
    """Return the room of a channel."""
    return Bucket(free_at=kept.free_at, ramp_from=kept.ramp_from)


def breaker_of(kept: KeptChannel) -> BreakerState:
    """Return the breaker of a channel."""
    return BreakerState(
        breaker=kept.breaker,
        failures=kept.failures,
        why=kept.why,
        opened_at=kept.opened_at,
        retry_at=kept.retry_at,
        probe_until=kept.probe_until,
    )


def keep(session: Session, channel: str, *values: Bucket | BreakerState) -> None:
    """Write down what changed of a row that we hold."""
    columns = {name: said for value in values for name, said in asdict(value).items()}
    change_channel_state(session, channel, **columns)

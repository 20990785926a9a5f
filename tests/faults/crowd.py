"""A town full of people, moved in at once: each with a phone and a neighborhood in its middle."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sqlalchemy import insert, select

from alerts.push import Outcome
from alerts.store.devices import address_hash
from alerts.store.engine import Store
from alerts.store.subscribers import Channel, Device, Neighborhood, Subscriber, note_change
from alerts.store.waves import Batch, BatchState, Wave
from geo.circle import circle_ground
from tests.audience.town import CENTRE, NEARBY_M, Town

FINAL = frozenset(Outcome) - {Outcome.PENDING, Outcome.IN_FLIGHT}


def move_in(town: Town, people: int) -> None:
    """Let so many people move in; the phone of the nth has the token `phone-n`, from 0."""
    now, home = town.clock(), circle_ground(CENTRE, NEARBY_M)
    with town.store.begin() as session:
        ids = session.scalars(
            insert(Subscriber).returning(Subscriber.id),
            [
                {"token_hash": f"{n}".encode(), "language": "en", "joined_at": now, "tester": False}
                for n in range(people)
            ],
        ).all()
        session.execute(
            insert(Device),
            [
                {
                    "subscriber_id": person,
                    "device_key": "phone",
                    "channel": Channel.FCM,
                    "address": f"phone-{n}",
                    "address_kind": "token",
                    "address_hash": address_hash(Channel.FCM, f"phone-{n}"),
                    "registered_at": now,
                }
                for n, person in enumerate(ids)
            ],
        )
        for person in ids:
            drawn = Neighborhood(subscriber_id=person, name="Home", shape=home, drawn_at=now)
            session.add(drawn)
            note_change(session, drawn)


def token_of(store: Store) -> dict[int, str]:
    """Return the token of each device, by id."""
    with store.read() as session:
        return {row.id: row.address for row in session.execute(select(Device.id, Device.address))}


def batches(store: Store, kinds: Sequence[str] = ("alert",)) -> Sequence[Batch]:
    """Return the batches of waves of these kinds, read from the database."""
    with store.read() as session:
        return session.scalars(
            select(Batch).join(Wave, Wave.id == Batch.wave_id).where(Wave.kind.in_(kinds))
        ).all()


def devices_with(store: Store, outcome: Outcome) -> list[int]:
    """Return the devices of the alert's wave that have an outcome now."""
    found = [batch.devices()[batch.outcome_array() == outcome] for batch in batches(store)]
    return [int(device) for device in np.concatenate(found)] if found else []


def final_outcomes(store: Store, people: int) -> Counter[Outcome]:
    """Return how many devices have each outcome; fail unless each has exactly one final one."""
    seen = Counter[int]()
    outcomes = Counter[Outcome]()
    for batch in batches(store):
        assert batch.state is BatchState.DONE, batch.last_error
        seen.update(batch.devices().tolist())
        outcomes.update(Outcome(code) for code in batch.outcomes)
    assert len(seen) == people
    assert set(seen.values()) == {1}
    assert set(outcomes) <= FINAL
    return outcomes

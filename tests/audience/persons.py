"""People to move into an empty store, for as long as a test looks: all that they may choose."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from alerts.audience.choose import audience_index
from alerts.audience.index import AudienceIndex, Ids
from alerts.store.engine import Store
from alerts.store.subscribers import Channel, Device, Neighborhood, Subscriber
from geo.parts import Shape
from tests.audience.grounds import grounds
from tests.fakes.clock import NOON

SLEEPS = {"start": "06:00", "end": "20:00", "time_zone": "America/Detroit"}  # NOON is 07:00 there
SLEEPS_TOO = {"start": "05:00", "end": "20:00", "time_zone": "America/New_York"}  # until the same
SLEEPS_LONGER = SLEEPS | {"end": "21:00"}
WAKES = {"start": "22:00", "end": "06:00", "time_zone": "Europe/Berlin"}
CHOICES = st.lists(st.booleans(), min_size=6, max_size=6)
ALSO_AMBER = SLEEPS | {"tiers": ["amber", "missing"]}


class Undo(Exception):
    """Ends a transaction as if it had never been."""


@contextmanager
def undone(store: Store) -> Iterator[Session]:
    """Open a transaction whose rows are gone afterwards."""
    with suppress(Undo), store.begin() as session:
        yield session
        raise Undo


@dataclass(frozen=True)
class Person:
    """Somebody to move in."""

    homes: tuple[Shape, ...] = ()
    counties: str = ""  # a letter for each home: N none looked up, O outside of all, A, B
    language: str = "en"
    quiet_hours: dict[str, Any] | None = None
    weekly_cap: int | None = None
    tester: bool = False
    phones: tuple[Channel, ...] = (Channel.FCM,)
    ended: int = 0  # how many of the phones are gone


COUNTIES = {"N": None, "O": "", "A": "06037", "B": "48453"}


def people_near(origin: tuple[float, float]) -> st.SearchStrategy[Person]:
    return st.builds(
        Person,
        homes=st.lists(grounds(origin), max_size=3).map(tuple),
        counties=st.text("NOAB", min_size=3, max_size=3),
        language=st.sampled_from(["en", "EN", "es", "es-MX", "zh"]),
        quiet_hours=st.sampled_from(
            [None, None, {}, SLEEPS, SLEEPS_TOO, SLEEPS_LONGER, WAKES, ALSO_AMBER]
        ),
        weekly_cap=st.sampled_from([None, None, 0, 1, 5]),
        tester=st.booleans(),
        phones=st.lists(st.sampled_from(list(Channel)), max_size=3).map(tuple),
        ended=st.integers(0, 1),
    )


def move_in(session: Session, people: Sequence[Person]) -> Ids:
    """Write people, homes and phones; return the people's ids."""
    ids = []
    for number, person in enumerate(people, 1):
        row = Subscriber(
            token_hash=number.to_bytes(32, "big"),
            language=person.language,
            quiet_hours=person.quiet_hours,
            weekly_cap=person.weekly_cap,
            tester=person.tester,
            joined_at=NOON,
        )
        session.add(row)
        session.flush()
        ids.append(row.id)
        session.add_all(homes_of(row.id, person))
        session.add_all(phones_of(row.id, person))
        session.flush()
    return np.array(ids, np.int64)


def homes_of(owner: int, person: Person) -> Iterator[Neighborhood]:
    for shape, letter in zip(person.homes, person.counties or "NNN", strict=False):
        yield Neighborhood(
            subscriber_id=owner, name="", shape=shape, county=COUNTIES[letter], drawn_at=NOON
        )


def phones_of(owner: int, person: Person) -> Iterator[Device]:
    for number, channel in enumerate(person.phones):
        yield Device(
            subscriber_id=owner,
            device_key=str(number),
            channel=channel,
            address="",
            address_kind="token",
            address_hash=b"",
            registered_at=NOON,
            ended_at=NOON if number < person.ended else None,
        )


def fresh(session: Session, store: Store) -> AudienceIndex:
    index = audience_index(store)
    index.refresh(session)
    return index


def some_of(ids: Ids, chosen: list[bool]) -> Ids:
    return ids[[n for n, is_chosen in enumerate(chosen[: len(ids)]) if is_chosen]]

"""Whom does this ground touch? The protocol that both sizes keep.

Embedded, `columns` answers from memory; scaled, `postgis` asks the database. Both know every
neighborhood as of the newest committed change, and the same tests hold both to the same answers.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.audience.ids import Ids, no_ids
from alerts.store.waves import Wave
from geo.parts import Shape

__all__ = [
    "AudienceIndex",
    "CountyCount",
    "DeviceCount",
    "Figures",
    "Ids",
    "MakeWave",
    "Matches",
    "Phones",
    "Question",
    "Said",
    "Seated",
    "Terms",
    "most_first",
    "no_ids",
]


@dataclass(frozen=True, kw_only=True)
class Matches:
    """Neighborhoods that an area touches: two arrays of the same length, sorted by id."""

    neighborhood_ids: Ids
    subscriber_ids: Ids


class Said(NamedTuple):
    """What counts for the batch that a device goes into."""

    channel: str
    language: str
    quiet_hours: str | None  # JSON of alerts.audience.quiet.QuietHours


@dataclass(frozen=True, kw_only=True)
class Phones:
    """Devices that can be reached: columns of the same length, sorted by device id."""

    device_ids: Ids
    subscriber_ids: Ids
    said_of: NDArray[np.int64]  # place in `said`
    said: Sequence[Said]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of an area before anything is sent."""

    tier: Tier
    now: datetime
    testers_only: bool = False  # as an exercise (DOMAIN rule 14)
    told: Ids = field(default_factory=no_ids)  # sorted: who knows of the case already


@dataclass(frozen=True, kw_only=True)
class DeviceCount:
    """Devices that can be reached now, of one channel and language."""

    channel: str
    language: str
    devices: int


@dataclass(frozen=True, kw_only=True)
class CountyCount:
    """Neighborhoods whose middle lies in one county; None: in no county that is known."""

    county: str | None  # FIPS code
    neighborhoods: int
    subscribers: int


def most_first(counts: Iterable[CountyCount]) -> tuple[CountyCount, ...]:
    """Return counties in the order of `Figures.counties`."""

    def rank(count: CountyCount) -> tuple[bool, int, str]:
        return count.county is None, -count.neighborhoods, count.county or ""

    return tuple(sorted(counts, key=rank))


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What an area reaches, exactly; they leave the house only through `hide_small`."""

    neighborhood_ids: Ids  # sorted
    subscribers: int
    devices: tuple[DeviceCount, ...]  # by channel, then language; none is 0
    in_quiet_hours: int  # subscribers whom a push of this tier would wait for
    already_told: int  # subscribers
    counties: tuple[CountyCount, ...]  # most neighborhoods first, then by code, None last

    @property
    def neighborhoods(self) -> int:
        """How many neighborhoods share at least a point with the area."""
        return len(self.neighborhood_ids)

    @property
    def device_total(self) -> int:
        """Devices of all channels and languages."""
        return sum(count.devices for count in self.devices)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Who is left out of a first telling, and when the others may be disturbed (rules 9, 10)."""

    tier: Tier
    now: datetime
    testers_only: bool
    left_out: Ids  # sorted: people who were told, or are about to be
    pushed: Ids  # sorted: people who had pushes this week; empty if no cap counts (amber)
    pushes: Ids  # how many each of them had
    weekly_cap: int  # of those who chose none
    among: Ids | None = None  # nobody else: those who come late


@dataclass(frozen=True, kw_only=True)
class Seated:
    """How many a wave is for."""

    people: int
    devices: int
    capped: int  # people over their weekly cap: seated, and done before anything is sent


MakeWave: TypeAlias = Callable[[Seated], Wave]  # adds the wave's row and flushes it


class AudienceIndex(Protocol):
    """Knows every neighborhood, as of the newest committed change."""

    def refresh(self, session: Session) -> int:
        """Read what changed; return the sequence of neighborhood changes it stands at now.

        Never in a transaction that has changed neighborhoods, devices or people itself: if it were
        rolled back, an index in memory would go on knowing what never was.
        """
        ...

    def may_reach(self, people: int) -> bool:
        """False if an area can't reach so many, as far as is known without asking the database."""
        ...

    def reach(self, session: Session, area: Shape, among: Ids | None = None) -> Matches:
        """Return the neighborhoods that share at least a point with `area`, exactly.

        With `among`, only those of these subscribers.
        """
        ...

    def figures(self, session: Session, area: Shape, asked: Question) -> Figures:
        """Count whom `area` touches."""
        ...

    def phones(self, session: Session, device_ids: Ids) -> Phones:
        """Return those of these devices that can be reached."""
        ...

    def seat(
        self, session: Session, area: Shape, terms: Terms, make_wave: MakeWave, batch_size: int
    ) -> Wave | None:
        """Write the batches of a first telling of `area`; None, and no wave, if it is for nobody.

        A batch's devices share channel, language, release time (`not_before`, quiet hours), and
        whether they are over their weekly cap; within a wave, batches are in the order of release
        time, channel, language, capped, and device id; turns count those of the same release time
        and channel, capped ones apart (`alerts.audience.seats.first_turns`). A person is there by
        the lowest id of their neighborhoods that match. The batches of capped people are DONE, each
        outcome CAPPED.
        """
        ...

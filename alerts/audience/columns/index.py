"""The audience index in memory: answers from columns, kept fresh by the change sequences."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from alerts.audience.columns.block import Ids
from alerts.audience.columns.figures import figures_of
from alerts.audience.columns.match import match
from alerts.audience.columns.neighborhoods import Neighborhoods
from alerts.audience.columns.people import OutOfOrder, People
from alerts.audience.columns.phones import phones_of
from alerts.audience.columns.reached import Reached, reached
from alerts.audience.columns.read import (
    all_neighborhoods,
    collector_resting,
    give_back,
    neighborhoods_among,
    read_changed_devices,
    read_devices,
    read_people,
)
from alerts.audience.columns.seating import seats_of
from alerts.audience.index import Figures, MakeWave, Matches, Phones, Question, Seated, Terms
from alerts.audience.seats import write_batches
from alerts.store.audience_changes import Followed, audience_changes_since, newest_audience_change
from alerts.store.subscribers import changes_since, newest_change
from alerts.store.waves import Wave
from geo.parts import Shape

CHANGES_AT_ONCE = 20_000


class Columns:
    """An `AudienceIndex` in memory over SQLite; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seq: int | None = None  # of neighborhoods; None: never loaded
        self._people_seq = 0
        self._people, self._neighborhoods = People(), Neighborhoods()

    def refresh(self, session: Session) -> int:
        """Load everything at the first call, afterwards only what changed."""
        with self._lock:
            if self._seq is None:
                return self._load(session)
            try:
                self._follow_people(session)
                return self._follow_neighborhoods(session, self._seq)
            except OutOfOrder:  # a change went unnoticed: somebody has been at the tables
                return self._load(session)

    def may_reach(self, people: int) -> bool:
        """Say whether there are so many neighborhoods; nobody knows before they are loaded."""
        return len(self) >= people

    def reach(self, session: Session, area: Shape, among: Ids | None = None) -> Matches:
        """Return the neighborhoods that share at least a point with `area`, exactly.

        As of the last refresh; `session` isn't asked.
        """
        found = self._reached(area, among)
        return Matches(
            neighborhood_ids=found.neighborhood_ids,
            subscriber_ids=found.people.ids[found.owners],
        )

    def figures(self, session: Session, area: Shape, asked: Question) -> Figures:
        """Count whom `area` touches, as of the last refresh."""
        return figures_of(self._reached(area), asked)

    def phones(self, session: Session, device_ids: Ids) -> Phones:
        """Return those of these devices that can be reached, as of the last refresh."""
        return phones_of(self._people, device_ids)

    def seat(
        self, session: Session, area: Shape, terms: Terms, make_wave: MakeWave, batch_size: int
    ) -> Wave | None:
        """Write the batches of a first telling; None, and no wave, if it is for nobody."""
        seats = seats_of(self._reached(area, terms.among), terms)
        if not len(seats):
            return None
        seated = Seated(people=seats.people(), devices=len(seats), capped=seats.capped_people())
        wave = make_wave(seated)
        write_batches(session, wave, seats, terms.now, batch_size)
        return wave

    def shapes(self) -> tuple[NDArray[np.object_], Ids]:
        """Return the shapes and ids of all neighborhoods, for comparisons and benchmarks."""
        with self._lock:
            return self._neighborhoods.shapes()

    def nbytes(self) -> int:
        """Bytes that all columns take."""
        return self._neighborhoods.nbytes() + self._people.nbytes()

    def __len__(self) -> int:
        """How many neighborhoods there are."""
        return len(self._neighborhoods)

    def _reached(self, area: Shape, among: Ids | None = None) -> Reached:
        with self._lock:
            people, blocks = self._people, self._neighborhoods.blocks()
        return reached(
            people, match(blocks, area, None if among is None else people.mask_of(among))
        )

    def _load(self, session: Session) -> int:
        """Read everything into new columns; a load that breaks off leaves the old ones."""
        people, neighborhoods = People(), Neighborhoods()
        people_seq, seq = newest_audience_change(session), newest_change(session)
        with collector_resting():
            read_people(session, people)
            read_devices(session, people)
            for rows in all_neighborhoods(session, people):
                neighborhoods.load(rows)
        give_back(session)
        self._people, self._neighborhoods = people, neighborhoods
        self._people_seq, self._seq = people_seq, seq
        return seq

    def _follow_people(self, session: Session) -> None:
        while changed := audience_changes_since(session, self._people_seq, CHANGES_AT_ONCE):
            people = _of(changed, Followed.SUBSCRIBER)
            devices = _of(changed, Followed.DEVICE)
            if people:
                read_people(session, self._people, people)
            if devices:
                read_changed_devices(session, self._people, devices)
            self._people_seq = changed[-1][0]

    def _follow_neighborhoods(self, session: Session, seq: int) -> int:
        while changed := changes_since(session, seq, CHANGES_AT_ONCE):
            ids = sorted({c.neighborhood_id for c in changed})
            rows = neighborhoods_among(session, ids, self._people)
            self._neighborhoods.replace(ids, rows)
            self._seq = seq = changed[-1].seq
        return seq


def _of(changed: Sequence[tuple[int, str, int]], table: Followed) -> list[int]:
    return [row_id for _, name, row_id in changed if name == table]

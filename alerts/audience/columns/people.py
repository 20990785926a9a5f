"""People and their devices as columns: what a wave must know of them, 30 bytes for both.

Rows of people are never moved: neighborhoods name their owners by them. Who is gone keeps a row
that nothing points to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from alerts.audience.index import Ids

NOBODY = -1  # the owner of a device that can't be reached
NO_CAP = -1
NO_OWNER = 0  # no row id

Ints = NDArray[np.int32]
Scalar = TypeVar("Scalar", bound=np.generic)


class OutOfOrder(Exception):
    """A new person has a lower row id than one who is known, or an owner is unknown.

    The changes that were read don't tell everything, so everything must be read anew.
    """


class Words:
    """The few different words of a column, by number."""

    def __init__(self) -> None:
        self._number: dict[str | None, int] = {}

    def numbers(self, said: Iterable[str | None]) -> list[int]:
        """Return the number of each; a new word gets the next one."""
        known = self._number
        return [known.setdefault(word, len(known)) for word in said]

    def listed(self) -> list[str | None]:
        """Return the words in the order of their numbers."""
        return list(self._number)


@dataclass(frozen=True, kw_only=True)
class Devices:
    """Devices in the order of their ids; replaced as a whole when rows are added."""

    ids: Ids
    owners: Ints  # rows of people, or NOBODY
    channels: NDArray[np.uint8]

    def rows_of(self, ids: Ids) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return where ids are, or would be, and which are there."""
        return _places(self.ids, ids)


class People:
    """Not safe to write from two threads at once; what is read meanwhile is a moment's truth."""

    def __init__(self) -> None:
        self.ids: Ids = np.zeros(0, np.int64)
        self.languages = np.zeros(0, np.uint16)
        self.quiet_hours = np.zeros(0, np.int32)
        self.weekly_caps = np.zeros(0, np.int32)
        self.testers = np.zeros(0, bool)
        self.language_words, self.quiet_words, self.channel_words = Words(), Words(), Words()
        self.devices = Devices(
            ids=np.zeros(0, np.int64), owners=np.zeros(0, np.int32), channels=np.zeros(0, np.uint8)
        )

    def put(
        self,
        ids: Sequence[int],
        languages: Sequence[str],
        quiet_hours: Sequence[str | None],
        weekly_caps: Sequence[int],
        testers: Sequence[int],
    ) -> None:
        """Add people, or note what they chose anew: columns, in the order of ids.

        `quiet_hours` are JSON; a cap of NO_CAP is the instance's. Raises: OutOfOrder.
        """
        given = np.array(ids, np.int64)
        places, known = _places(self.ids, given)
        fresh = given[~known]
        if len(fresh) and len(self.ids) and fresh[0] < self.ids[-1]:
            raise OutOfOrder
        places[~known] = len(self.ids) + np.arange(len(fresh))
        grown = self._room_for(len(fresh))
        self.languages[places] = self.language_words.numbers(languages)
        self.quiet_hours[places] = self.quiet_words.numbers(quiet_hours)
        self.weekly_caps[places] = weekly_caps
        self.testers[places] = testers
        if grown:
            self.ids = np.concatenate([self.ids, fresh])  # at last: nobody is seen half known

    def put_devices(
        self, ids: Sequence[int], owners: Sequence[int], channels: Sequence[str]
    ) -> None:
        """Add devices, or note whose they are now: columns, in the order of ids.

        An owner is a person who is known, or NO_OWNER: the device can't be reached.
        """
        places, known = _places(self.ids, np.array(owners, np.int64))
        self._put_devices(
            np.array(ids, np.int64),
            np.where(known, places, NOBODY).astype(np.int32),
            np.array(self.channel_words.numbers(channels), np.uint8),
        )

    def unknown(self, ids: Sequence[int]) -> list[int]:
        """Return those of `ids` who aren't known."""
        given = np.array(ids, np.int64)
        _, known = _places(self.ids, given)
        return [int(person) for person in given[~known]]

    def find(self, ids: Ids) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return where `ids` are, or would be, and who of them is known."""
        return _places(self.ids, ids)

    def rows_of(self, ids: Ids) -> NDArray[np.int64]:
        """Return the rows of those of `ids` who are known."""
        places, known = self.find(ids)
        return places[known]

    def owner_rows(self, ids: Ids) -> Ints:
        """Return the row of each of `ids`. Raises: OutOfOrder if somebody isn't known."""
        places, known = _places(self.ids, ids)
        if not known.all():
            raise OutOfOrder
        return places.astype(np.int32)

    def mask_of(self, ids: Ids) -> NDArray[np.bool_]:
        """Return a mask over all people: who is among `ids`."""
        mask = np.zeros(len(self.ids), bool)
        mask[self.rows_of(ids)] = True
        return mask

    def nbytes(self) -> int:
        """Bytes that all columns take."""
        devices = (self.devices.ids, self.devices.owners, self.devices.channels)
        mine = (self.ids, self.languages, self.quiet_hours, self.weekly_caps, self.testers)
        return sum(column.nbytes for column in (*devices, *mine))

    def _room_for(self, more: int) -> bool:
        """Make rows for new people, whose ids aren't there yet."""
        if more:
            self.languages = _longer(self.languages, more)
            self.quiet_hours = _longer(self.quiet_hours, more)
            self.weekly_caps = _longer(self.weekly_caps, more)
            self.testers = _longer(self.testers, more)
        return more > 0

    def _put_devices(self, ids: Ids, owners: Ints, channels: NDArray[np.uint8]) -> None:
        old = self.devices
        places, known = old.rows_of(ids)
        old.owners[places[known]], old.channels[places[known]] = owners[known], channels[known]
        if known.all():
            return
        at, fresh = places[~known], ~known
        self.devices = Devices(
            ids=np.insert(old.ids, at, ids[fresh]),
            owners=np.insert(old.owners, at, owners[fresh]),
            channels=np.insert(old.channels, at, channels[fresh]),
        )


def _places(among: Ids, ids: Ids) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return where each of `ids` is, or would be, in `among` (sorted), and which are there."""
    places = np.searchsorted(among, ids)
    known = np.zeros(len(ids), bool)
    inside = places < len(among)
    known[inside] = among[places[inside]] == ids[inside]
    return places, known


def _longer(column: NDArray[Scalar], more: int) -> NDArray[Scalar]:
    return np.concatenate([column, np.zeros(more, column.dtype)])

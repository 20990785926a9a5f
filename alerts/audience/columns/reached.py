"""Whom did the match reach? Rows of neighborhoods, as columns by id, and the people behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from alerts.audience.columns.block import Ids
from alerts.audience.columns.match import Hits
from alerts.audience.columns.people import Devices, People

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Neighborhoods that matched: columns of the same length, sorted by id."""

    people: People
    devices: Devices  # as they were at the match
    neighborhood_ids: Ids
    owners: NDArray[np.int32]  # rows of people
    counties: NDArray[np.int32]

    def owner_mask(self) -> NDArray[np.bool_]:
        """Return a mask over all people: who has one of these neighborhoods."""
        mask = np.zeros(len(self.people.ids), bool)
        mask[self.owners] = True
        return mask

    def devices_of(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the rows of the devices of those people in the mask who can be reached."""
        owners = self.devices.owners
        return np.flatnonzero(np.append(chosen, False)[owners])  # the last one is NOBODY's


def reached(people: People, hits: Sequence[Hits]) -> Reached:
    """Gather what matched."""
    ids = _joined([hit.block.ids[hit.rows] for hit in hits], np.zeros(0, np.int64))
    owners = _joined([hit.block.owners[hit.rows] for hit in hits], np.zeros(0, np.int32))
    counties = _joined([hit.block.counties[hit.rows] for hit in hits], np.zeros(0, np.int32))
    devices = people.devices  # before the mask over people is made: their owners are in it
    if (np.diff(ids) <= 0).any():  # some were moved since they were loaded
        order = np.argsort(ids, kind="stable")
        # one that moved at this very moment was met at both places: it counts once
        order = order[np.append(np.diff(ids[order]) > 0, True)]
        ids, owners, counties = ids[order], owners[order], counties[order]
    return Reached(
        people=people, devices=devices, neighborhood_ids=ids, owners=owners, counties=counties
    )


def _joined(parts: Sequence[NDArray[Scalar]], none: NDArray[Scalar]) -> NDArray[Scalar]:
    return np.concatenate(parts) if parts else none

"""Which neighborhoods does this ground touch? The protocol that both sizes keep."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class Matches:
    """Neighborhoods that an area touches: two arrays of the same length, sorted by id."""

    neighborhood_ids: NDArray[np.int64]
    subscriber_ids: NDArray[np.int64]


class AudienceIndex(Protocol):
    """Knows every neighborhood, as of the newest committed change."""

    def refresh(self, session: Session) -> int:
        """Read what changed; return the sequence that the index stands at now."""
        ...

    def reach(
        self, area: Polygon | MultiPolygon, owners_among: NDArray[np.int64] | None = None
    ) -> Matches:
        """Return the neighborhoods that share at least a point with `area`, exactly.

        With `owners_among`, only those of these subscribers; the others aren't tested exactly.
        """
        ...

"""How ids travel between Python and PostgreSQL: a million of them without a million objects."""

import numpy as np

from alerts.audience.index import Ids, no_ids
from alerts.store.waves import unpack_ids


def as_array(ids: Ids) -> str:
    """Write ids as PostgreSQL writes an array: CAST(:it AS bigint[])."""
    return "{" + ",".join(map(str, ids.tolist())) + "}"


def as_ids(packed: bytes | memoryview | None) -> Ids:
    """Read what string_agg(int8send(id), '') packed; nothing aggregates to NULL."""
    return no_ids() if packed is None else unpack_ids(bytes(packed))


def sorted_ids(packed: bytes | memoryview | None) -> Ids:
    """Read packed ids that came in any order."""
    return np.sort(as_ids(packed))

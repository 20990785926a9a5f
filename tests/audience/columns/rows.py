"""Neighborhoods as rows of columns, without a database."""

from collections.abc import Sequence

import numpy as np

from alerts.audience.columns.block import Rows
from geo.packed import joined, pack
from geo.parts import Shape


def rows_of(ids: Sequence[int], shapes: Sequence[Shape], owners: Sequence[int] = ()) -> Rows:
    """Return rows; each id's owner is the row of the same number, unless said otherwise."""
    words, starts = joined([pack(shape) for shape in shapes])
    return Rows(
        ids=np.array(ids, np.int64),
        owners=np.array(owners or ids, np.int32),
        counties=np.zeros(len(ids), np.int32),
        words=words,
        starts=starts,
    )

"""In which order do neighbours on the ground lie next to each other in memory and on disk?

Along a Hilbert curve over the whole Earth: what is near on the curve is near on the ground.
"""

import numpy as np
from numpy.typing import NDArray

LEVELS = 16  # cells of 0.0055° of longitude, some 400 m at 40°: finer than a neighborhood


def hilbert_order(lonlat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order of points along the curve: row numbers, as `argsort` gives them.

    Parameters
    ----------
    lonlat : (N, 2) array
        WGS84 degrees within ±180° and ±90°.
    """
    return np.argsort(hilbert_distance(lonlat), kind="stable")


def hilbert_distance(lonlat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how far along the curve each point lies, 0 to 4**LEVELS - 1.

    Source: the quadrant-by-quadrant conversion, H. S. Warren, "Hacker's Delight", 2nd edition,
    chapter 16; here for whole columns at once.
    """
    most = (1 << LEVELS) - 1
    x = ((lonlat[:, 0] + 180) / 360 * most).astype(np.int64).clip(0, most)
    y = ((lonlat[:, 1] + 90) / 180 * most).astype(np.int64).clip(0, most)
    far = np.zeros(len(lonlat), np.int64)
    for level in reversed(range(LEVELS)):
        right, above = (x >> level) & 1, (y >> level) & 1
        far += ((3 * right) ^ above) << (2 * level)
        x, y = _turned(x, y, turn=above == 0, flip=(above == 0) & (right == 1), most=most)
    return far


def _turned(
    x: NDArray[np.int64],
    y: NDArray[np.int64],
    *,
    turn: NDArray[np.bool_],
    flip: NDArray[np.bool_],
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Turn the quarters whose piece of the curve lies on its side."""
    x, y = np.where(flip, most - x, x), np.where(flip, most - y, y)
    return np.where(turn, y, x), np.where(turn, x, y)

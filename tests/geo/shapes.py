"""Shapes to test with: hypothesis strategies of plain outlines."""

import math

import numpy as np
import shapely
from hypothesis import strategies as st
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geo.coordinates import LonLat
from geo.vertices import NULL_ISLAND_DEG

longitudes = st.floats(-180, 180, allow_nan=False)
latitudes = st.floats(-90, 90, allow_nan=False)
positions = st.builds(LonLat, longitudes, latitudes).filter(lambda p: p != (0, 0))


def is_filled_in(shape: BaseGeometry) -> bool:
    """Say whether it lies anywhere but at (0, 0), where nothing is that anybody means."""
    return bool(np.abs(shapely.get_coordinates(shape)).max() > NULL_ISLAND_DEG)


def around(
    lon: float, lat: float, width_deg: float, height_deg: float, spokes: list[float]
) -> Polygon:
    """Make a star-shaped, so always valid, outline; `spokes` in (0, 1]."""
    angle = np.linspace(0, 2 * math.pi, len(spokes), endpoint=False)
    reach = np.array(spokes)
    return Polygon(
        np.column_stack(
            (
                lon + width_deg * reach * np.cos(angle),
                lat + height_deg * reach * np.sin(angle),
            )
        )
    )


spokes = st.lists(st.floats(0.2, 1), min_size=3, max_size=40)
stars = st.builds(
    around,
    st.floats(-170, 170),
    st.floats(-75, 75),
    st.floats(0.001, 5),
    st.floats(0.001, 5),
    spokes,
).filter(is_filled_in)

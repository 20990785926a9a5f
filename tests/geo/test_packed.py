"""Packing: small, fast, and nothing lost but millimetres."""

import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from geo import packed
from geo.errors import InvalidShape, OutOfRange
from geo.packed import boxes_many, pack, unpack, unpack_many
from tests.geo.shapes import stars
from tests.patience import BLOW_UP_S

HALF_UNIT_DEG = 0.5e-7 * (1 + 1e-6)

HOLED = Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 2, 2).exterior, box(2.5, 2.5, 3, 3).exterior])
PAIR = MultiPolygon([box(179, 0, 180, 1), box(-180, 0, -179, 1)])
SHAPES = [box(0, 0, 1, 1), HOLED, PAIR, MultiPolygon([HOLED, box(9, 9, 10, 10)])]


@settings(max_examples=100, deadline=None)
@given(stars)
def test_a_shape_comes_back_within_millimetres_and_valid(star: Polygon) -> None:
    back = unpack(pack(star))
    assert back.is_valid
    before, after = shapely.get_coordinates(star), shapely.get_coordinates(back)
    if before.shape == after.shape:
        assert np.abs(before - after).max() <= HALF_UNIT_DEG
    else:
        assert back.hausdorff_distance(star) <= 2 * HALF_UNIT_DEG


@settings(max_examples=60, deadline=None)
@given(stars)
def test_packing_twice_changes_nothing(star: Polygon) -> None:
    data = pack(star)
    assert pack(unpack(data)) == data


@pytest.mark.parametrize("shape", SHAPES)
def test_holes_and_parts_come_back(shape: Polygon | MultiPolygon) -> None:
    back = unpack(pack(shape))
    assert back.equals(shape)
    assert back.geom_type == shape.geom_type


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(SHAPES) | stars, max_size=12))
def test_many_are_read_like_one_by_one(shapes: list[Polygon | MultiPolygon]) -> None:
    blobs = [pack(shape) for shape in shapes]
    together = unpack_many(blobs)
    assert together.shape == (len(blobs),)
    assert all(a.equals_exact(unpack(b), 0) for a, b in zip(together, blobs, strict=True))
    boxes = boxes_many(blobs)
    assert boxes.shape == (len(blobs), 4)
    assert np.array_equal(boxes, shapely.bounds(together).reshape(-1, 4))
    assert [packed.box(blob) for blob in blobs] == [tuple(row) for row in boxes.tolist()]


def test_the_corners_of_the_world_fit() -> None:
    assert packed.box(pack(box(-180, -90, 180, 90))) == (-180, -90, 180, 90)


def test_twenty_corners_take_168_bytes() -> None:
    angle = np.linspace(0, 6, 20)
    assert len(pack(Polygon(np.column_stack((np.cos(angle), np.sin(angle)))))) == 168


def test_a_neck_that_closes_on_the_grid_is_still_valid() -> None:
    hourglass = Polygon([(0, 0), (1, 0), (0.5 + 1e-9, 0.5), (1, 1), (0, 1), (0.5 - 1e-9, 0.5)])
    back = unpack(pack(hourglass))
    assert back.is_valid
    assert back.area == pytest.approx(hourglass.area, rel=1e-6)


def test_what_collapses_on_the_grid_is_refused() -> None:
    with pytest.raises(InvalidShape) as caught:
        pack(box(10, 10, 10 + 1e-9, 10 + 1e-9))
    assert caught.value.code == "no_area"


@pytest.mark.parametrize("empty", [Polygon(), MultiPolygon()])
def test_nothing_is_not_packed(empty: Polygon | MultiPolygon) -> None:
    with pytest.raises(InvalidShape) as caught:
        pack(empty)
    assert caught.value.code == "empty"


def test_a_shape_over_the_seam_is_not_packed() -> None:
    with pytest.raises(OutOfRange):
        pack(box(179, 0, 181, 1))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_bytes_that_are_no_shape_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidShape):
        unpack(data)


def test_a_shape_cut_short_is_refused() -> None:
    data = pack(HOLED)
    for cut in range(len(data)):
        with pytest.raises(InvalidShape):
            unpack_many([data, data[:cut], data])


def test_a_hundred_thousand_are_read_in_one_go() -> None:
    angle = np.linspace(0, 6, 20)
    ring = 0.01 * np.column_stack((np.cos(angle), np.sin(angle)))
    blobs = [pack(Polygon(ring + np.array((n % 150, n % 70)))) for n in range(1_000)] * 100
    started = time.process_time()
    assert len(unpack_many(blobs)) == 100_000
    assert time.process_time() - started < BLOW_UP_S

"""The made-up crowd is what the figures say it is, and its rows are those of an import."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import func, select

from alerts.store.engine import Store
from alerts.store.subscribers import Device, Neighborhood, NeighborhoodChange, Subscriber
from benchmarks.crowd import CIRCLE_CORNERS, crowd, write_crowd
from benchmarks.crowd_rows import fill_postgresql, fill_sqlite
from geo.geojson import parse_feature
from geo.packed import pack, unpack

pytest_plugins = ("tests.store.databases",)


def test_the_crowd_is_as_the_figures_say() -> None:
    made = crowd(4_000, seed=3)
    shapes = made.shapes()
    assert shapely.is_valid(shapes).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(shapes)).all()
    assert (made.corners == CIRCLE_CORNERS).mean() == pytest.approx(0.7, abs=0.03)
    assert (made.corners.min(), made.corners.max()) == (3, 60)
    south_north = np.diff(shapely.bounds(shapes)[:, 1::2], axis=1).ravel() * 111_320 / 2
    round_ones = made.corners == CIRCLE_CORNERS
    assert np.median(south_north[round_ones]) == pytest.approx(1_500, rel=0.1)
    concave = shapely.area(shapes) < 0.98 * shapely.area(shapely.convex_hull(shapes))
    assert concave[~round_ones].mean() > 0.8
    assert (made.languages == "en").mean() == pytest.approx(0.8, abs=0.03)
    assert made.quiet.mean() == pytest.approx(0.2, abs=0.03)


def test_the_same_seed_makes_the_same_crowd() -> None:
    assert crowd(50, seed=1).blobs() == crowd(50, seed=1).blobs()
    assert crowd(50, seed=1).blobs() != crowd(50, seed=2).blobs()
    assert len(crowd(0)) == 0


def test_any_of_them_are_packed_as_the_store_packs() -> None:
    made = crowd(200)
    some = np.array([7, 3, 150])
    assert made.blobs(some) == [pack(shape) for shape in made.shapes(some)]
    assert made.blobs(some) == [made.blobs()[n] for n in some.tolist()]


def test_a_file_of_them_can_be_imported(tmp_path: Path) -> None:
    write_crowd(tmp_path / "crowd.geojsonl", 30, seed=4)
    features = [json.loads(one) for one in (tmp_path / "crowd.geojsonl").read_text().splitlines()]
    assert [pack(parse_feature(one).shape) for one in features] == crowd(30, seed=4).blobs()
    assert {one["properties"]["device"]["channel"] for one in features} == {"console"}


def test_position_tells_the_row_id_in_both_sizes(store: Store, database_url: str) -> None:
    made = crowd(120)
    first = fill_sqlite(store, made) if store.is_sqlite else fill_postgresql(database_url, made)
    with store.read() as session:
        drawn = session.scalars(select(Neighborhood).order_by(Neighborhood.id)).all()
        people = session.scalars(select(Subscriber).order_by(Subscriber.id)).all()
        devices = session.scalars(select(Device)).all()
        changes = session.scalar(select(func.count()).select_from(NeighborhoodChange))
    assert [n.id for n in drawn] == list(range(first, first + 120))
    assert [n.shape for n in drawn] == [unpack(blob) for blob in made.blobs()]
    assert [p.language for p in people] == made.languages.tolist()
    assert [p.quiet_hours is not None for p in people] == made.quiet.tolist()
    assert len({d.address for d in devices}) == changes == 120
    assert {d.subscriber_id for d in devices} == {n.subscriber_id for n in drawn}

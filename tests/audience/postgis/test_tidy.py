"""Do neighbours on the ground lie side by side afterwards, and does nobody wait long for it?"""

import random
from collections.abc import Iterator

import numpy as np
import pytest
from shapely.geometry import box
from sqlalchemy import insert, text
from sqlalchemy.exc import ProgrammingError

from alerts.audience.postgis import tidy as tidying
from alerts.audience.postgis.index import PostgisIndex
from alerts.audience.postgis.tidy import InUse, tidy
from alerts.store.engine import Store
from alerts.store.subscribers import Neighborhood, Subscriber
from tests.fakes.clock import NOON

pytestmark = pytest.mark.xdist_group("postgresql")

SIDE = 30  # streets; a page of 8 kB holds some forty neighborhoods
CORNER = box(0, 0, 0.049, 0.049)  # five of thirty streets each way


@pytest.fixture
def store(postgresql_url: str) -> Iterator[Store]:
    """A town whose people moved in at random."""
    made = Store(postgresql_url)
    places = [(x / 100, y / 100) for x in range(SIDE) for y in range(SIDE)]
    random.Random(1).shuffle(places)  # noqa: S311 - no secret
    rows = [
        {
            "subscriber_id": 1,
            "name": "",
            "shape": box(x, y, x + 0.005, y + 0.005),
            "drawn_at": NOON,
        }
        for x, y in places
    ]
    with made.begin() as session:
        session.add(Subscriber(id=1, token_hash=b"", joined_at=NOON))
        session.flush()
        session.execute(insert(Neighborhood), rows)
    yield made
    made.close()


def pages_of_the_corner(store: Store) -> tuple[list[int], int]:
    """Return the neighborhoods in the corner, and on how many pages they lie."""
    with store.read() as session:
        ids = PostgisIndex().reach(session, CORNER).neighborhood_ids
        places = session.scalars(
            text("SELECT ctid::text FROM neighborhood WHERE id = ANY(:ids)"), {"ids": ids.tolist()}
        )
        return ids.tolist(), len({place.strip("()").split(",")[0] for place in places})


def test_neighbours_lie_side_by_side_afterwards(store: Store) -> None:
    before, scattered = pages_of_the_corner(store)
    with store.begin() as session:
        tidy(session)
    after, together = pages_of_the_corner(store)
    assert before == after
    assert len(after) == 25
    assert together <= 5 < 12 < scattered


def test_it_gives_way_to_whoever_uses_the_table(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "WAITS_MS", 50)
    with store.read() as reader:
        PostgisIndex().reach(reader, CORNER)
        with pytest.raises(InUse), store.begin() as session:
            tidy(session)
        found = PostgisIndex().reach(reader, CORNER)
    assert np.all(np.diff(found.neighborhood_ids) > 0)
    with store.begin() as session:
        tidy(session)


def test_another_error_is_not_taken_for_a_busy_table(store: Store) -> None:
    with store.begin() as session:
        session.execute(text("ALTER INDEX ix_neighborhood_shape RENAME TO gone"))
        with pytest.raises(ProgrammingError, match="ix_neighborhood_shape"), session.begin_nested():
            tidy(session)
        session.execute(text("ALTER INDEX gone RENAME TO ix_neighborhood_shape"))

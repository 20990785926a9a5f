"""Does the shape of an area choose how it is asked for, and is that how PostgreSQL plans it?"""

from collections.abc import Iterator

import pytest
import shapely
from shapely.geometry import box
from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.audience.postgis.planned import WORK_MEM_BYTES, plan_well
from alerts.audience.postgis.touching import AREA, Touching, touching, touching_few
from alerts.store.engine import Store
from tests.audience.grounds import stored

pytestmark = pytest.mark.xdist_group("postgresql")

SMALL = stored(box(-74.01, 40.7, -74, 40.71))
WIDE = stored(box(-76, 40, -74, 42))
EXPLAIN = "EXPLAIN SELECT id FROM neighborhood WHERE "
LONG = stored(shapely.LineString([(-71, 42), (-77, 39)]).buffer(0.02))


@pytest.fixture
def session(postgresql_url: str) -> Iterator[Session]:
    """A transaction that reads."""
    store = Store(postgresql_url)
    with store.read() as session:
        yield session
    store.close()


def plan_of(session: Session, condition: Touching) -> str:
    session.execute(text("SET LOCAL enable_seqscan = off"))
    return "\n".join(session.scalars(text(EXPLAIN + condition.sql), {AREA: condition.wkb}))


def test_a_small_area_is_one_box_and_the_exact_test() -> None:
    assert touching(SMALL).sql.count("&&") == 1
    assert " @ " not in touching(SMALL).sql


def test_a_wide_area_has_boxes_inside() -> None:
    assert touching(WIDE).sql.count("&&") == 1
    assert touching(WIDE).sql.count(" @ ") >= 1


def test_a_long_one_has_many_boxes_around() -> None:
    assert touching(LONG).sql.count("&&") > 50


def test_who_is_found_otherwise_is_only_tested() -> None:
    assert "&&" not in touching_few(LONG).sql


@pytest.mark.parametrize("area", [SMALL, WIDE, LONG], ids=["small", "wide", "long"])
def test_only_boxes_are_looked_up_and_the_exact_test_is_a_filter(
    session: Session, area: shapely.Polygon
) -> None:
    condition = touching(area)
    plan = plan_of(session, condition)
    searches = [line for line in plan.splitlines() if "Index Cond" in line]
    assert "ix_neighborhood_shape" in plan
    assert len(searches) == condition.sql.count("&&")


def test_the_planner_is_set_for_one_transaction_and_never_given_less_memory(
    postgresql_url: str,
) -> None:
    asked = text(
        "SELECT current_setting('jit') AS jit, current_setting('plan_cache_mode') AS plans,"
        " pg_size_bytes(current_setting('work_mem')) AS memory"
    )
    store = Store(postgresql_url)
    with store.read() as session:
        before = session.execute(asked).one()
        plan_well(session)
        assert session.execute(asked).one() == ("off", "force_custom_plan", WORK_MEM_BYTES)
        session.execute(text("SET LOCAL work_mem = '1GB'"))
        plan_well(session)
        assert session.execute(asked).one().memory == 1024**3
    with store.read() as session:
        assert session.execute(asked).one() == before
    store.close()

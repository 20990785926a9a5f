"""Do times, ids and shapes come back as they went in, on both sizes?"""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from alerts.store.base import Ground
from alerts.store.engine import Store
from alerts.store.places import Place
from alerts.store.staff import Staff
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.packed import pack, unpack
from tests.audience.town import Town
from tests.fakes.clock import NOON

MANY = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HOLED = Polygon(box(-90, 40, -80, 50).exterior, [box(-88, 42, -82, 48).exterior])
SHAPES: dict[str, Ground] = {
    "circle": circle_ground(LonLat(-87.4, 46.54), 16_000),
    "split at the antimeridian": circle_ground(LonLat(179.99, -17), 50_000),
    "over the pole": circle_ground(LonLat(0, 89.9), 100_000),
    "with a hole": HOLED,
    "with an island in the hole": MultiPolygon([HOLED, box(-86, 44, -84, 46)]),
    "corners that don't sit on the grid": Polygon([(1 / 3, 0), (1, 1 / 7), (0.123456789, 1)]),
}


def keep_time(store: Store, moment: datetime) -> datetime:
    with store.begin() as session:
        person = Staff(name=str(uuid4()), role="viewer", joined_at=moment)
        session.add(person)
    with store.read() as session:
        return session.scalars(select(Staff.joined_at).where(Staff.id == person.id)).one()


def keep_shape(store: Store, shape: Ground) -> Ground | None:
    with store.begin() as session:
        place = Place(
            scheme="test", code=uuid4().hex, name="", folded="", lon=0, lat=0, shape=shape
        )
        session.add(place)
    with store.read() as session:
        return session.scalars(select(Place.shape).where(Place.id == place.id)).one()


@MANY
@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
    st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), ZoneInfo("America/Detroit")]),
)
def test_a_time_comes_back_as_the_same_moment_in_utc(
    store: Store, moment: datetime, zone: timezone | ZoneInfo
) -> None:
    moment = moment.replace(tzinfo=zone)
    kept = keep_time(store, moment)
    assert kept.astimezone(UTC) == moment.astimezone(UTC)
    assert kept.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        keep_time(store, datetime(2026, 11, 22, 12))  # noqa: DTZ001


def test_times_are_compared_as_moments(store: Store) -> None:
    detroit = NOON.astimezone(ZoneInfo("America/Detroit"))
    keep_time(store, NOON)
    with store.read() as session:
        later = select(Staff.id).where(Staff.joined_at > detroit)
        assert session.scalars(later).all() == []
        assert len(session.scalars(select(Staff.id).where(Staff.joined_at == detroit)).all()) == 1


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_comes_back_rounded_to_the_grid_and_valid(store: Store, name: str) -> None:
    kept = keep_shape(store, SHAPES[name])
    assert kept is not None
    assert kept.is_valid
    assert shapely.equals_identical(kept, unpack(pack(SHAPES[name])))


@MANY
@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(10, 200_000))
def test_any_circle_comes_back_rounded_to_the_grid(
    store: Store, lon: float, lat: float, radius_m: float
) -> None:
    shape = circle_ground(LonLat(lon or 0.1, lat), radius_m)
    kept = keep_shape(store, shape)
    assert kept is not None
    assert shapely.equals_identical(kept, unpack(pack(shape)))


def test_a_place_without_an_outline_has_none(store: Store) -> None:
    with store.begin() as session:
        session.add(Place(scheme="test", code="1", name="", folded="", lon=0, lat=0))
    with store.read() as session:
        assert session.scalars(select(Place.shape)).one() is None


def test_postgis_knows_the_shapes_as_ground_on_earth(store: Store) -> None:
    keep_shape(store, SHAPES["with a hole"])
    if store.is_sqlite:
        return
    with store.read() as session:
        row = session.execute(text("SELECT ST_SRID(shape), ST_IsValid(shape) FROM place")).one()
    assert tuple(row) == (4326, True)


def test_public_ids_tell_their_order_and_are_uuids(town: Town) -> None:
    first, second = town.alert(), town.alert()
    with town.store.read() as session:
        rows = session.execute(text("SELECT id, public_id FROM alert ORDER BY public_id")).all()
    assert [row.id for row in rows] == [first, second]
    assert {UUID(str(row.public_id)).version for row in rows} == {7}


def test_row_ids_are_never_used_again(town: Town) -> None:
    person = town.person()
    old = town.home_of(person)
    town.leave(old)
    assert town.draw(person, SHAPES["circle"]) > old

"""A lean SELECT gives what a session gives, on both databases, also from many threads at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from shapely.geometry import box
from sqlalchemy import bindparam, select

from alerts.places import PlaceRecord
from alerts.store.engine import Store
from alerts.store.lean_select import LeanSelect
from alerts.store.places import Place, replace_places

COLUMNS = (Place.code, Place.lon, Place.shape, Place.population)


@pytest.fixture
def lean(store: Store) -> LeanSelect:
    records = [
        PlaceRecord(
            scheme="x",
            code=str(number),
            name="O'Fallon",
            region=None,
            country="US",
            lon=number / 7,
            lat=1.5,
            shape=box(number, 0, number + 1, 1) if number % 2 else None,
            population=number * 1_000,
        )
        for number in range(20)
    ]
    with store.begin() as session:
        replace_places(session, records)
    statement = select(*COLUMNS).where(
        Place.code == bindparam("code"), Place.name == bindparam("name")
    )
    return LeanSelect(store.engine, statement, [column.type for column in COLUMNS])


def test_rows_are_decoded_as_a_session_does(lean: LeanSelect, store: Store) -> None:
    for code in ("3", "4", "99"):
        asked = select(*COLUMNS).where(Place.code == code)
        with store.read() as session:
            expected = [list(row) for row in session.execute(asked)]
        assert lean.rows(name="O'Fallon", code=code) == expected


def test_threads_dont_mix_their_answers(lean: LeanSelect) -> None:
    codes = [str(number % 20) for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda code: lean.rows(name="O'Fallon", code=code), codes)
        assert [rows[0][0] for rows in found] == codes

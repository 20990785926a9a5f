"""Highways in the store: put in by source, found by their boxes, the best line of each code."""

from shapely.geometry import LineString, MultiLineString

from alerts.roads import THROUGH_ITS_TOWNS, Highway, RoadBook
from alerts.store.engine import Store
from alerts.store.roads import StoredRoads, count_roads, put_roads

HERE = (-98.0, 29.0, -97.0, 31.0)


def road(code: str, source: str = "survey", lon: float = -97.5) -> Highway:
    line = LineString([(lon, 20), (lon, 40)])
    return Highway(code=code, name=f"Interstate {code[2:]}", source=source, line=line)


def put(store: Store, source: str, *roads: Highway, keep: bool = False) -> int:
    with store.begin() as session:
        return put_roads(session, source, roads, keep=keep)


def near(store: Store) -> list[Highway]:
    book: RoadBook = StoredRoads(store)
    return list(book.near(*HERE))


def test_a_road_is_read_back_as_it_was_put_in(store: Store) -> None:
    two = MultiLineString([[(-97.5, 20), (-97.5, 40)], [(10, 1), (11, 2)]])
    whole = Highway(code="I-84", name="Interstate 84", source="survey", line=two)
    put(store, "survey", whole)
    assert near(store) == [whole]


def test_what_is_elsewhere_is_left_out(store: Store) -> None:
    put(store, "survey", road("I-35"), road("I-5", lon=-120))
    assert [r.code for r in near(store)] == ["I-35"]


def test_a_source_is_replaced_whole_unless_it_is_kept(store: Store) -> None:
    put(store, "survey", road("I-35"), road("I-37"))
    put(store, "other", road("I-10", "other"))
    assert put(store, "survey", road("I-35"), road("I-45"), keep=True) == 1
    assert [r.code for r in near(store)] == ["I-10", "I-35", "I-37", "I-45"]
    assert put(store, "survey", road("I-69")) == 3
    assert [r.code for r in near(store)] == ["I-10", "I-69"]
    with store.read() as session:
        assert count_roads(session) == {"other": 1, "survey": 1}
    assert put(store, "survey") == 1
    assert [r.code for r in near(store)] == ["I-10"]


def test_a_line_that_was_drawn_wins_over_one_through_towns(store: Store) -> None:
    put(store, "survey", road("I-35", lon=-97.5))
    put(store, THROUGH_ITS_TOWNS, road("I-35", THROUGH_ITS_TOWNS), road("I-37", THROUGH_ITS_TOWNS))
    assert [(r.code, r.is_approximate) for r in near(store)] == [("I-35", False), ("I-37", True)]


def test_of_two_that_were_drawn_the_later_import_wins(store: Store) -> None:
    put(store, "survey", road("I-35"))
    put(store, "newer", road("I-35", "newer"))
    assert [r.source for r in near(store)] == ["newer"]

"""Is a neighborhood where it was last, whatever came, moved and went, and is nothing left of it?"""

import random

import pytest
from shapely.geometry import box

from alerts.audience.columns import block as blocks
from alerts.audience.columns import neighborhoods as rooms
from alerts.audience.columns.block import Block
from alerts.audience.columns.neighborhoods import Neighborhoods
from tests.audience.columns.rows import rows_of


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill a block after a few rows, so that a test sees many."""
    monkeypatch.setattr(blocks, "ROWS", 8)
    monkeypatch.setattr(rooms, "ROWS", 8)


def put(known: Neighborhoods, places: dict[int, int]) -> None:
    """Draw or move neighborhoods: squares at these places."""
    shapes = [box(x, 0, x + 0.5, 1) for x in places.values()]
    known.replace(list(places), rows_of(list(places), shapes))


def where(known: Neighborhoods) -> dict[int, int]:
    """Return where each neighborhood is."""
    shapes, ids = known.shapes()
    return {int(i): int(s.bounds[0]) for i, s in zip(ids, shapes, strict=True)}


@pytest.mark.parametrize("seed", range(6))
def test_each_is_where_it_was_put_last(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    known, truth, next_id = Neighborhoods(), dict[int, int](), 21
    for start in (1, 11):
        ids = list(range(start, start + 10))
        known.load(rows_of(ids, [box(i, 0, i + 0.5, 1) for i in ids]))
        truth |= {i: i for i in ids}
    for step in range(60):
        act = rng.random()
        if act < 0.4:
            new = {next_id + n: rng.randrange(100) for n in range(rng.randint(1, 20))}
            next_id += len(new)
            put(known, new)
            truth |= new
        elif act < 0.75 and truth:
            moved = {i: rng.randrange(100) for i in rng.sample(list(truth), min(5, len(truth)))}
            put(known, moved)
            truth |= moved
        elif truth:
            gone = rng.sample(list(truth), min(6, len(truth)))
            known.replace(gone, rows_of([], []))
            for one in gone:
                del truth[one]
        assert len(known) == len(truth), step
        if step % 10 == 0:
            assert where(known) == truth
    assert where(known) == truth


def test_what_never_was_there_may_be_forgotten() -> None:
    known = Neighborhoods()
    known.replace([7], rows_of([], []))
    put(known, {7: 1})
    known.replace([8], rows_of([], []))
    assert where(known) == {7: 1}


def test_the_dead_make_room() -> None:
    known = Neighborhoods()
    ids = list(range(1, 9))
    known.load(rows_of(ids, [box(i, 0, i + 0.5, 1) for i in ids]))
    before = known.nbytes()
    known.replace(ids[:6], rows_of([], []))
    assert where(known) == {7: 7, 8: 8}
    assert known.nbytes() < before
    assert known.blocks()[0].count == 2


def test_who_looks_at_a_block_sees_it_grow_and_never_half_a_row() -> None:
    open_block = Block()
    seen = open_block.boxes
    for number in range(8):
        open_block.add(rows_of([number], [box(number, 0, number + 1, 1)]))
        assert open_block.count == number + 1
        assert open_block.alive().tolist() == [True] * (number + 1)
    assert (seen[:, :1] == open_block.boxes[:, :1]).all()
    open_block.kill(3)
    assert open_block.alive().tolist() == [n != 3 for n in range(8)]

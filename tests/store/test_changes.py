"""Does the sequence of neighborhood changes follow the order of commits, whoever writes?"""

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from alerts.store.subscribers import (
    Neighborhood,
    NeighborhoodChange,
    changes_since,
    newest_change,
    note_change,
)
from geo.circle import circle_ground
from tests.audience.town import CENTRE, Town
from tests.fakes.clock import NOON

SHAPE = circle_ground(CENTRE, 500)
WRITERS, EACH = 8, 6


def test_drawing_moving_and_leaving_are_each_a_change(town: Town) -> None:
    person = town.person(at=None)
    with town.store.read() as session:
        assert newest_change(session) == 0
        assert changes_since(session, 0, 10) == []
    home = town.draw(person, SHAPE)
    town.move(home, SHAPE)
    town.leave(home)
    with town.store.read() as session:
        changed = changes_since(session, 0, 10)
        assert [(c.neighborhood_id, c.subscriber_id) for c in changed] == [(home, person)] * 3
        assert newest_change(session) == changed[-1].seq
        assert [c.seq for c in changes_since(session, changed[0].seq, 1)] == [changed[1].seq]


def test_a_reader_who_goes_by_the_sequence_misses_no_change(town: Town) -> None:
    """Were numbers committed out of order, one would appear behind the reader's back."""
    person = town.person(at=None)
    seen: list[int] = []
    is_over = threading.Event()

    def follow() -> None:
        while not (is_over.is_set() and len(seen) >= WRITERS * EACH):
            with town.store.read() as session:
                seen.extend(c.seq for c in changes_since(session, seen[-1] if seen else 0, 3))
            if is_over.wait(0.001) and not _more(town, seen):
                return

    reader = threading.Thread(target=follow)
    reader.start()
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(lambda _: town.draw(person, SHAPE), range(WRITERS * EACH)))
    is_over.set()
    reader.join(20)
    with town.store.read() as session:
        assert (
            seen
            == session.scalars(
                select(NeighborhoodChange.seq).order_by(NeighborhoodChange.seq)
            ).all()
        )


def _more(town: Town, seen: list[int]) -> bool:
    with town.store.read() as session:
        return newest_change(session) > (seen[-1] if seen else 0)


def test_who_noted_a_change_first_commits_it_first(town: Town) -> None:
    """The second waits at `note_change` until the first has committed (PostgreSQL's own turn)."""
    person = town.person(at=None)
    is_noted, order = threading.Event(), []

    def draw(name: str, *, first: bool) -> None:
        with town.store.begin() as session:
            drawn = Neighborhood(subscriber_id=person, name=name, shape=SHAPE, drawn_at=NOON)
            session.add(drawn)
            note_change(session, drawn)
            is_noted.set()
            if first:
                threading.Event().wait(0.2)
            order.append(name)

    one = threading.Thread(target=draw, args=("first",), kwargs={"first": True})
    one.start()
    assert is_noted.wait(10)
    draw("second", first=False)
    one.join(10)
    with town.store.read() as session:
        by_seq = session.scalars(
            select(Neighborhood.name)
            .join(NeighborhoodChange, NeighborhoodChange.neighborhood_id == Neighborhood.id)
            .order_by(NeighborhoodChange.seq)
        ).all()
    assert by_seq == order == ["first", "second"]

"""Do transactions that hold the same turn wait for each other, and only those?"""

import threading

from alerts.store.engine import Store
from alerts.store.turns import AUDIT, NEIGHBORHOODS, take_turns

WAITS_S = 0.2


def hold(store: Store, turn: bytes, is_held: threading.Event, may_end: threading.Event) -> None:
    with store.begin() as session:
        take_turns(session, turn)
        is_held.set()
        assert may_end.wait(20)


def is_waiting(store: Store, held: bytes, asked: bytes) -> bool:
    """Say whether asking for one turn waits while another transaction holds one."""
    is_held, is_asked, may_end = (threading.Event() for _ in range(3))
    may_end_now = threading.Event()
    may_end_now.set()
    holder = threading.Thread(target=hold, args=(store, held, is_held, may_end))
    holder.start()
    assert is_held.wait(10)
    asker = threading.Thread(target=hold, args=(store, asked, is_asked, may_end_now))
    asker.start()
    waited = not is_asked.wait(WAITS_S)
    may_end.set()
    holder.join(10)
    asker.join(10)
    assert is_asked.is_set()
    return waited


def test_the_same_turn_is_waited_for(store: Store) -> None:
    assert is_waiting(store, AUDIT, AUDIT)


def test_another_turn_isnt_waited_for_where_there_are_many_writers(store: Store) -> None:
    assert is_waiting(store, AUDIT, NEIGHBORHOODS) is store.is_sqlite


def test_a_turn_may_be_taken_again_in_the_same_transaction(store: Store) -> None:
    with store.begin() as session:
        take_turns(session, AUDIT)
        take_turns(session, AUDIT)
        take_turns(session, bytes(32))

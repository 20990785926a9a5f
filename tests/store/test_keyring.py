"""Is a key safe once it is handed out, and gone for good once it is thrown away?"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from alerts.store.keyring import KEY_BYTES, POOL_SIZE, Keyring
from alerts.store.rehearsal import ThrowawayKeys


@pytest.fixture
def ring(keyring_url: str) -> Iterator[Keyring]:
    made = Keyring(keyring_url)
    yield made
    made.close()


def reopened(url: str) -> Keyring:
    return Keyring(url)


def test_the_instances_own_keys_stay_the_same(ring: Keyring, keyring_url: str) -> None:
    own = {role: ring.own(role) for role in ("lookup", "signing")}
    other = reopened(keyring_url)
    assert {role: other.own(role) for role in own} == own
    assert len(set(own.values())) == 2
    assert {len(secret) for secret in own.values()} == {KEY_BYTES}
    other.close()


def test_processes_that_start_together_agree_on_their_own_keys(keyring_url: str) -> None:
    def start(_: int) -> bytes:
        ring = Keyring(keyring_url)
        try:
            return ring.own("lookup")
        finally:
            ring.close()

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(start, range(12)))) == 1


def test_a_key_that_was_handed_out_is_already_on_disk(ring: Keyring, keyring_url: str) -> None:
    key_id = ring.take()
    other = reopened(keyring_url)  # as after a crash: nothing of `ring` was closed
    assert other.secret(key_id) == ring.secret(key_id) is not None
    other.close()


def test_no_key_is_handed_out_twice(ring: Keyring, keyring_url: str) -> None:
    other = reopened(keyring_url)
    with ThreadPoolExecutor(4) as threads:
        ids = list(threads.map(lambda n: (ring, other)[n % 2].take(), range(POOL_SIZE * 3)))
    assert len(set(ids)) == len(ids)
    assert len({ring.secret(key_id) for key_id in ids}) == len(ids)
    other.close()


def test_a_key_is_destroyed_once_and_for_all(ring: Keyring, keyring_url: str) -> None:
    key_id, neighbour = ring.take(), ring.take()
    assert ring.destroy(key_id)
    assert not ring.destroy(key_id)
    other = reopened(keyring_url)
    assert ring.secret(key_id) is other.secret(key_id) is None
    assert other.secret(neighbour) is not None
    other.close()


def test_a_key_that_never_was_is_no_key(ring: Keyring) -> None:
    assert ring.secret(uuid4()) is None
    assert not ring.destroy(uuid4())


def test_a_destroyed_key_leaves_no_byte_in_any_file(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    ring = Keyring(f"sqlite:///{folder / 'keyring.sqlite3'}")
    ids = [ring.take() for _ in range(POOL_SIZE + 10)]  # more than a page
    secrets = {key_id: ring.secret(key_id) or b"" for key_id in ids}
    gone = ids[::3]
    for key_id in gone:
        ring.destroy(key_id)
    for closed in (False, True):
        if closed:
            ring.close()
        raw = b"".join(path.read_bytes() for path in folder.rglob("*"))
        assert not [key_id for key_id in gone if secrets[key_id] in raw]
        assert all(secrets[key_id] in raw for key_id in set(ids) - set(gone))


def test_keys_of_a_rehearsal_leave_the_real_ones_alone(ring: Keyring) -> None:
    real = ring.take()
    rehearsal = ThrowawayKeys(ring)
    key_id = rehearsal.take()
    assert len(rehearsal.secret(key_id) or b"") == KEY_BYTES
    assert ring.secret(key_id) is None
    assert rehearsal.own("lookup") == ring.own("lookup")
    assert rehearsal.destroy(key_id)
    assert not rehearsal.destroy(real)
    assert rehearsal.secret(real) == ring.secret(real) is not None

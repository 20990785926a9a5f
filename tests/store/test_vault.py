"""Can only the right key open what was sealed, for the purpose it was sealed for?"""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.errors import Sealed
from alerts.store.keyring import Keyring
from alerts.store.vault import Vault

NAME = b"Wren Example"


@pytest.fixture
def other(tmp_path: Path) -> Vault:
    """The vault of another instance."""
    return Vault(Keyring(f"sqlite:///{tmp_path / 'other.sqlite3'}"))


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=2_000), st.text(max_size=20))
def test_what_was_sealed_opens(vault: Vault, plain: bytes, purpose: str) -> None:
    key_id = vault.new_key()
    assert vault.open(key_id, purpose, vault.seal(key_id, purpose, plain)) == plain
    assert vault.open_own(purpose, vault.seal_own(purpose, plain)) == plain


def test_sealing_hides_the_words_and_never_twice_alike(vault: Vault) -> None:
    key_id = vault.new_key()
    sealed = [vault.seal(key_id, "poster", NAME) for _ in range(50)]
    assert len(set(sealed)) == 50
    assert not [one for one in sealed if NAME in one]


def test_it_doesnt_open_for_another_purpose(vault: Vault) -> None:
    key_id = vault.new_key()
    with pytest.raises(Sealed):
        vault.open(key_id, "raw", vault.seal(key_id, "poster", NAME))


def test_it_doesnt_open_with_another_key(vault: Vault) -> None:
    sealed = vault.seal(vault.new_key(), "poster", NAME)
    with pytest.raises(Sealed):
        vault.open(vault.new_key(), "poster", sealed)
    with pytest.raises(Sealed):
        vault.open_own("poster", sealed)


@pytest.mark.parametrize("cut", [0, 1, 5, 12, 20, -1])
def test_what_was_cut_short_or_changed_doesnt_open(vault: Vault, cut: int) -> None:
    key_id = vault.new_key()
    sealed = vault.seal(key_id, "poster", NAME)
    with pytest.raises(Sealed):
        vault.open(key_id, "poster", sealed[:cut])
    with pytest.raises(Sealed):
        vault.open(key_id, "poster", sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_after_its_key_was_destroyed_nothing_opens_or_seals(vault: Vault) -> None:
    key_id = vault.new_key()
    sealed = vault.seal(key_id, "poster", NAME)
    assert vault.destroy(key_id)
    assert not vault.destroy(key_id)
    with pytest.raises(Sealed):
        vault.open(key_id, "poster", sealed)
    with pytest.raises(Sealed):
        vault.seal(key_id, "poster", NAME)


def test_a_lookup_is_stable_and_says_nothing_to_another_instance(
    vault: Vault, keyring: Keyring, other: Vault
) -> None:
    found = vault.lookup("case", "MQPD", "2026-0001")
    assert found == Vault(keyring).lookup("case", "MQPD", "2026-0001")
    assert found != other.lookup("case", "MQPD", "2026-0001")
    assert found != vault.lookup("alias", "MQPD", "2026-0001")
    assert vault.lookup("case", "MQPD2026", "0001") != vault.lookup("case", "MQPD", "20260001")
    assert vault.lookup_bytes("raw", NAME) != other.lookup_bytes("raw", NAME)


def test_signatures_are_checked_with_the_public_key(vault: Vault, other: Vault) -> None:
    key = load_pem_public_key(vault.public_key_pem().encode())
    assert isinstance(key, Ed25519PublicKey)
    key.verify(vault.sign(b"receipt"), b"receipt")
    for wrong in (vault.sign(b"another receipt"), other.sign(b"receipt")):
        with pytest.raises(InvalidSignature):
            key.verify(wrong, b"receipt")


def test_link_signatures_are_short_and_ours(vault: Vault, other: Vault) -> None:
    signature = vault.link_signature("photo/1")
    assert len(signature) == 32
    assert signature == vault.link_signature("photo/1") != vault.link_signature("photo/2")
    assert signature != other.link_signature("photo/1")


def test_a_rehearsal_opens_what_is_there_and_leaves_no_key(vault: Vault) -> None:
    key_id = vault.new_key()
    rehearsal = vault.for_rehearsal()
    assert rehearsal.open(key_id, "poster", vault.seal(key_id, "poster", NAME)) == NAME
    assert rehearsal.lookup("case", "1") == vault.lookup("case", "1")
    rehearsed = rehearsal.new_key()
    sealed = rehearsal.seal(rehearsed, "poster", NAME)
    with pytest.raises(Sealed):
        vault.open(rehearsed, "poster", sealed)

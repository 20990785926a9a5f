"""`porchlight feed signer`."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy import select

from alerts.store.feeds import feed_by_slug
from alerts.store.staff import AuditEntry
from service.wiring import Runtime
from tests.service.cli.conftest import Ran, Run

ED = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def key(tmp_path: Path) -> str:
    """The file of a public key."""
    path = tmp_path / "key.pem"
    path.write_bytes(ED.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return str(path)


@pytest.fixture
def signer(quick: Run) -> Run:
    """`porchlight feed signer police ...`, of a feed that is there."""
    quick("feed", "add", "police", "--kind", "poster")

    def signer(*args: str) -> Ran:
        return quick("feed", "signer", "police", *args)

    return signer


def test_a_signer_is_added_listed_and_revoked(signer: Run, key: str) -> None:
    added = signer("--add", "hsm-1", "--key", key, "--json").json
    assert added["required"] is False
    [item] = added["items"]
    assert (item["name"], item["algorithm"], item["revoked_at"]) == ("hsm-1", "ed25519", None)
    assert "hsm-1" in signer().out
    revoked = signer("--revoke", "hsm-1", "--json").json
    assert revoked["items"][0]["revoked_at"] is not None
    assert "revoked" in signer().out
    assert signer("--revoke", "hsm-1").code == 1


def test_an_rsa_key_may_be_added_for_the_old_way(signer: Run, tmp_path: Path) -> None:
    path = tmp_path / "rsa.pem"
    path.write_bytes(RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    old = ("--algorithm", "rsa-v1_5-sha256")
    said = signer("--add", "old", "--key", str(path), *old, "--json").json
    assert said["items"][0]["algorithm"] == "rsa-v1_5-sha256"


def test_a_feed_must_sign_only_once_it_can(signer: Run, runtime: Runtime, key: str) -> None:
    refused = signer("--require")
    assert (refused.code, "has no signer" in refused.err) == (1, True)
    said = signer("--add", "hsm-1", "--key", key, "--require", "--json").json
    assert said["required"] is True
    with runtime.store.read() as session:
        assert feed_by_slug(session, "police").signs_requests is True
    assert "must be signed" in signer().out
    assert signer("--no-require", "--json").json["required"] is False


def test_each_deed_is_on_record(signer: Run, runtime: Runtime, key: str) -> None:
    signer("--add", "hsm-1", "--key", key, "--require")
    signer("--require")
    signer("--no-require", "--revoke", "hsm-1")
    with runtime.store.read() as session:
        deeds = list(session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)))
    assert deeds == [
        "feed.added",
        "feed.signer_added",
        "feed.signatures",
        "feed.signer_revoked",
        "feed.signatures",
    ]


def test_a_private_key_is_refused_and_stays_where_it_was(signer: Run, tmp_path: Path) -> None:
    path = tmp_path / "private.pem"
    path.write_bytes(ED.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    refused = signer("--add", "hsm-1", "--key", str(path))
    assert (refused.code, "private key" in refused.err) == (1, True)
    assert signer("--json").json["items"] == []


@pytest.mark.parametrize("name", ["a b", "é", "x" * 121, 'a"b'])
def test_a_name_is_one_that_a_keyid_can_be(signer: Run, key: str, name: str) -> None:
    assert signer("--add", name, "--key", key).code == 2


def test_what_belongs_together_is_asked_for_together(signer: Run, key: str) -> None:
    assert signer("--add", "hsm-1").code == 2
    assert signer("--key", key).code == 2
    assert signer("--algorithm", "ed25519").code == 2
    assert signer("--add", "hsm-1", "--key", key, "--algorithm", "rsa-pss-sha512").code == 1

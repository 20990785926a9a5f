"""Is a signer's public key what it should be, and believed only while it holds?"""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from alerts.errors import Conflict, NotFound
from alerts.store.engine import Store
from alerts.store.feed_signers import (
    SignatureAlgorithm,
    add_signer,
    believed_signers,
    read_public_key,
    revoke_signer,
    signers_of,
)
from alerts.store.feeds import Feed, FeedKind, Trust
from tests.fakes.clock import NOON

ED = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)


def pem_of(key: object) -> bytes:
    public = getattr(key, "public_key")()  # noqa: B009 - keys of many kinds share no type
    written: bytes = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return written


def add_feed(store: Store, slug: str) -> Feed:
    with store.begin() as session:
        feed = Feed(slug=slug, kind=FeedKind.POSTER, trust=Trust.REVIEW, created_at=NOON)
        session.add(feed)
    return feed


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ED, SignatureAlgorithm.ED25519),
        (ec.generate_private_key(ec.SECP256R1()), SignatureAlgorithm.ECDSA_P256_SHA256),
        (ec.generate_private_key(ec.SECP384R1()), SignatureAlgorithm.ECDSA_P384_SHA384),
        (RSA, SignatureAlgorithm.RSA_PSS_SHA512),
    ],
    ids=("ed25519", "p-256", "p-384", "rsa"),
)
def test_a_key_says_itself_what_it_is_for(key: object, algorithm: SignatureAlgorithm) -> None:
    read = read_public_key(b"of: Example Police\n" + pem_of(key))
    assert read.algorithms[0] is algorithm
    assert read.pem.encode() == pem_of(key)


PRIVATE = ED.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (PRIVATE, "private key"),
        (b"", "no public key"),
        (b"\xff\x00", "no public key"),
        (pem_of(ED)[:60], "no public key"),
        (b"x" * 20_000, "too long"),
        (pem_of(rsa.generate_private_key(65537, 1024)), "2048 bits"),  # noqa: S505 - refused
        (pem_of(x25519.X25519PrivateKey.generate()), "isn't supported"),
        (pem_of(ec.generate_private_key(ec.SECP521R1())), "isn't supported"),
        (pem_of(ed448.Ed448PrivateKey.generate()), "isn't supported"),
    ],
    ids=("private", "empty", "bytes", "cut", "long", "rsa-1024", "x25519", "p-521", "ed448"),
)
def test_what_is_no_key_to_be_believed_is_refused(pem: bytes, said: str) -> None:
    with pytest.raises(Conflict, match=said):
        read_public_key(pem)


def test_an_algorithm_must_be_one_of_the_keys(store: Store) -> None:
    feed = add_feed(store, "police")
    with store.begin() as session:
        old = SignatureAlgorithm.RSA_V1_5_SHA256
        assert add_signer(session, feed, "old", pem_of(RSA), NOON, old).algorithm == old
        with pytest.raises(Conflict, match="ed25519"):
            add_signer(session, feed, "new", pem_of(ED), NOON, old)


def test_signers_are_believed_per_feed_until_they_are_revoked(store: Store) -> None:
    police, county = add_feed(store, "police"), add_feed(store, "county")
    with store.begin() as session:
        for feed in (police, county):
            add_signer(session, feed, "hsm-1", pem_of(ED), NOON)
        add_signer(session, police, "hsm-2", pem_of(RSA), NOON)
    with store.begin() as session:
        revoke_signer(session, police, "hsm-1", NOON)
        with pytest.raises(NotFound, match="hsm-1"):
            revoke_signer(session, police, "hsm-1", NOON)
    with store.read() as session:
        assert set(believed_signers(session, police.id)) == {"hsm-2"}
        assert set(believed_signers(session, county.id)) == {"hsm-1"}
        assert [signer.name for signer in signers_of(session, police)] == ["hsm-1", "hsm-2"]


def test_the_name_of_a_revoked_signer_is_not_given_away_again(store: Store) -> None:
    feed = add_feed(store, "police")
    with store.begin() as session:
        add_signer(session, feed, "hsm-1", pem_of(ED), NOON)
        revoke_signer(session, feed, "hsm-1", NOON)
        with pytest.raises(Conflict, match="hsm-1"):
            add_signer(session, feed, "hsm-1", pem_of(RSA), NOON)

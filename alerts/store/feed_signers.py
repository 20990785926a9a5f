"""Whose signature may a feed's requests carry (RFC 9421)? Its public keys, checked as they come in.

The private keys are the partner's; one that is handed over by mistake is refused, unread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from sqlalchemy import ForeignKey, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.errors import Conflict, NotFound
from alerts.store.base import Base, RowId
from alerts.store.feeds import Feed

SHORTEST_RSA_BITS = 2048  # NIST SP 800-131A Rev. 2, table 2
LONGEST_PEM_BYTES = 16_384


class SignatureAlgorithm(StrEnum):
    """Asymmetric algorithms of RFC 9421, section 6.2.2."""

    ED25519 = "ed25519"
    ECDSA_P256_SHA256 = "ecdsa-p256-sha256"
    ECDSA_P384_SHA384 = "ecdsa-p384-sha384"
    RSA_PSS_SHA512 = "rsa-pss-sha512"
    RSA_V1_5_SHA256 = "rsa-v1_5-sha256"


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A public key that may be believed."""

    pem: str  # SubjectPublicKeyInfo, nothing else around it
    algorithms: tuple[SignatureAlgorithm, ...]  # that it can be used with, the best first


class FeedSigner(Base):
    """A public key that a feed signs its requests with (RFC 9421)."""

    __tablename__ = "feed_signer"
    __table_args__ = (UniqueConstraint("feed_id", "name"),)

    id: Mapped[RowId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    name: Mapped[str] = mapped_column(String(120))  # the signature's keyid
    algorithm: Mapped[str] = mapped_column(String(40))  # of RFC 9421, 6.2.2: "ed25519"
    public_key: Mapped[str] = mapped_column(Text)  # PEM
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


def add_signer(
    session: Session,
    feed: Feed,
    name: str,
    pem: bytes,
    now: datetime,
    algorithm: SignatureAlgorithm | None = None,
) -> FeedSigner:
    """Let a feed sign with a public key.

    Parameters
    ----------
    name: the `keyid` of its signatures.
    algorithm: None: what the key is for; an RSA key's is rsa-pss-sha512.

    Raises
    ------
    Conflict: it is no public key in PEM, is too weak, isn't for `algorithm`, or the name is taken.
    """
    key = read_public_key(pem)
    chosen = algorithm or key.algorithms[0]
    if chosen not in key.algorithms:
        raise Conflict(f"this key signs with {' or '.join(key.algorithms)}, not with {chosen}")
    if session.scalar(_named(feed.id, name)) is not None:
        raise Conflict(f"{feed.slug} has or had a signer {name!r}: take another name for this key")
    signer = FeedSigner(
        feed_id=feed.id,
        name=name,
        algorithm=chosen.value,
        public_key=key.pem,
        created_at=now,
        revoked_at=None,
    )
    session.add(signer)
    return signer


def signers_of(session: Session, feed: Feed) -> Sequence[FeedSigner]:
    """Return all signers that a feed ever had, oldest first."""
    owned = select(FeedSigner).where(FeedSigner.feed_id == feed.id)
    return session.scalars(owned.order_by(FeedSigner.id)).all()


def believed_signers(session: Session, feed_id: int) -> Mapping[str, FeedSigner]:
    """Return the signers of a feed that weren't revoked, by name."""
    held = select(FeedSigner).where(FeedSigner.feed_id == feed_id, FeedSigner.revoked_at.is_(None))
    return {signer.name: signer for signer in session.scalars(held)}


def revoke_signer(session: Session, feed: Feed, name: str, now: datetime) -> FeedSigner:
    """Believe a signer no more, at once; NotFound if there is none that still holds."""
    signer = session.scalar(_named(feed.id, name))
    if signer is None or signer.revoked_at is not None:
        raise NotFound(f"{feed.slug} has no signer {name!r}")
    signer.revoked_at = now
    return signer


def read_public_key(pem: bytes) -> PublicKey:
    """Read a public key and say what it can be used with.

    Raises
    ------
    Conflict: there is no public key in it that we'd believe; says why.
    """
    if b"PRIVATE KEY" in pem:
        raise Conflict("this is a private key: keep it to yourself, and hand over its public key")
    if len(pem) > LONGEST_PEM_BYTES:
        raise Conflict("this is far too long for a public key")
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as bad:
        raise Conflict('this is no public key in PEM ("-----BEGIN PUBLIC KEY-----")') from bad
    written = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return PublicKey(pem=written.decode(), algorithms=_algorithms(key))


def _algorithms(key: object) -> tuple[SignatureAlgorithm, ...]:
    if isinstance(key, ed25519.Ed25519PublicKey):
        return (SignatureAlgorithm.ED25519,)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return (SignatureAlgorithm.ECDSA_P256_SHA256,)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1):
        return (SignatureAlgorithm.ECDSA_P384_SHA384,)
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < SHORTEST_RSA_BITS:
            raise Conflict(f"an RSA key needs {SHORTEST_RSA_BITS} bits at least")
        return SignatureAlgorithm.RSA_PSS_SHA512, SignatureAlgorithm.RSA_V1_5_SHA256
    raise Conflict("this kind of key isn't supported: use Ed25519, ECDSA P-256 or P-384, or RSA")


def _named(feed_id: int, name: str) -> Select[FeedSigner]:
    return select(FeedSigner).where(FeedSigner.feed_id == feed_id, FeedSigner.name == name)

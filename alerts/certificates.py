"""Who may sign a feed's CAP? Reads X.509 certificates from PEM and says whose they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """One certificate: a public thing, nothing in it is secret."""

    subject: str  # RFC 4514: "CN=Example Police,O=Example"
    begins_at: datetime  # aware UTC
    expires_at: datetime  # aware UTC
    fingerprint: str  # SHA-256, hex
    pem: str


def read_certificates(text: bytes) -> Sequence[Certificate]:
    """Read every certificate of a PEM file (RFC 7468), each once.

    Raises
    ------
    ValueError: there is none in it, or one can't be read; a private key isn't wanted here.
    """
    if b"PRIVATE KEY-----" in text:
        raise ValueError("there is a private key in the file: give us the certificates only")
    try:
        found = x509.load_pem_x509_certificates(text)
    except ValueError:
        raise ValueError("the file holds no certificate in PEM that can be read") from None
    return tuple({one.fingerprint: one for one in map(_certificate, found)}.values())


def as_pem(certificates: Sequence[Certificate]) -> str | None:
    """Return certificates as one PEM text; None if there are none."""
    return "".join(one.pem for one in certificates) or None


def _certificate(found: x509.Certificate) -> Certificate:
    return Certificate(
        subject=found.subject.rfc4514_string() or "(no name)",
        begins_at=found.not_valid_before_utc,
        expires_at=found.not_valid_after_utc,
        fingerprint=found.fingerprint(SHA256()).hex(),
        pem=found.public_bytes(Encoding.PEM).decode(),
    )

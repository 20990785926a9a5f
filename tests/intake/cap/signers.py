"""People who sign fictional alerts, in the ways in which real senders sign."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.signer import XMLSigner

from alerts.clock import utc_now

EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
FROM, UNTIL = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


class OldSigner(XMLSigner):
    """Signs with SHA-1 too, as senders did until 2013."""

    def check_deprecated_methods(self) -> None:
        """Let everything pass."""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A key and its certificate, PEM."""

    key: str
    certificate: str

    @property
    def expires_at(self) -> datetime:
        """When its certificate ends."""
        return x509.load_pem_x509_certificate(self.certificate.encode()).not_valid_after_utc

    def sign(
        self,
        alert: str | bytes,
        *,
        method: SignatureMethod = SignatureMethod.RSA_SHA256,
        digest: str = "sha256",
        canonical: CanonicalizationMethod = EXCLUSIVE,
        reference: str | None = None,
        with_certificate: bool = True,
    ) -> str:
        """Return the alert with this signer's enveloped signature in it."""
        signer = OldSigner(
            signature_algorithm=method, digest_algorithm=digest, c14n_algorithm=canonical
        )
        signed = signer.sign(
            etree.fromstring(alert),
            key=self.key,
            cert=self.certificate,
            reference_uri=reference,
        )
        if not with_certificate:
            for info in signed.iter("{http://www.w3.org/2000/09/xmldsig#}KeyInfo"):
                info.getparent().remove(info)
        return str(etree.tostring(signed, encoding="unicode"))

    def signs(self, raw: bytes) -> bytes:
        """Return a message as a feed sends it, signed with a curve."""
        return self.sign(raw, method=SignatureMethod.ECDSA_SHA256).encode()


@cache
def signer(name: str = "police", *, curve: bool = False) -> Signer:
    """Return a signer whose certificate is in force in 2025 and 2026; the same name is the same."""
    return _made(f"{name}.example", FROM, UNTIL, curve=curve)


def signer_of_today(name: str = "Example Police", *, days: int = 30) -> Signer:
    """Make a signer whose certificate ends in `days`; it began before that and before today."""
    until = utc_now() + timedelta(days=days)
    return _made(name, min(utc_now(), until) - timedelta(days=30), until, curve=True)


def _made(name: str, since: datetime, until: datetime, *, curve: bool) -> Signer:
    key = (
        ec.generate_private_key(ec.SECP256R1())
        if curve
        else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Signer(
        key=pem.decode(),
        certificate=certificate.public_bytes(serialization.Encoding.PEM).decode(),
    )

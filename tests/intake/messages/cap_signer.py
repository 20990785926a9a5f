"""A fictional authority that signs its CAP, with a certificate of its own."""

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.signer import XMLSigner

from alerts.clock import utc_now


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A key and the certificate that goes with it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def private_pem(self) -> bytes:
        """The key, which nobody should send us."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, raw: bytes) -> bytes:
        """Put an enveloped signature into an alert."""
        signer = XMLSigner(signature_algorithm="ecdsa-sha256")
        signed = signer.sign(etree.fromstring(raw), key=self.key, cert=[self.certificate])
        return bytes(etree.tostring(signed))


def new_signer(name: str = "Example Police", *, days: int = 30) -> Signer:
    """Make a signer whose certificate ends in `days`; it began before that and before today."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = utc_now() + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(utc_now(), ends) - timedelta(days=30))
        .not_valid_after(ends)
        .sign(key, SHA256())
    )
    return Signer(key=key, certificate=made)

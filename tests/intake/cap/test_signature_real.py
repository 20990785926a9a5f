"""Signatures that real senders made: IPAWS's gateway, Environment Canada and its aggregator."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.intake.cap.signature import SignatureFinding
from alerts.signature import SignatureState
from tests.intake.cap.documents import cap, codes
from tests.intake.cap.signers import signer
from tests.intake.cap.test_signature import POLICE, check, state

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "cap"
CANADIAN = DATA / "google-cap-library" / "testdata"
IPAWS = sorted(DATA.glob("oasiscap/ipaws-*.xml"))


@pytest.mark.parametrize("path", IPAWS, ids=lambda p: p.stem[-6:])
def test_messages_of_ipaws_are_valid_with_the_certificates_of_its_gateway(path: Path) -> None:
    raw = path.read_bytes()
    inside = re.findall(rb"X509Certificate>([^<]*)<", raw)
    pems = [f"-----BEGIN CERTIFICATE-----\n{c.decode()}\n-----END CERTIFICATE-----" for c in inside]
    assert check(raw, *pems) == SignatureFinding(state=SignatureState.VALID)
    assert state(raw, POLICE.certificate) is SignatureState.UNKNOWN_SIGNER
    assert state(raw.replace(b"<scope>Public", b"<scope>Private"), *pems) is SignatureState.INVALID


@pytest.mark.parametrize("path", sorted(CANADIAN.glob("canada_signed.*")), ids=lambda p: p.name)
def test_environment_canadas_old_signature_is_valid_and_said_to_be_weak(path: Path) -> None:
    pem = (CANADIAN / "environment_canada_x509_cert.pem").read_text()
    aggregator = (CANADIAN / "naads_x509_cert.pem").read_text()
    for certificates in ((pem,), (aggregator, pem)):
        found = check(path.read_bytes(), *certificates)
        assert found.state is SignatureState.VALID
        assert codes(found.problems) == {"weak_signature"}
    # The aggregator's own has <Transforms xmlns="">: it can't be checked by anybody.
    assert state(path.read_bytes(), aggregator) is SignatureState.INVALID
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert check(path.read_bytes(), pem, now=now).state is SignatureState.INVALID


def test_a_certificate_of_an_authority_does_not_speak_for_others() -> None:
    """Only the certificates themselves are trusted, whatever they may have signed."""
    authority = signer("authority")
    document = POLICE.sign(cap())
    assert state(document, authority.certificate) is SignatureState.UNKNOWN_SIGNER

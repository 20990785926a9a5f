"""Whose signature is on an alert: forgeries, weak and expired ones, forms that are refused."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signxml.algorithms import CanonicalizationMethod, SignatureMethod

from alerts.intake.cap.containers import read_document
from alerts.intake.cap.signature import MAX_SIGNED_BYTES, SignatureFinding, check_signatures
from alerts.signature import SignatureState
from tests.intake.cap.documents import HEAD, cap, codes
from tests.intake.cap.signers import signer

DS = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
POLICE, STRANGER = signer("police"), signer("stranger")


def check(
    document: str | bytes, *certificates: str, now: datetime | None = None
) -> SignatureFinding:
    raw = document.encode() if isinstance(document, str) else document
    return check_signatures(raw, "\n".join(certificates) or None, now=now)


def state(document: str | bytes, *certificates: str) -> SignatureState:
    return check(document, *certificates).state


def signature_in(document: str) -> str:
    found = re.search(r"<ds:Signature .*</ds:Signature>", document, re.DOTALL)
    assert found
    return found[0]


def forged() -> str:
    return cap().replace("EX-1", "EX-666")


def test_an_unsigned_alert_has_no_signature() -> None:
    assert check(cap(), POLICE.certificate) == SignatureFinding(state=SignatureState.ABSENT)


def test_an_alert_that_a_certificate_of_the_feed_signed_is_valid() -> None:
    found = check(POLICE.sign(cap()), POLICE.certificate)
    assert found == SignatureFinding(state=SignatureState.VALID)


@pytest.mark.parametrize("method", [SignatureMethod.RSA_SHA512, SignatureMethod.SHA256_RSA_MGF1])
@pytest.mark.parametrize("canonical", list(CanonicalizationMethod)[:2])
def test_senders_sign_in_several_ways(
    method: SignatureMethod, canonical: CanonicalizationMethod
) -> None:
    document = POLICE.sign(cap(), method=method, canonical=canonical)
    assert state(document, POLICE.certificate) is SignatureState.VALID


def test_elliptic_curves_are_accepted() -> None:
    one = signer("curve", curve=True)
    document = one.sign(cap(), method=SignatureMethod.ECDSA_SHA256)
    assert state(document, one.certificate) is SignatureState.VALID
    assert state(document, POLICE.certificate) is SignatureState.UNKNOWN_SIGNER


def test_one_of_several_certificates_is_enough() -> None:
    document = POLICE.sign(cap())
    several = (STRANGER.certificate, signer("next").certificate, POLICE.certificate)
    assert state(document, *several) is SignatureState.VALID


def test_a_signature_without_a_certificate_inside_is_checked_with_those_of_the_feed() -> None:
    document = POLICE.sign(cap(), with_certificate=False)
    assert state(document, POLICE.certificate) is SignatureState.VALID
    assert state(document, STRANGER.certificate) is SignatureState.INVALID


def test_without_certificates_a_signature_is_only_seen() -> None:
    found = check(POLICE.sign(cap()))
    assert found.state is SignatureState.UNKNOWN_SIGNER
    assert codes(found.problems) == {"unknown_signer"}


def test_certificates_that_cannot_be_read_are_told() -> None:
    found = check(POLICE.sign(cap()), "not a certificate")
    assert found.state is SignatureState.UNKNOWN_SIGNER
    assert codes(found.problems) == {"unknown_signer", "bad_certificate"}


def test_a_broken_certificate_of_the_feed_makes_nothing_valid() -> None:
    broken = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
    assert state(POLICE.sign(cap(), with_certificate=False), broken) is SignatureState.INVALID
    both = state(POLICE.sign(cap(), with_certificate=False), broken, POLICE.certificate)
    assert both is SignatureState.VALID


def test_the_certificate_inside_is_never_trusted() -> None:
    found = check(STRANGER.sign(forged()), POLICE.certificate)
    assert found.state is SignatureState.UNKNOWN_SIGNER
    assert codes(found.problems) == {"unknown_signer"}


def test_a_stranger_who_shows_the_feeds_certificate_is_invalid() -> None:
    mine, theirs = (re.sub(r"-----.*?-----|\s", "", s.certificate) for s in (STRANGER, POLICE))
    document = re.sub(
        r"(X509Certificate>)[^<]*", rf"\g<1>{theirs}", STRANGER.sign(forged()), count=1
    )
    assert mine not in document
    assert state(document, POLICE.certificate) is SignatureState.INVALID


@pytest.mark.parametrize("new", ["<status>Test</status>", "<status>Actual </status>"])
def test_what_was_changed_after_signing_is_invalid(new: str) -> None:
    document = POLICE.sign(cap()).replace("<status>Actual</status>", new)
    found = check(document, POLICE.certificate)
    assert found.state is SignatureState.INVALID
    assert codes(found.problems) == {"bad_signature"}


def test_comments_change_nothing_and_are_not_read() -> None:
    document = POLICE.sign(cap()).replace("EX-1", "EX<!-- x -->-1")
    (reading,) = read_document(document.encode()).alerts
    assert reading.alert is not None
    assert reading.alert.identifier == "EX-1"
    assert state(document, POLICE.certificate) is SignatureState.VALID


def test_a_signature_over_comments_holds_them() -> None:
    with_comments = CanonicalizationMethod.CANONICAL_XML_1_0_WITH_COMMENTS
    document = POLICE.sign(cap().replace("EX-1", "EX<!-- x -->-1"), canonical=with_comments)
    assert state(document, POLICE.certificate) is SignatureState.VALID
    changed = document.replace("<!-- x -->", "<!-- y -->")
    assert state(changed, POLICE.certificate) is SignatureState.INVALID


def test_an_author_and_an_aggregator_may_both_sign() -> None:
    both = signer("aggregator").sign(POLICE.sign(cap()))
    for one in (POLICE, signer("aggregator")):
        assert state(both, one.certificate) is SignatureState.VALID
    changed = both.replace("Marquette County", "Luce County")
    assert state(changed, POLICE.certificate) is SignatureState.INVALID


@pytest.mark.parametrize("sent", ["2024-12-31T23:59:59-00:00", "2027-01-01T00:00:01-00:00"])
def test_a_certificate_that_was_not_in_force_makes_nothing_valid(sent: str) -> None:
    document = POLICE.sign(cap(head=HEAD.replace("2026-03-01T12:00:00-05:00", sent)))
    found = check(document, POLICE.certificate)
    assert found.state is SignatureState.INVALID
    assert codes(found.problems) == {"certificate_expired"}


def test_an_old_date_does_not_bring_an_old_certificate_back() -> None:
    document = POLICE.sign(cap())
    today = datetime(2026, 3, 1, 17, 1, tzinfo=UTC)
    later = datetime(2027, 6, 1, tzinfo=UTC)
    assert check(document, POLICE.certificate, now=today).state is SignatureState.VALID
    expired = check(document, POLICE.certificate, now=later)
    assert expired.state is SignatureState.INVALID
    assert codes(expired.problems) == {"certificate_expired"}


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        (SignatureMethod.RSA_SHA1, "sha256"),
        (SignatureMethod.RSA_SHA256, "sha1"),
        (SignatureMethod.RSA_SHA1, "sha1"),
    ],
)
def test_sha_1_proves_nothing_any_more(method: SignatureMethod, digest: str) -> None:
    found = check(POLICE.sign(cap(), method=method, digest=digest), POLICE.certificate)
    assert found.state is SignatureState.INVALID
    assert codes(found.problems) == {"weak_signature"}


TRANSFORM = '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TRANSFORM, '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'),
        (TRANSFORM, '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>'),
        (TRANSFORM, '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"/>'),
        ('URI=""', 'URI="https://elsewhere.example/alert.xml"'),
        ('URI=""', 'URI="file:///etc/passwd"'),
        ('URI=""', 'URI="#other"'),
        ('URI=""', ""),
        ("</ds:Reference>", "</ds:Reference><ds:Reference/>"),
        ("</ds:SignedInfo>", "</ds:SignedInfo><ds:SignedInfo/>"),
        ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
        ("rsa-sha256", "hmac-sha256"),
        ("rsa-sha256", "none"),
        ("xml-exc-c14n#", "xml-unknown#"),
        ("</ds:DigestValue>", "é</ds:DigestValue>"),
    ],
)
def test_forms_that_are_not_accepted_are_invalid(old: str, new: str) -> None:
    document = POLICE.sign(cap())
    assert old in document
    found = check(document.replace(old, new), POLICE.certificate)
    assert found.state is SignatureState.INVALID


def test_empty_signatures_are_invalid() -> None:
    for inside in ("", "...", "<ds:SignedInfo/>"):
        empty = f"<ds:Signature {DS}>{inside}</ds:Signature>"
        document = cap().replace("</alert>", f"{empty}</alert>")
        assert state(document, POLICE.certificate) is SignatureState.INVALID


def test_a_name_space_without_canonical_form_is_invalid() -> None:
    document = POLICE.sign(cap()).replace("<alert ", '<alert xmlns:q="relative" ')
    assert state(document, POLICE.certificate) is SignatureState.INVALID


def test_a_signature_of_no_namespace_is_none() -> None:
    document = cap(after_head="<Signature/>")
    assert state(document, POLICE.certificate) is not SignatureState.VALID


def test_an_alert_that_is_too_large_is_not_checked() -> None:
    long = cap().replace("EX-1", "x" * MAX_SIGNED_BYTES)
    found = check(POLICE.sign(long), POLICE.certificate)
    assert found.state is SignatureState.INVALID


@pytest.mark.parametrize("codec", ["utf-16", "utf-8"])
def test_a_signature_is_seen_in_every_encoding(codec: str) -> None:
    document = POLICE.sign(cap()).encode(codec)
    assert state(document, POLICE.certificate) is SignatureState.VALID


@pytest.mark.parametrize("raw", [b"", b"Signature", b"<Signature/>", b"<!DOCTYPE Signature><a/>"])
def test_what_is_no_alert_has_no_signature(raw: bytes) -> None:
    assert state(raw, POLICE.certificate) is SignatureState.ABSENT


SIGNED = POLICE.sign(cap()).encode()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SIGNED)), st.integers(0, 30), st.text('<>/="#AbZ19é ', max_size=8)
        ),
        min_size=1,
        max_size=3,
    )
)
def test_no_change_of_a_signed_alert_raises_or_is_valid_unless_it_says_the_same(
    cuts: list[tuple[int, int, str]],
) -> None:
    raw = SIGNED
    for start, length, new in cuts:
        raw = raw[:start] + new.encode() + raw[start + length :]
    if check(raw, POLICE.certificate).state is SignatureState.VALID:
        (before,), (after,) = read_document(SIGNED).alerts, read_document(raw).alerts
        assert after.alert == before.alert

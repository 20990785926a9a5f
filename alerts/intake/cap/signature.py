"""Is a CAP message signed, and by whom we think it is? (CAP 1.2, 3.3.4.1; ADR 0017)

Valid is a signature that one of the feed's own certificates made, over the very alert that is acted
on. What a document says of itself, the certificate inside it first of all, is never trusted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidCertificate, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from alerts.intake.cap.containers import find_alerts
from alerts.intake.cap.signed_parts import (
    SIGNATURE,
    OwnSignature,
    content_of,
    has_signature_elsewhere,
    own_signatures,
)
from alerts.intake.cap.times import read_time
from alerts.intake.cap.xml import Node, parse_xml
from alerts.problem import Problem, warning
from alerts.signature import SignatureState

MAX_SIGNED_BYTES = 1024 * 1024  # a try reads the text several times; the most seen is 0.46 MB
MAX_TRIES = 12  # of a signature with a certificate, in one alert
MAX_CERTIFICATES = 8  # of a feed: a few senders, the next certificate beside the present one
# NIST SP 800-131A Rev. 2, table 8: SHA-1 signatures only for "legacy use", made before 2014.
SHA1_UNTIL = datetime(2014, 1, 1, tzinfo=UTC)

_WHERE = "alert/Signature"
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_WORST_FIRST = (
    SignatureState.INVALID,
    SignatureState.UNKNOWN_SIGNER,
    SignatureState.ABSENT,
    SignatureState.VALID,
)
_METHODS = frozenset(
    {SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512}
    | {SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384, SignatureMethod.ECDSA_SHA512}
    | {SignatureMethod.SHA256_RSA_MGF1, SignatureMethod.SHA512_RSA_MGF1}
    | {SignatureMethod.RSA_SHA1}  # see SHA1_UNTIL
)
_DIGESTS = frozenset(
    {DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512, DigestAlgorithm.SHA1}
)
# What the library and what is below it raise on signatures that somebody made up.
_REFUSALS = (
    SignXMLException,
    etree.LxmlError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
    AssertionError,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureFinding:
    """What a look at a document's signatures said."""

    state: SignatureState
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signed:
    """An alert as it is acted on, and what is needed to check its signatures."""

    content: bytes  # what is acted on, canonical
    sent: datetime
    certificates: tuple[str, ...]  # PEM
    now: datetime | None


def check_signatures(
    raw: bytes, certificates: str | None, *, now: datetime | None = None
) -> SignatureFinding:
    """Say whether a document's alerts are signed by one of a feed's certificates.

    Parameters
    ----------
    raw: the document; a bare alert, or anything that `read_document` finds alerts in.
    certificates: PEM, one or several; they are trusted as they are, no authority stands behind.
    now: aware; with it a certificate must be in force today as well, not only when the alert says
        that it was sent.

    Returns: the worst state of its alerts: INVALID, UNKNOWN_SIGNER (signed, but by no certificate
    of the feed, or it has none), ABSENT, VALID. Warnings: `bad_signature`, `certificate_expired`,
    `weak_signature`, `unknown_signer`, `signature_elsewhere`, `bad_certificate`. Never raises.
    Source: W3C XML Signature 1.1; XML Signature Best Practices, 2 (see what is signed).
    """
    if not _mentions_signature(raw):
        return SignatureFinding(state=SignatureState.ABSENT)
    acted_on, signed = parse_xml(raw).root, parse_xml(raw, keep_comments=True).root
    if acted_on is None or signed is None:
        return SignatureFinding(state=SignatureState.ABSENT)
    pems = tuple(found[0] for found in _PEM.finditer(certificates or ""))[:MAX_CERTIFICATES]
    pairs = zip(find_alerts(acted_on).alerts, find_alerts(signed).alerts, strict=True)
    findings = [_of_alert(one.root, two.root, pems, now) for one, two in pairs if one.root]
    return _together(findings, has_bad_certificates=bool(certificates) and not pems)


def _mentions_signature(raw: bytes) -> bool:
    """Look for the element's name: unsigned documents, which are most, cost nothing more."""
    return b"Signature" in raw or (b"\0" in raw and b"Signature" in raw.replace(b"\0", b""))


def _together(findings: list[SignatureFinding], *, has_bad_certificates: bool) -> SignatureFinding:
    if not findings:
        return SignatureFinding(state=SignatureState.ABSENT)
    state = min((finding.state for finding in findings), key=_WORST_FIRST.index)
    problems = [problem for finding in findings for problem in finding.problems]
    if has_bad_certificates and state is SignatureState.UNKNOWN_SIGNER:
        message = "The feed's certificates can't be read: they must be PEM."
        problems.append(warning("bad_certificate", "", message))
    return SignatureFinding(state=state, problems=tuple(dict.fromkeys(problems)))


def _of_alert(
    acted_on: Node, signed: Node | None, pems: tuple[str, ...], now: datetime | None
) -> SignatureFinding:
    if acted_on.element.find(SIGNATURE) is None or signed is None:
        return _absent(acted_on)
    if not pems:
        message = "It is signed; the feed has no certificate to check that with."
        return _finding(SignatureState.UNKNOWN_SIGNER, "unknown_signer", message)
    raw = signed.as_bytes()
    sent = next((read_time(c.text).value for c in acted_on.children() if c.name == "sent"), None)
    if sent is None or len(raw) > MAX_SIGNED_BYTES:
        message = "A signature can't be checked without <sent>, or on so large an alert."
        return _finding(SignatureState.INVALID, "bad_signature", message)
    try:
        content = content_of(acted_on.element)
        return _checked(raw, _Signed(content=content, sent=sent, certificates=pems, now=now))
    except _REFUSALS:  # no canonical form: a name space that is no absolute address
        message = "The alert has no canonical form, so that no signature can be checked."
        return _finding(SignatureState.INVALID, "bad_signature", message)


def _absent(alert: Node) -> SignatureFinding:
    if not has_signature_elsewhere(alert.element.getroottree().getroot()):
        return SignatureFinding(state=SignatureState.ABSENT)
    message = "A signature stands outside of the alert, or deep in it: it says nothing of it."
    return _finding(SignatureState.ABSENT, "signature_elsewhere", message)


def _finding(state: SignatureState, code: str, message: str) -> SignatureFinding:
    return SignatureFinding(state=state, problems=(warning(code, _WHERE, message),))


def _checked(raw: bytes, signed: _Signed) -> SignatureFinding:
    """Try each signature with each certificate that may have made it; one that fits is enough."""
    reasons: dict[str, str] = {}
    for signature, pem in islice(_tries(raw, signed.certificates), MAX_TRIES):
        code, message = _try(signature, pem, signed)
        if not code:
            said = (warning("weak_signature", _WHERE, message),) if message else ()
            return SignatureFinding(state=SignatureState.VALID, problems=said)
        reasons.setdefault(code, message)
    if not reasons:
        message = "It is signed with a certificate that the feed doesn't have."
        return _finding(SignatureState.UNKNOWN_SIGNER, "unknown_signer", message)
    first = next((c for c in ("certificate_expired", "weak_signature") if c in reasons), None)
    told = first or "bad_signature"
    return _finding(SignatureState.INVALID, told, reasons[told])


def _tries(raw: bytes, pems: tuple[str, ...]) -> Iterator[tuple[OwnSignature, str]]:
    """Pair signatures and certificates; one that names its certificates is tried with those."""
    for signature in _candidates(raw):
        named = signature.certificates
        for pem in pems:
            if not named or _body(pem) in named:
                yield signature, pem


def _candidates(raw: bytes) -> Iterator[OwnSignature]:
    """Yield the alert's signatures; again without names of what it stood in, if it stood in any.

    Plain canonical XML writes every name space in scope: an alert that was signed by itself and
    then put into an envelope fits its signature only without the envelope's.
    """
    yield from own_signatures(raw)
    tree = etree.fromstring(raw, etree.XMLParser(resolve_entities=False))
    etree.cleanup_namespaces(tree)
    cleaned: bytes = etree.tostring(tree)
    if cleaned != etree.tostring(etree.fromstring(raw)):
        yield from own_signatures(cleaned)


def _body(pem: str) -> str:
    """Return the base64 of a certificate, without blanks."""
    found = _PEM.search(pem)
    return "".join(found[1].split()) if found else ""


def _try(signature: OwnSignature, pem: str, signed: _Signed) -> tuple[str, str]:
    """Return why a certificate didn't make a signature; ("", a note) if it did."""
    if signature.form_problem:
        return "bad_signature", f"The signature can't be checked: {signature.form_problem}."
    if signature.is_weak and signed.sent >= SHA1_UNTIL:
        return "weak_signature", "It is signed with SHA-1, which proves nothing since 2014."
    try:
        contents = [_verified(signature, pem, at) for at in (signed.sent, signed.now) if at]
    except InvalidCertificate:
        return "certificate_expired", "The feed's certificate wasn't in force; ask for the new one."
    except _REFUSALS:
        return "bad_signature", "The signature doesn't fit the alert and the feed's certificate."
    if any(content != signed.content for content in contents):
        return "bad_signature", "The signature is about something else than this alert."
    note = "It is signed with SHA-1, which is accepted of alerts before 2014 only."
    return "", note if signature.is_weak else ""


def _verified(signature: OwnSignature, pem: str, at: datetime) -> bytes:
    """Return the content that a certificate signed, in force at a moment; else raise."""
    result = XMLVerifier().verify(
        signature.alert,
        x509_cert=pem,
        validate_schema=False,  # Canada's Id="NAADS Signature" isn't a valid xs:ID
        expect_config=SignatureConfiguration(
            location="./",
            expect_references=1,
            signature_methods=_METHODS,
            digest_algorithms=_DIGESTS,
            ignore_ambiguous_key_info=True,  # the key inside isn't used at all
            verification_time=at,
        ),
    )
    found = result[0] if isinstance(result, list) else result
    return content_of(found.signed_xml)

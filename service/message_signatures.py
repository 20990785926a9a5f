"""Did the feed itself make this request, just now and for the first time? RFC 9421 and 9530.

A signature must cover the method, the whole address and, if there is a body, its Content-Digest;
it names one of the feed's signers (`keyid`), was made within minutes (`created`), and is accepted
once (`nonce`). The API key is needed beside it: a signature proves, it doesn't say who may do what.

The address is signed as the partner wrote it. Where PORCHLIGHT_PUBLIC_URL is set it begins with
that, whatever the proxies made of it: a signature for another server is never one for us.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from flask import request
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    InvalidSignature,
    VerifyResult,
    algorithms,
)
from http_message_signatures.resolvers import MappingKeyResolver

from alerts.store.feed_signers import FeedSigner, SignatureAlgorithm, believed_signers
from alerts.store.feeds import Feed
from alerts.store.tallies import count_up
from service.http import runtime

HEADERS = ("Signature", "Signature-Input")
LONGEST_HEADER = 8_192
AHEAD = timedelta(seconds=60)  # a partner's clock may be ahead of ours
METHOD, WHOLE_ADDRESS = '"@method"', '"@target-uri"'
PARTS_OF_ADDRESS = frozenset({'"@authority"', '"@path"', '"@query"'})
MISMATCH = "The signature doesn't match this request: its method, address, headers or key differ."

ALGORITHMS = {
    SignatureAlgorithm.ED25519: algorithms.ED25519,
    SignatureAlgorithm.ECDSA_P256_SHA256: algorithms.ECDSA_P256_SHA256,
    SignatureAlgorithm.ECDSA_P384_SHA384: algorithms.ECDSA_P384_SHA384,
    SignatureAlgorithm.RSA_PSS_SHA512: algorithms.RSA_PSS_SHA512,
    SignatureAlgorithm.RSA_V1_5_SHA256: algorithms.RSA_V1_5_SHA256,
}


class BadSignature(Exception):
    """What is wrong with a signature, as a sentence for whoever made it."""


@dataclass(frozen=True, kw_only=True)
class SignedRequest:
    """A request as it was signed."""

    method: str
    url: str  # absolute, encoded, as the client wrote it
    headers: Mapping[str, str]
    body: bytes


def is_signed() -> bool:
    """Say whether this request carries a signature, or half of one."""
    return any(name in request.headers for name in HEADERS)


def check_signature(feed: Feed) -> None:
    """Check this request's signature, and remember it so that it isn't accepted twice.

    Raises
    ------
    BadSignature: says what is wrong.
    """
    r = runtime()
    signed = SignedRequest(
        method=request.method,
        url=asked_url(),
        headers=dict(request.headers.items()),
        body=request.get_data(),
    )
    with r.store.read() as session:
        signers = believed_signers(session, feed.id)
    max_age = timedelta(seconds=r.settings.signature_max_age_s)
    result = verify(signed, signers, r.clock(), max_age)
    signer = signers[str(result.parameters["keyid"])]
    until = datetime.fromtimestamp(int(result.parameters["created"]), UTC) + max_age + AHEAD
    with r.store.begin() as session:
        times = count_up(session, f"signed:{signer.id}:{_once(result)}", until)
    if times > 1:
        raise BadSignature("This was accepted before: sign each request anew, with a fresh nonce.")


def verify(
    signed: SignedRequest, signers: Mapping[str, FeedSigner], now: datetime, max_age: timedelta
) -> VerifyResult:
    """Return what the one signature of a request says; BadSignature if it doesn't hold."""
    if any(len(signed.headers.get(name, "")) > LONGEST_HEADER for name in HEADERS):
        raise BadSignature(f"A signature's headers may have {LONGEST_HEADER} characters at most.")
    verifier = _Verifier(signers, now, max_age)
    try:
        [result] = verifier.verify(
            signed, max_age=None, require_components=("@method",), body=signed.body
        )
    except HTTPMessageSignaturesException as bad:
        raise BadSignature(_sentence(bad)) from None
    _check_address(result, signed)
    return result


def asked_url() -> str:
    """Return this request's address as the partner wrote and signed it."""
    public_url = runtime().settings.public_url.rstrip("/")
    origin = public_url or f"{request.scheme}://{request.host}"
    target = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI")
    if not target:  # a server that doesn't hand it on: as good as it can be rebuilt
        query = request.query_string.decode("latin-1")
        return origin + quote(request.path) + (f"?{query}" if query else "")
    if not target.startswith("/"):  # "GET http://host/path": the absolute form of a proxy
        parts = urlsplit(target)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
    return origin + target


class _Verifier(HTTPMessageVerifier):
    """Verifies with the algorithm of the signer that the signature names, by our clock."""

    def __init__(
        self, signers: Mapping[str, FeedSigner], now: datetime, max_age: timedelta
    ) -> None:
        keys = {name: signer.public_key.encode() for name, signer in signers.items()}
        resolver = MappingKeyResolver(public_keys=keys, private_keys={})
        super().__init__(signature_algorithm=algorithms.ED25519, key_resolver=resolver)
        self._signers, self._now, self._max_age = signers, now, max_age

    def validate_created_and_expires(
        self, sig_input: Any, max_age: timedelta | None = None
    ) -> None:
        """Check who signed and when; the library asks this first of each signature."""
        said = sig_input.params
        signer = self._signers.get(said.get("keyid"))
        if signer is None:
            raise InvalidSignature("the keyid names no signer of this feed")
        self.signature_algorithm = ALGORITHMS[SignatureAlgorithm(signer.algorithm)]
        if "created" not in said:
            raise InvalidSignature("there is no created: a signature must say when it was made")
        age_s, most_s = self._now.timestamp() - said["created"], self._max_age.total_seconds()
        if not -AHEAD.total_seconds() <= age_s <= most_s:
            message = f"it was created {age_s:.0f} s ago, and {most_s:.0f} s are believed"
            raise InvalidSignature(f"{message}: sign each request anew, and look at the clock")
        if said.get("expires", math.inf) < self._now.timestamp():
            raise InvalidSignature("the signature has expired")


def _check_address(result: VerifyResult, signed: SignedRequest) -> None:
    covered = set(result.covered_components)
    parts = PARTS_OF_ADDRESS if "?" in signed.url else PARTS_OF_ADDRESS - {'"@query"'}
    if WHOLE_ADDRESS not in covered and not parts <= covered:
        raise BadSignature(
            'The signature must cover "@target-uri", or "@authority", "@path" and "@query".'
        )


def _once(result: VerifyResult) -> str:
    """Return what may be accepted once: the nonce, or else everything that was signed.

    The signature itself won't do: whoever has seen an ECDSA signature can write another one that
    is as valid for the same words.
    """
    if result.nonce:
        words = f"nonce {result.nonce}"
    else:
        words = "\n".join(f"{name}: {value}" for name, value in result.covered_components.items())
    return hashlib.sha256(words.encode()).hexdigest()


def _sentence(bad: HTTPMessageSignaturesException) -> str:
    said = str(bad).strip()
    return said[:1].upper() + said[1:].rstrip(".") + "." if said else MISMATCH

"""A partner that signs its requests, with a real client (requests, http-message-signatures).

It speaks to a server that listens, where the way there could change what was signed; elsewhere
straight to the app.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import requests
from cheroot import wsgi
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from http_message_signatures import HTTPMessageSigner, HTTPSignatureAlgorithm, algorithms
from http_message_signatures.digests import ContentDigest
from http_message_signatures.resolvers import MappingKeyResolver

from alerts.clock import utc_now
from alerts.store.feed_signers import add_signer
from service.problem import TYPE_PREFIX
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import as_bytes, poster

WITHIN_S = 20
ED = ed25519.Ed25519PrivateKey.generate()
EC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
COVERED = ("@method", "@target-uri", "content-digest")
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

SigningKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Unasked(ContentDigest):
    """Leaves whatever digest is there as it is."""

    @classmethod
    def prepare(cls, headers: Any, body: bytes | None, *, use_existing_digest: bool) -> None:
        """Neither make nor check it."""


class Careless(HTTPMessageSigner):
    """Signs any digest."""

    content_digest_class = Unasked


@dataclass(frozen=True, kw_only=True)
class Signing:
    """How a partner signs; the defaults are right."""

    key: SigningKey = ED
    algorithm: type[HTTPSignatureAlgorithm] = algorithms.ED25519
    keyid: str = "hsm-1"
    covered: tuple[str, ...] = COVERED
    nonce: str | None = None
    age: timedelta = timedelta(0)
    expires: datetime | None = None
    include_alg: bool = True
    signer: type[HTTPMessageSigner] = HTTPMessageSigner

    def sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        resolver = MappingKeyResolver(public_keys={}, private_keys={self.keyid: self.key})
        signer = self.signer(signature_algorithm=self.algorithm, key_resolver=resolver)
        body = request.body
        signer.sign(
            request,
            key_id=self.keyid,
            created=utc_now() - self.age,
            expires=self.expires,
            nonce=self.nonce,
            include_alg=self.include_alg,
            covered_component_ids=self.covered,
            body=body if isinstance(body, bytes) and "content-digest" in self.covered else None,
        )
        return request


class Straight(requests.adapters.BaseAdapter):
    """Hands requests to an app without a connection."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **_: object
    ) -> requests.Response:
        """Ask the app, and answer as if it had come over the wire."""
        asked = self._app.test_client().open(
            str(request.url),
            method=request.method,
            headers=dict(request.headers),
            data=request.body,
        )
        answer = requests.Response()
        answer.status_code, answer.raw = asked.status_code, io.BytesIO(asked.get_data())
        answer.headers.update(asked.headers)
        return answer

    def close(self) -> None:
        """There is nothing to close."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A server, and a feed that it knows."""

    address: str
    partner: Partner
    listens: bool = False

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        with requests.Session() as session:
            if not self.listens:
                session.mount("http://", Straight(self.partner.app))
            return session.send(request, timeout=WITHIN_S)

    def request(
        self, method: str = "POST", path: str = "posters", body: bytes | None = None
    ) -> requests.PreparedRequest:
        body = as_bytes(poster()) if body is None and method == "POST" else body
        url = self.address + self.partner.url(path)
        asked = requests.Request(method, url, headers=self.partner.headers, data=body)
        return asked.prepare()


def pem(key: SigningKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def desk_for(site: Site, partner: Partner) -> Desk:
    """Add a signer of each kind to a feed; it may sign, and needn't."""
    now = site.runtime.clock()
    with site.runtime.store.begin() as session:
        for name, key in (("hsm-1", ED), ("ec", EC), ("rsa", RSA)):
            add_signer(session, partner.feed, name, pem(key), now)
    return Desk(address="http://alerts.example", partner=partner)


@contextmanager
def listening(desk: Desk) -> Iterator[Desk]:
    """Serve the same on a port."""
    server = wsgi.Server(("127.0.0.1", 0), desk.partner.app, numthreads=4)
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.bind_addr[1]}"
    yield Desk(address=address, partner=desk.partner, listens=True)
    server.stop()
    thread.join(WITHIN_S)


def said(answer: requests.Response) -> str:
    return str(answer.json()["detail"])


def assert_bad(answer: requests.Response, words: str) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.json()["type"] == TYPE_PREFIX + "bad_signature"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert words in said(answer)

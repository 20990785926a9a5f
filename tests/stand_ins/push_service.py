"""A stand-in for a push service: RFC 8030 and 8292 over TLS, as autopush and UnifiedPush have it.

In a test: `with PushServiceStandIn.running(tmp_path) as service:` and `service.subscribe()`, which
is what a browser gives to a page; it keeps the private keys, so that `service.received` has what
the browser would read. As a process of its own: `python -m tests.stand_ins.push_service --dir DIR
[--log FILE] [--delay-ms N] [--port N]`; when DIR/url.txt is there, it listens, and
`POST /subscribe {"name": "busy"}` gives a subscription.

The beginning of a subscription's name scripts the answer:

    gone...      410
    unknown...   404
    quota...     429 with Retry-After the first time, then 201; quota-x3-...: the first three times
    busy...      503 alike
    large...     413
    redirect...  307 to an address in a private network
    odd...       400
"""

import argparse
import json
import re
import signal
import ssl
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TextIO

import jwt
import trustme
from cryptography.hazmat.primitives.asymmetric import ec

from tests.stand_ins.browser import Subscription, unbase64url
from tests.stand_ins.exchange import Answered, Asked, Faults, Service
from tests.stand_ins.https import HttpsThread

HOSTS = ("127.0.0.1", "localhost", "push.example", "other.example", "web.push.apple.com")
LONGEST_PROOF_S = 86_400  # RFC 8292, 2
MOST_BYTES = 4096  # RFC 8030, 7.2
PRIVATE = "https://10.0.0.1/"
_FAILING_AT_FIRST = re.compile(r"(quota|busy)(?:-x(\d+)-)?")
_ALWAYS = {"gone": 410, "unknown": 404, "large": 413, "redirect": 307, "odd": 400}
_PROOF = re.compile(r"vapid t=(?P<token>[\w.-]+), ?k=(?P<key>[\w-]+)")
_HEADERS = {
    "ttl": re.compile(r"\d+"),
    "urgency": re.compile(r"very-low|low|normal|high"),
    "topic": re.compile(r"[A-Za-z0-9_-]{1,32}"),
    "content-encoding": re.compile(r"aes128gcm"),
}
MISMATCH = (
    b"the VAPID credentials in the authorization header do not correspond to the credentials used"
    b" to create the subscriptions.\n"
)


@dataclass(frozen=True, kw_only=True)
class Received:
    """One push that was taken."""

    name: str
    message: dict[str, Any]
    headers: dict[str, str]
    sealed_bytes: int


class PushServiceStandIn:
    """One push service; `received` and `requests` tell what it saw."""

    def __init__(self, log: TextIO | None = None) -> None:
        self.faults = Faults()  # delay, drip, hang-ups: change it at any time
        self.received: list[Received] = []
        self.requests = 0  # pushes, whatever the answer
        self.proofs: list[str] = []  # the Authorization headers that came
        self.retry_after: str | None = "1"  # of quota and busy subscriptions
        self.url = ""
        self.ca_path = Path()
        self._log = log
        self._subscriptions: dict[str, Subscription] = {}
        self._tries: Counter[str] = Counter()
        self._next: list[Answered] = []

    @classmethod
    @contextmanager
    def running(
        cls,
        folder: Path,
        *,
        log: TextIO | None = None,
        port: int = 0,
        protocols: Sequence[str] = ("h2", "http/1.1"),
    ) -> Iterator[Self]:
        """Listen on loopback; ca.pem and at last url.txt are in `folder`."""
        (folder / "url.txt").unlink(missing_ok=True)
        stand_in = cls(log)
        authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*HOSTS).configure_cert(context)
        service = Service(stand_in.answer, stand_in.faults)
        server = HttpsThread(service, context, list(protocols))
        stand_in.url = f"https://127.0.0.1:{server.start(port)}"
        stand_in.ca_path = folder / "ca.pem"
        stand_in.ca_path.write_bytes(authority.cert_pem.bytes())
        (folder / "url.txt.new").write_text(stand_in.url + "\n")
        (folder / "url.txt.new").rename(folder / "url.txt")
        try:
            yield stand_in
        finally:
            server.stop()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def subscribe(
        self, name: str = "", *, host: str | None = None, server_key: str | None = None
    ) -> Subscription:
        """Subscribe a browser; `host` is by which name it knows this push service."""
        name = name or f"browser-{len(self._subscriptions)}"
        root = self.url if host is None else f"https://{host}:{self.port}"
        made = Subscription(
            name=name,
            endpoint=f"{root}/push/{name}",
            private=ec.generate_private_key(ec.SECP256R1()),
            auth=len(self._subscriptions).to_bytes(16, "big"),
            server_key=server_key,
        )
        self._subscriptions[name] = made
        return made

    def answer_next(self, answered: Answered, times: int = 1) -> None:
        """Answer the next pushes so, whoever they are for."""
        self._next += [answered] * times

    def forget(self) -> None:
        """Start anew: counts, scripts and what was received."""
        self.received.clear()
        self.proofs.clear()
        self.requests = 0
        self._tries.clear()
        self._next.clear()

    def answer(self, asked: Asked) -> Answered:
        """Answer one request."""
        if (asked.method, asked.path) == ("POST", "/subscribe"):
            given = json.loads(asked.body or b"{}")
            made = self.subscribe(given.get("name", ""), server_key=given.get("server_key"))
            return Answered(status=201, body=json.dumps(made.as_json()).encode())
        subscription = self._subscriptions.get(asked.path.removeprefix("/push/"))
        if asked.method != "POST" or subscription is None:
            return Answered(status=404)
        self.requests += 1
        self.proofs.append(asked.headers.get("authorization", ""))
        if self._next:
            return self._next.pop(0)
        refusal = self._refusal(asked, subscription) or self._scripted(subscription.name)
        return refusal or self._take(asked, subscription)

    def _refusal(self, asked: Asked, subscription: Subscription) -> Answered | None:
        """Check what RFC 8030 and RFC 8292 ask of a push."""
        proof = _PROOF.fullmatch(asked.headers.get("authorization", ""))
        if proof is None:
            return Answered(status=401, body=b'{"errno": 109, "message": "no VAPID"}')
        if subscription.server_key not in (None, proof["key"]):
            return Answered(status=403, body=MISMATCH)
        if why := self._unproven(asked, proof["token"], proof["key"]):
            return Answered(status=403, body=json.dumps({"reason": why}).encode())
        if len(asked.body) > MOST_BYTES:
            return Answered(status=413)
        for name, pattern in _HEADERS.items():
            if not pattern.fullmatch(asked.headers.get(name, "")):
                return Answered(status=400, body=f"bad {name}".encode())
        return None

    def _unproven(self, asked: Asked, token: str, key: str) -> str | None:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64url(key))
        host = asked.headers.get("host") or asked.headers[":authority"]
        audience = f"https://{host}"
        try:
            claims = jwt.decode(
                token,
                point,
                algorithms=["ES256"],
                audience=audience,
                options={"require": ["exp", "sub", "aud"]},
            )
        except jwt.InvalidTokenError as problem:
            return f"BadJwtToken: {problem}"
        if claims["exp"] > time.time() + LONGEST_PROOF_S:
            return "BadJwtToken: exp"
        is_reachable = claims["sub"].startswith(("mailto:", "https://"))
        return None if is_reachable else "BadJwtToken: sub"

    def _scripted(self, name: str) -> Answered | None:
        for beginning, status in _ALWAYS.items():
            if name.startswith(beginning):
                return Answered(status=status, headers=(("location", PRIVATE),))
        script = _FAILING_AT_FIRST.match(name)
        if script is None:
            return None
        self._tries[name] += 1
        if self._tries[name] > int(script[2] or 1):
            return None
        headers = (("retry-after", self.retry_after),) if self.retry_after else ()
        return Answered(status=429 if script[1] == "quota" else 503, headers=headers)

    def _take(self, asked: Asked, subscription: Subscription) -> Answered:
        received = Received(
            name=subscription.name,
            message=json.loads(subscription.open(asked.body)),
            headers=asked.headers,
            sealed_bytes=len(asked.body),
        )
        self.received.append(received)
        if self._log is not None:
            line = {"name": received.name, "message": received.message}
            self._log.write(json.dumps(line) + "\n")
            self._log.flush()
        location = f"{self.url}/message/{len(self.received)}"
        return Answered(status=201, body=b"", headers=(("location", location),))


def claims_of(proof: str) -> dict[str, Any]:
    """Return what a VAPID header says, unchecked."""
    found = _PROOF.fullmatch(proof)
    assert found is not None, "no VAPID header"
    claims: dict[str, Any] = jwt.decode(found["token"], options={"verify_signature": False})
    return claims


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m tests.stand_ins.push_service")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--log", type=Path, default=None)
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)  # before threads begin: they inherit it
    options.dir.mkdir(parents=True, exist_ok=True)
    with (
        (options.log or Path("/dev/null")).open("a", encoding="utf-8") as log,
        PushServiceStandIn.running(options.dir, log=log, port=options.port) as service,
    ):
        service.faults.delay_s = options.delay_ms / 1000
        signal.sigwait(endings)


if __name__ == "__main__":
    main()

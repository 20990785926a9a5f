"""Who answers in Google's place? FCM HTTP v1 and its token service on loopback, over TLS.

In a test: `with FcmStandIn.running(tmp_path) as fcm: FcmChannel(fcm.account_path, None, fcm.url,
fcm.ca_path)`. As a process of its own: `python -m tests.stand_ins.fcm --dir DIR [--log FILE]
[--delay-ms N] [--port N]`; when DIR/url.txt is there, it listens.

The beginning of a device's token (or fid) scripts the answer:

    gone...      404 UNREGISTERED
    bad...       400 malformed registration token
    mismatch...  403 SENDER_ID_MISMATCH
    apple...     401 THIRD_PARTY_AUTH_ERROR
    quota...     429 with Retry-After the first time, then 200; quota-x3-...: the first three times
    busy...      503 the first time, then 200; busy-x3-... alike
"""

import argparse
import json
import re
import secrets
import signal
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TextIO
from urllib.parse import parse_qs

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import exceptions
from google.auth import jwt as google_jwt

from tests.stand_ins import fcm_rules
from tests.stand_ins.https import Answered, Asked, HttpsThread

PROJECT = "porchlight-example"
_AUDIENCE = "https://oauth2.googleapis.com/token"  # google-auth's, whatever the token_uri
_SEND = re.compile(r"/v1/projects/([^/]+)/messages:send")
_FAILING_AT_FIRST = re.compile(r"(quota|busy)(?:-x(\d+)-)?")
_ALWAYS = {
    "gone": fcm_rules.unregistered,
    "bad": fcm_rules.malformed_token,
    "mismatch": fcm_rules.sender_id_mismatch,
    "apple": fcm_rules.third_party_auth,
}


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """One message that the stand-in took."""

    token: str  # or fid
    alert_id: str | None
    kind: str | None
    message: dict[str, Any]


class FcmStandIn:
    """FCM for one project; `accepted`, `requests` and `token_requests` tell what it saw."""

    def __init__(self, log: TextIO | None = None) -> None:
        self.accepted: list[Accepted] = []
        self.requests = 0  # sends, whatever their answer
        self.token_requests = 0
        self.retry_after: str | None = "1"  # of quota and busy tokens
        self.url = ""
        self.account_path = Path()
        self.ca_path = Path()
        self._log = log
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._bearers: set[str] = set()
        self._tries: Counter[str] = Counter()
        self._next: list[Answered] = []
        self._next_tokens: list[Answered] = []

    @classmethod
    @contextmanager
    def running(
        cls, folder: Path, *, log: TextIO | None = None, delay_s: float = 0, port: int = 0
    ) -> Iterator[Self]:
        """Listen on loopback; ca.pem, service-account.json and at last url.txt are in `folder`."""
        (folder / "url.txt").unlink(missing_ok=True)
        stand_in = cls(log)
        authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        server = HttpsThread(stand_in.answer, context, delay_s=delay_s)
        stand_in.url = f"https://127.0.0.1:{server.start(port)}"
        try:
            stand_in._write(folder, authority)
            yield stand_in
        finally:
            server.stop()

    def fail_next(self, status: int, times: int = 1, retry_after: str | None = None) -> None:
        """Answer the next sends with this status, whoever they are for."""
        answer = fcm_rules.error(status, "scripted", retry_after=retry_after)
        self._next += [answer] * times

    def hang_up_next(self, times: int = 1) -> None:
        """Close the connection in the next sends' face."""
        self._next += [Answered(hang_up=True)] * times

    def fail_next_tokens(self, status: int, reason: str, times: int = 1) -> None:
        """Refuse the next access tokens with an OAuth 2 error (RFC 6749 5.2)."""
        body = json.dumps({"error": reason}).encode()
        self._next_tokens += [Answered(status=status, body=body)] * times

    def revoke_bearers(self) -> None:
        """Forget every access token that was given out."""
        self._bearers.clear()

    def forget(self) -> None:
        """Start anew: counts, scripts and what was accepted."""
        self.accepted.clear()
        self.requests = self.token_requests = 0
        self._tries.clear()
        self._next.clear()
        self._next_tokens.clear()

    def answer(self, asked: Asked) -> Answered:
        """Answer one request, as FCM or as Google's token service."""
        if asked.method == "POST" and asked.path == "/token":
            self.token_requests += 1
            return self._next_tokens.pop(0) if self._next_tokens else self._sign_in(asked)
        send = _SEND.fullmatch(asked.path)
        if asked.method != "POST" or send is None:
            return Answered(status=404, body=b"<html>Not Found</html>")
        self.requests += 1
        if self._next:
            return self._next.pop(0)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self._bearers:
            said = "Request had invalid authentication credentials."
            return fcm_rules.error(401, said)
        if send[1] != PROJECT:
            return fcm_rules.error(404, "Requested entity was not found.")
        return fcm_rules.refusal_of(asked.body) or self._deliver(json.loads(asked.body))

    def _deliver(self, request: dict[str, Any]) -> Answered:
        message = request["message"]
        address = str(message.get("token") or message.get("fid"))
        failure = self._scripted(address)
        if failure is not None:
            return failure
        if not request.get("validate_only"):
            self._accept(address, message)
        name = f"projects/{PROJECT}/messages/{self.requests}"
        return Answered(body=json.dumps({"name": name}).encode())

    def _scripted(self, address: str) -> Answered | None:
        for beginning, failure in _ALWAYS.items():
            if address.startswith(beginning):
                return failure()
        script = _FAILING_AT_FIRST.match(address)
        if script is None:
            return None
        self._tries[address] += 1
        if self._tries[address] > int(script[2] or 1):
            return None
        status = 429 if script[1] == "quota" else 503
        return fcm_rules.error(status, "scripted", retry_after=self.retry_after)

    def _accept(self, address: str, message: dict[str, Any]) -> None:
        data = message.get("data", {})
        accepted = Accepted(
            token=address, alert_id=data.get("alert_id"), kind=data.get("kind"), message=message
        )
        self.accepted.append(accepted)
        if self._log is not None:
            line = {"token": address, "alert_id": accepted.alert_id, "kind": accepted.kind}
            self._log.write(json.dumps(line) + "\n")
            self._log.flush()

    def _sign_in(self, asked: Asked) -> Answered:
        """Check the signed assertion of a service account (RFC 7523), give an access token."""
        assertion = parse_qs(asked.body.decode()).get("assertion", [""])[0]
        public_key = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        try:
            google_jwt.decode(  # type: ignore[no-untyped-call]
                assertion, certs=public_key, audience=_AUDIENCE
            )
        except (ValueError, exceptions.GoogleAuthError):
            return Answered(status=400, body=b'{"error": "invalid_grant"}')
        bearer = secrets.token_urlsafe(24)
        self._bearers.add(bearer)
        body = {"access_token": bearer, "expires_in": 3599, "token_type": "Bearer"}
        return Answered(body=json.dumps(body).encode())

    def _write(self, folder: Path, authority: trustme.CA) -> None:
        self.ca_path = folder / "ca.pem"
        self.ca_path.write_bytes(authority.cert_pem.bytes())
        private_key = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        account = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": secrets.token_hex(20),
            "private_key": private_key.decode(),
            "client_email": f"sender@{PROJECT}.iam.gserviceaccount.com",
            "client_id": "1",
            "token_uri": f"{self.url}/token",
        }
        self.account_path = folder / "service-account.json"
        self.account_path.write_text(json.dumps(account, indent=2))
        unready = folder / "url.txt.new"
        unready.write_text(self.url + "\n")
        unready.rename(folder / "url.txt")


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m tests.stand_ins.fcm")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--log", type=Path, default=None)
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)  # before threads begin: they inherit it
    options.dir.mkdir(parents=True, exist_ok=True)
    with (options.log or Path("/dev/null")).open("a", encoding="utf-8") as log:
        delay_s = options.delay_ms / 1000
        with FcmStandIn.running(options.dir, log=log, delay_s=delay_s, port=options.port):
            signal.sigwait(endings)


if __name__ == "__main__":
    main()

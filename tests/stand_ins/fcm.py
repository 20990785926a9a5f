"""Who answers in Google's place? FCM HTTP v1 and its token service on loopback, over TLS.

In a test: `with FcmStandIn.running(tmp_path) as fcm: FastFcmChannel(fcm.account_path, None,
fcm.url, fcm.ca_path)`. HTTP/1.1 and HTTP/2 are spoken on one port, as the client wishes. As a
process of its own: `python -m tests.stand_ins.fcm --dir DIR [--log FILE] [--port N] [--delay-ms N]
[--drip-ms N] [--goaway-every N [--goaway-abrupt]] [--cut-every N]`; when DIR/url.txt is there, it
listens, and `GET /stats` tells what it saw.

The beginning of a device's token (or fid) scripts the answer:

    gone...      404 UNREGISTERED
    bad...       400 malformed registration token
    mismatch...  403 SENDER_ID_MISMATCH
    apple...     401 THIRD_PARTY_AUTH_ERROR
    quota...     429 with Retry-After the first time, then 200; quota-x3-...: the first three times
    busy...      503 the first time, then 200; busy-x3-... alike

What goes wrong for everybody, until it is told otherwise:

    fail_next, fail_for, fail_until  a status (429 with Retry-After, 503, 403 ...)
    lose_next                        the message is taken, and the connection cut in answer's stead
    hang_up_next, reset_next         the connection, or the stream, ends; nothing is taken
    cut_now, faults.cut_every        every live connection is cut; what was taken stays taken
    faults.goaway_every              a connection ends after so many requests (RFC 9113 6.8)
    faults.delay_s, faults.drip_s    answers to sends come late, or byte by byte
    tokens.lifetime_s, revoke_bearers, tokens.account_is_refused, fail_next_tokens
"""

import argparse
import json
import re
import secrets
import signal
import ssl
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TextIO

import trustme

from tests.stand_ins import fcm_rules
from tests.stand_ins.exchange import Answered, Asked, Faults, Service
from tests.stand_ins.fcm_script import Script
from tests.stand_ins.fcm_tokens import TokenService
from tests.stand_ins.https import HttpsThread

PROJECT = "porchlight-example"
HTTP_1_AND_2 = ("h2", "http/1.1")
_SEND = re.compile(r"/v1/projects/([^/]+)/messages:send")


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """One message that the stand-in took."""

    token: str  # or fid
    alert_id: str | None
    kind: str | None
    message: dict[str, Any]


class FcmStandIn(Script):
    """FCM for one project; `accepted`, `times` and `requests` tell what it saw."""

    def __init__(self, log: TextIO | None, faults: Faults) -> None:
        super().__init__()
        self.accepted: list[Accepted] = []
        self.times: Counter[str] = Counter()  # how often a message was taken, by address
        self.requests = 0  # sends, whatever their answer
        self.token_requests = 0
        self.tokens = TokenService()
        self.faults = faults
        self.url = ""
        self.account_path = Path()
        self.ca_path = Path()
        self._log = log
        self._service = Service(self.answer, self.faults)
        self._server: HttpsThread
        self._next_tokens: deque[Answered] = deque()

    @classmethod
    @contextmanager
    def running(
        cls,
        folder: Path,
        *,
        log: TextIO | None = None,
        delay_s: float = 0,
        faults: Faults | None = None,
        port: int = 0,
        protocols: tuple[str, ...] = HTTP_1_AND_2,
    ) -> Iterator[Self]:
        """Listen on loopback; ca.pem, service-account.json and at last url.txt are in `folder`."""
        (folder / "url.txt").unlink(missing_ok=True)
        stand_in = cls(log, faults or Faults(delay_s=delay_s))
        authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        stand_in._server = HttpsThread(stand_in._service, context, list(protocols))
        stand_in.url = f"https://127.0.0.1:{stand_in._server.start(port)}"
        try:
            stand_in._write(folder, authority)
            yield stand_in
        finally:
            stand_in._server.stop()

    @property
    def connections(self) -> int:
        """How many connections were made to it."""
        return self._service.made

    @property
    def most_streams(self) -> int:
        """How many pushes one HTTP/2 connection had unanswered at once."""
        return self._service.most_streams

    @property
    def repeats(self) -> int:
        """How many messages it took for an address that it had taken one for already."""
        return sum(times - 1 for times in dict(self.times).values())

    def cut_now(self) -> None:
        """Cut every live connection."""
        self._server.cut()

    def fail_next_tokens(self, status: int, reason: str, times: int = 1) -> None:
        """Refuse the next access tokens with an OAuth 2 error (RFC 6749 5.2)."""
        body = json.dumps({"error": reason}).encode()
        self._next_tokens += [Answered(status=status, body=body)] * times

    def revoke_bearers(self) -> None:
        """Forget every access token that was given out."""
        self.tokens.revoke()

    def forget(self) -> None:
        """Start anew: counts, scripts, faults and what was accepted."""
        self.accepted.clear()
        self.times.clear()
        self.requests = self.token_requests = 0
        self._service.made = self._service.most_streams = 0
        for name, value in vars(Faults()).items():
            setattr(self.faults, name, value)
        self.tokens.lifetime_s, self.tokens.account_is_refused = 3599.0, False
        self._next_tokens.clear()
        self.forget_script()

    def answer(self, asked: Asked) -> Answered:
        """Answer one request, as FCM or as Google's token service."""
        if (asked.method, asked.path) == ("POST", "/token"):
            self.token_requests += 1
            scripted = self._next_tokens.popleft() if self._next_tokens else None
            return replace(scripted or self.tokens.answer(asked), is_prompt=True)
        if (asked.method, asked.path) == ("GET", "/stats"):
            return Answered(body=json.dumps(self._stats()).encode())
        send = _SEND.fullmatch(asked.path)
        if asked.method != "POST" or send is None:
            return Answered(status=404, body=b"<html>Not Found</html>")
        self.requests += 1
        return self._answer_send(asked, send[1])

    def _answer_send(self, asked: Asked, project: str) -> Answered:
        scripted, is_taken = self._next_answer()
        if scripted is not None and not is_taken:
            return scripted
        if not self.tokens.knows(asked.headers.get("authorization", "")):
            return fcm_rules.error(401, "Request had invalid authentication credentials.")
        if project != PROJECT:
            return fcm_rules.error(404, "Requested entity was not found.")
        refusal = fcm_rules.refusal_of(asked.body)
        answer = refusal or self._deliver(json.loads(asked.body))
        return scripted or answer

    def _deliver(self, request: dict[str, Any]) -> Answered:
        message = request["message"]
        address = str(message.get("token") or message.get("fid"))
        failure = self._of_address(address)
        if failure is not None:
            return failure
        if not request.get("validate_only"):
            self._accept(address, message)
        name = f"projects/{PROJECT}/messages/{self.requests}"
        return Answered(body=json.dumps({"name": name}).encode())

    def _accept(self, address: str, message: dict[str, Any]) -> None:
        data = message.get("data", {})
        accepted = Accepted(
            token=address, alert_id=data.get("alert_id"), kind=data.get("kind"), message=message
        )
        self.accepted.append(accepted)
        self.times[address] += 1
        if self._log is not None:
            line = {"token": address, "alert_id": accepted.alert_id, "kind": accepted.kind}
            self._log.write(json.dumps(line) + "\n")
            self._log.flush()

    def _stats(self) -> dict[str, int]:
        return {
            "requests": self.requests,
            "accepted": len(self.accepted),
            "addresses": len(self.times),
            "repeats": self.repeats,
            "token_requests": self.token_requests,
            "connections": self.connections,
        }

    def _write(self, folder: Path, authority: trustme.CA) -> None:
        self.ca_path = folder / "ca.pem"
        self.ca_path.write_bytes(authority.cert_pem.bytes())
        account = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": secrets.token_hex(20),
            "private_key": self.tokens.private_key(),
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
    options = _options()
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)  # before threads begin: they inherit it
    options.dir.mkdir(parents=True, exist_ok=True)
    faults = Faults(
        delay_s=options.delay_ms / 1000,
        drip_s=options.drip_ms / 1000,
        goaway_every=options.goaway_every,
        goaway_is_abrupt=options.goaway_abrupt,
        cut_every=options.cut_every,
    )
    with (
        (options.log or Path("/dev/null")).open("a", encoding="utf-8") as log,
        FcmStandIn.running(options.dir, log=log, faults=faults, port=options.port),
    ):
        signal.sigwait(endings)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.stand_ins.fcm")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--log", type=Path, default=None)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--drip-ms", type=float, default=0)
    parser.add_argument("--goaway-every", type=int, default=0)
    parser.add_argument("--goaway-abrupt", action="store_true")
    parser.add_argument("--cut-every", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()

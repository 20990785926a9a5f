"""Starts the FCM stand-in in a process of its own, and asks it what came in.

It is Node's own HTTP/2 (benchmarks/fcm_stand_in.mjs): one in Python would cost more than the sender
that is measured against it.
"""

import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import BaseModel

SCRIPT = Path(__file__).parents[1] / "fcm_stand_in.mjs"
PROJECT = "porchlight-example"
STARTS_WITHIN_S = 20.0


class Accepted(BaseModel):
    """What the stand-in took since it was last asked to begin anew."""

    accepted: int
    distinct: int  # devices
    repeats: int
    most_times: int  # that one device was sent to
    refused: int
    first_ms: float  # epoch; 0: none
    last_ms: float
    per_second: list[int]  # since the first
    body_bytes: int  # of a message, mean
    connections: int
    cpu_s: float  # of the stand-in's process

    @property
    def took_s(self) -> float:
        """From the first to the last."""
        return (self.last_ms - self.first_ms) / 1000


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A running stand-in."""

    url: str
    folder: Path
    _session: requests.Session

    @property
    def account_path(self) -> Path:
        """The key of a service account whose token service is the stand-in."""
        return self.folder / "service-account.json"

    @property
    def ca_path(self) -> Path:
        """Whom to trust."""
        return self.folder / "ca.pem"

    def settings(self, **more: object) -> dict[str, str]:
        """Return the settings with which Porchlight sends to it; `more` are in words of ours."""
        said = {
            "fcm_credential": self.account_path,
            "fcm_url": self.url,
            "fcm_ca_bundle": self.ca_path,
            **more,
        }
        return {f"PORCHLIGHT_{name.upper()}": str(value) for name, value in said.items()}

    def stats(self, *, reset: bool = False) -> Accepted:
        """Return what it took; with `reset` it begins anew."""
        answer = self._session.get(f"{self.url}/stats{'?reset' if reset else ''}", timeout=60)
        return Accepted.model_validate(answer.json())


@contextmanager
def stand_in(folder: Path, *, delay_ms: float = 0, streams: int = 100) -> Iterator[StandIn]:
    """Run one for as long as the block lasts; its keys are in `folder`."""
    node = shutil.which("node")
    if node is None:
        raise SystemExit("the stand-in of FCM needs Node 20: see the README")
    folder.mkdir(parents=True, exist_ok=True)
    ca_path = _write_certificate(folder)
    numbers = ("--delay-ms", str(delay_ms), "--streams", str(streams))
    process = subprocess.Popen([node, str(SCRIPT), "--dir", str(folder), *numbers])
    try:
        url = _listening(process, folder / "url.txt")
        _write_account(folder / "service-account.json", f"{url}/token")
        with requests.Session() as session:
            session.trust_env, session.verify = False, str(ca_path)
            yield StandIn(url=url, folder=folder, _session=session)
    finally:
        process.terminate()
        process.wait(10)


def _listening(process: "subprocess.Popen[bytes]", ready: Path) -> str:
    until = time.monotonic() + STARTS_WITHIN_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit("the stand-in of FCM didn't start")
        time.sleep(0.02)
    return ready.read_text().strip()


def _write_certificate(folder: Path) -> Path:
    (folder / "url.txt").unlink(missing_ok=True)
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    issued = authority.issue_cert("127.0.0.1", "localhost", key_type=trustme.KeyType.ECDSA)
    (folder / "key.pem").write_bytes(issued.private_key_pem.bytes())
    (folder / "cert.pem").write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    (folder / "ca.pem").write_bytes(authority.cert_pem.bytes())
    return folder / "ca.pem"


def _write_account(path: Path, token_uri: str) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account: dict[str, Any] = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": secrets.token_hex(20),
        "private_key": key.decode(),
        "client_email": f"sender@{PROJECT}.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": token_uri,
    }
    path.write_text(json.dumps(account))

"""A sender that knows nothing of firebase-admin: what the stand-in's own tests talk with."""

import json
import time
from pathlib import Path

import requests
from google.auth import crypt
from google.auth import jwt as google_jwt

from tests.stand_ins.fcm import PROJECT


class Client:
    """A sender that knows nothing of firebase-admin."""

    def __init__(self, folder: Path) -> None:
        self.url = (folder / "url.txt").read_text().strip()
        self.account = json.loads((folder / "service-account.json").read_text())
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(folder / "ca.pem")

    def sign_in(self, *, ends_in_s: int = 3600) -> requests.Response:
        now = int(time.time())
        claims = {
            "iss": self.account["client_email"],
            "aud": "https://oauth2.googleapis.com/token",
            "iat": now + min(0, ends_in_s - 3600),
            "exp": now + ends_in_s,
        }
        signer = crypt.RSASigner.from_service_account_info(self.account)  # type: ignore[no-untyped-call]
        assertion: bytes = google_jwt.encode(signer, claims)  # type: ignore[no-untyped-call]
        form = {"assertion": assertion.decode(), "grant_type": "jwt-bearer"}
        return self.session.post(self.account["token_uri"], data=form, timeout=5)

    def send(self, message: object, project: str = PROJECT) -> requests.Response:
        url = f"{self.url}/v1/projects/{project}/messages:send"
        return self.session.post(url, json={"message": message}, timeout=5)

    def authorize(self) -> None:
        self.session.headers["Authorization"] = f"Bearer {self.sign_in().json()['access_token']}"


def message(**changes: object) -> dict[str, object]:
    return {"token": "ok-1", "data": {"alert_id": "a1", "kind": "alert"}} | changes


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never came"
        time.sleep(0.02)

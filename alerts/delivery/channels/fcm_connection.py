"""How do we reach FCM? The credential, the TLS session and firebase-admin's own sender.

firebase-admin is bent in three ways, all here: its base URL can be a stand-in's; its own retries
are off, because ours decide (it would hold a batch for seconds on a 503); and its session is a
plain one whose bearer we renew under a lock (google-auth's would ask for a token in each of a
hundred threads, and looks up a "regional access boundary" at another Google host first).
"""

import json
import threading
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import firebase_admin
import requests
from firebase_admin import _http_client, _utils, credentials, messaging
from firebase_admin.exceptions import FirebaseError
from firebase_admin.messaging import _MessagingService
from google.auth.transport.requests import Request
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from alerts.errors import Misconfigured

SLICE = 100  # send_each starts a thread per message; firebase-admin pools 100 connections, too
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")  # a stand-in: never by way of a proxy


class Answer(Protocol):
    """FCM's answer to one message, as firebase-admin's `SendResponse` has it."""

    @property
    def exception(self) -> FirebaseError | None:
        """What went wrong, or None if FCM took the message."""
        ...


class FcmService(_MessagingService):  # type: ignore[misc]
    """firebase-admin's FCM sender on a session of ours."""

    _client: _http_client.JsonHttpClient

    def __init__(
        self, app: firebase_admin.App, base_url: str, session: requests.Session, timeout_s: float
    ) -> None:
        super().__init__(app)
        self._fcm_url = f"{base_url}/v1/projects/{app.project_id}/messages:send"
        self._client.close()
        self._client = _http_client.JsonHttpClient(
            session=session, retries=False, timeout=timeout_s
        )

    def close(self) -> None:
        """Close the sessions; firebase-admin's own close leaves the synchronous one open."""
        self._client.close()
        super().close()


class FcmConnection:
    """One project's way to FCM, shared by the threads of a process.

    Raises
    ------
    Misconfigured: the key file can't be read, isn't a service account's, or a URL isn't https.
    """

    def __init__(
        self,
        *,
        credential_path: Path,
        project_id: str | None,
        base_url: str,
        ca_bundle: Path | None,
        timeout_s: float,
    ) -> None:
        account = _read_account(credential_path)
        certificate = _certificate(account, credential_path)
        _check_https(base_url, "the FCM base URL")
        _check_https(str(account.get("token_uri")), "the token_uri of the FCM service account")
        self._credential = certificate.get_credential()
        self._lock = threading.Lock()
        self._token_session = _session(str(account["token_uri"]), ca_bundle)
        self._token_request = partial(Request(self._token_session), timeout=timeout_s)
        session = _session(base_url, ca_bundle)
        session.auth = self._with_bearer
        self._app = firebase_admin.initialize_app(
            certificate,
            {"projectId": project_id or certificate.project_id, "httpTimeout": timeout_s},
            name=f"porchlight-{uuid4()}",  # firebase-admin's apps live in one global register
        )
        url = base_url.rstrip("/")
        self._service: FcmService = _utils.get_app_service(
            self._app, "_messaging", lambda app: FcmService(app, url, session, timeout_s)
        )

    def sign_in(self, rejected: str | None = None) -> str:
        """Return an access token that is good for minutes, asking Google for one if need be.

        Parameters
        ----------
        rejected: a token that FCM didn't accept; another is fetched unless one already was.

        Raises
        ------
        google.auth.exceptions.GoogleAuthError: none can be had.
        """
        with self._lock:
            if not self._credential.valid or self._credential.token == rejected:
                self._credential.refresh(self._token_request)
            return str(self._credential.token)

    def send_each(self, messages: list[messaging.Message]) -> list[Answer]:
        """Send up to 100 `messaging.Message`; return their answers in the same order."""
        return list(self._service.send_each(messages).responses)

    def close(self) -> None:
        """Forget the app and close its connections."""
        firebase_admin.delete_app(self._app)
        self._token_session.close()

    def _with_bearer(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._credential.token}"
        return request


def _read_account(path: Path) -> dict[str, Any]:
    try:
        account = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(
            f"the FCM service account key {path} can't be read ({type(error).__name__}): download"
            " it from the Firebase console, Project settings, Service accounts"
        ) from error
    return account if isinstance(account, dict) else {}


def _certificate(account: dict[str, Any], path: Path) -> credentials.Certificate:
    try:
        return credentials.Certificate(account)
    except ValueError as error:  # its text would name fields, never the key
        raise Misconfigured(
            f"{path} isn't the key of a service account: download one from the Firebase console,"
            " Project settings, Service accounts"
        ) from error


def _check_https(url: str, what: str) -> None:
    if not url.startswith("https://"):
        raise Misconfigured(f"{what} must begin with https://")


def _session(url: str, ca_bundle: Path | None) -> requests.Session:
    """Open a session that verifies TLS, retries nothing, and reads the environment only here.

    requests lets REQUESTS_CA_BUNDLE and ~/.netrc override what a session says, at every request.
    """
    if ca_bundle is not None and not ca_bundle.is_file():
        raise Misconfigured(f"the CA bundle {ca_bundle} doesn't exist")
    session = requests.Session()
    if urlsplit(url).hostname not in _THIS_MACHINE:
        session.proxies.update(get_environ_proxies(url))
    session.trust_env = False
    session.verify = str(ca_bundle) if ca_bundle is not None else True
    session.mount("https://", HTTPAdapter(pool_maxsize=SLICE, max_retries=0))
    return session

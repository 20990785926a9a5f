"""Who are we to FCM? The service account's key, and the access token that Google gives for it.

google-auth would ask for a token in each of many threads, and looks up a "regional access boundary"
at another Google host first; here one request under a lock serves all.
"""

import json
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from firebase_admin import credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from alerts.errors import Misconfigured

GOOGLE_BASE_URL = "https://fcm.googleapis.com"
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")  # a stand-in: never by way of a proxy
_CONNECTIONS = 100  # of one session: a slice of send_each at once


class SignIn:
    """One service account. Safe to use from several threads.

    Raises
    ------
    Misconfigured: the key file can't be read, isn't a service account's, or a URL isn't https.
    """

    def __init__(self, credential_path: Path, ca_bundle: Path | None, timeout_s: float) -> None:
        account = _read_account(credential_path)
        self.certificate = _certificate(account, credential_path)
        check_https(str(account.get("token_uri")), "the token_uri of the FCM service account")
        self._credential = self.certificate.get_credential()
        self._lock = threading.Lock()
        self._failure: GoogleAuthError | None = None
        self._failed_at_s = 0.0
        self._session = open_session(str(account["token_uri"]), ca_bundle)
        self._request = partial(Request(self._session), timeout=timeout_s)

    @property
    def project_id(self) -> str:
        """The project of the key."""
        return str(self.certificate.project_id)

    @property
    def access_token(self) -> str:
        """The token as it is, valid or not."""
        return str(self._credential.token)

    def sign_in(self, rejected: str | None = None) -> str:
        """Return an access token that is good for minutes, asking Google for one if need be.

        Parameters
        ----------
        rejected: a token that FCM didn't accept; another is fetched unless one already was.

        Raises
        ------
        google.auth.exceptions.GoogleAuthError: none can be had.
        """
        asked_at_s = time.monotonic()
        with self._lock:
            if not self._credential.valid or self._credential.token == rejected:
                self._refresh(asked_at_s)
            return str(self._credential.token)

    def close(self) -> None:
        """Close the connection to the token service."""
        self._session.close()

    def _refresh(self, asked_at_s: float) -> None:
        """Ask Google, unless that failed while we waited: not every thread waits for a timeout."""
        if self._failure is not None and self._failed_at_s >= asked_at_s:
            raise self._failure
        try:
            self._credential.refresh(self._request)
        except GoogleAuthError as error:
            self._failure, self._failed_at_s = error, time.monotonic()
            raise


def check_https(url: str, what: str) -> None:
    """Raise Misconfigured unless `what`, a URL, is https."""
    if not url.startswith("https://"):
        raise Misconfigured(f"{what} must begin with https://")


def check_bundle(ca_bundle: Path | None) -> None:
    """Raise Misconfigured if the CA bundle is set and isn't there."""
    if ca_bundle is not None and not ca_bundle.is_file():
        raise Misconfigured(f"the CA bundle {ca_bundle} doesn't exist")


def proxies_of(url: str) -> dict[str, str]:
    """Return the proxies that the environment names for a URL, by scheme; none on this machine."""
    if urlsplit(url).hostname in _THIS_MACHINE:
        return {}
    return dict(get_environ_proxies(url))


def open_session(url: str, ca_bundle: Path | None) -> requests.Session:
    """Open a session that verifies TLS, retries nothing, and reads the environment only here.

    requests lets REQUESTS_CA_BUNDLE and ~/.netrc override what a session says, at every request.
    """
    check_bundle(ca_bundle)
    session = requests.Session()
    session.proxies.update(proxies_of(url))
    session.trust_env = False
    session.verify = str(ca_bundle) if ca_bundle is not None else True
    session.mount("https://", HTTPAdapter(pool_maxsize=_CONNECTIONS, max_retries=0))
    return session


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

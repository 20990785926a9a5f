"""How does the plain path reach FCM? firebase-admin's own sender, over a session of ours.

firebase-admin is bent in three ways, all here: its base URL can be a stand-in's; its own retries
are off, because ours decide (it would hold a batch for seconds on a 503); and its session is a
plain one whose bearer is renewed by `SignIn`.
"""

from pathlib import Path
from typing import Protocol
from uuid import uuid4

import firebase_admin
import requests
from firebase_admin import _http_client, _utils, messaging
from firebase_admin.exceptions import FirebaseError
from firebase_admin.messaging import _MessagingService

from alerts.delivery.channels.fcm_sign_in import SignIn, check_https, open_session

SLICE = 100  # send_each starts a thread per message; firebase-admin pools 100 connections, too


class Sent(Protocol):
    """How it went for one message, as firebase-admin's `SendResponse` has it."""

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
        check_https(base_url, "the FCM base URL")
        self._sign_in = SignIn(credential_path, ca_bundle, timeout_s)
        session = open_session(base_url, ca_bundle)
        session.auth = self._with_bearer
        self._app = firebase_admin.initialize_app(
            self._sign_in.certificate,
            {"projectId": project_id or self._sign_in.project_id, "httpTimeout": timeout_s},
            name=f"porchlight-{uuid4()}",  # firebase-admin's apps live in one global register
        )
        self._is_open = True
        url = base_url.rstrip("/")
        self._service: FcmService = _utils.get_app_service(
            self._app, "_messaging", lambda app: FcmService(app, url, session, timeout_s)
        )

    def sign_in(self, rejected: str | None = None) -> str:
        """Return an access token that is good for minutes (see `SignIn.sign_in`)."""
        return self._sign_in.sign_in(rejected)

    def send_each(self, messages: list[messaging.Message]) -> list[Sent]:
        """Send up to 100 `messaging.Message`; return how it went in the same order."""
        return list(self._service.send_each(messages).responses)

    def close(self) -> None:
        """Forget the app and close its connections; again is harmless."""
        if self._is_open:
            self._is_open = False
            firebase_admin.delete_app(self._app)
            self._sign_in.close()

    def _with_bearer(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._sign_in.access_token}"
        return request

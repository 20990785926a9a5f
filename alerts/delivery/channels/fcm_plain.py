"""Did FCM take it? Android, iOS and web apps by firebase-admin's `send_each`: the plain path."""

from collections.abc import Sequence
from pathlib import Path

from firebase_admin import messaging
from firebase_admin.exceptions import FirebaseError
from google.auth.exceptions import GoogleAuthError

from alerts.clock import Clock, utc_now
from alerts.delivery.channels.fcm_connection import SLICE, FcmConnection, Sent
from alerts.delivery.channels.fcm_encoding import Encoding
from alerts.delivery.channels.fcm_errors import (
    SENT,
    Answer,
    Verdict,
    is_token_rejected,
    verdict_of,
    verdict_of_credential,
)
from alerts.delivery.channels.fcm_message import addressed
from alerts.delivery.channels.fcm_sign_in import GOOGLE_BASE_URL
from alerts.delivery.channels.fcm_unanswered import verdict_of_exception
from alerts.delivery.channels.fcm_verdicts import Settling, unsendable
from alerts.errors import Misconfigured
from alerts.push import PushMessage, PushOutcome, PushTarget


class PlainFcmChannel:
    """Firebase Cloud Messaging, HTTP v1 over HTTP/1.1.

    Safe to use from several threads. `close()` it when done.

    Parameters
    ----------
    credential_path: the key file of a service account; its token_uri may be a stand-in's.
    project_id: the Firebase project; None means the one in the key file.
    base_url: where FCM is; https always.
    ca_bundle: PEM file to trust instead of the public authorities: a stand-in's or a proxy's.
    timeout_s: of one HTTP request until its next byte, in seconds.
    clock: for `apns-expiration` and for a Retry-After given as a date.

    Raises
    ------
    Misconfigured: the key file or a setting can't be used.
    """

    name = "fcm"
    threads = 4  # each starts a thread a message: more would only wait for each other

    def __init__(
        self,
        credential_path: Path,
        project_id: str | None,
        base_url: str = GOOGLE_BASE_URL,
        ca_bundle: Path | None = None,
        timeout_s: float = 10,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._clock = clock
        self._settling = Settling()
        self._connection = FcmConnection(
            credential_path=credential_path,
            project_id=project_id,
            base_url=base_url,
            ca_bundle=ca_bundle,
            timeout_s=timeout_s,
        )

    def close(self) -> None:
        """Close the connections to FCM."""
        self._connection.close()

    def send(self, message: PushMessage, targets: Sequence[PushTarget]) -> Sequence[PushOutcome]:
        """Send one message to each target, in order; one outcome each, same order.

        A target that isn't FCM's is REFUSED, one without an address GONE, both unsent.

        Raises
        ------
        Misconfigured: FCM took none, and won't until somebody mends the settings. If it may have
            taken some, the others are PENDING instead, so that no outcome is lost.
        Refused: the message is larger than 4,096 bytes; nothing was sent.
        """
        verdicts: list[Verdict | None] = [unsendable(target) for target in targets]
        sendable = [i for i, verdict in enumerate(verdicts) if verdict is None]
        if sendable:
            encoding = Encoding(message, self._clock())
            encoding.check_size([targets[i] for i in sendable])
            messages = [addressed(encoding.base, targets[i]) for i in sendable]
            for i, verdict in zip(sendable, self._send_all(messages), strict=True):
                verdicts[i] = verdict
        return self._settling.settled([verdict for verdict in verdicts if verdict is not None])

    def _send_all(self, messages: list[messaging.Message]) -> list[Verdict]:
        """Send slice by slice; a slice that meets wrong settings is the last one."""
        verdicts: list[Verdict] = []
        for start in range(0, len(messages), SLICE):
            if any(isinstance(verdict, Misconfigured) for verdict in verdicts):
                break
            verdicts += self._send_slice(messages[start : start + SLICE])
        trouble = next((v for v in verdicts if isinstance(v, Misconfigured)), None)
        if trouble is not None:
            verdicts += [trouble] * (len(messages) - len(verdicts))
        return verdicts

    def _send_slice(self, messages: list[messaging.Message]) -> list[Verdict]:
        """Send up to 100; those for which FCM refuses our access token, once more with another."""
        try:
            access_token = self._connection.sign_in()
        except GoogleAuthError as error:
            return [verdict_of_credential(error)] * len(messages)
        verdicts, rejected = self._send_each(messages)
        if rejected:
            second = self._send_again([messages[i] for i in rejected], access_token)
            for i, verdict in zip(rejected, second, strict=True):
                verdicts[i] = verdict
        return verdicts

    def _send_again(self, messages: list[messaging.Message], rejected: str) -> list[Verdict]:
        try:
            self._connection.sign_in(rejected=rejected)
        except GoogleAuthError as error:
            return [verdict_of_credential(error)] * len(messages)
        return self._send_each(messages)[0]

    def _send_each(self, messages: list[messaging.Message]) -> tuple[list[Verdict], list[int]]:
        """Return the verdicts, and for which of them FCM refused our access token."""
        try:
            answers = self._connection.send_each(messages)
        except FirebaseError as error:  # the slice as a whole: any of it may have gone out
            return [verdict_of_exception(error.cause)] * len(messages), []
        rejected = [i for i, answer in enumerate(answers) if _is_token_rejected(answer)]
        return [self._verdict(answer) for answer in answers], rejected

    def _verdict(self, sent: Sent) -> Verdict:
        if sent.exception is None:
            return SENT
        answer = _answer(sent.exception)
        if answer is None:
            return verdict_of_exception(sent.exception.cause)
        return verdict_of(answer, self._clock())


def _is_token_rejected(sent: Sent) -> bool:
    answer = None if sent.exception is None else _answer(sent.exception)
    return answer is not None and is_token_rejected(answer)


def _answer(error: FirebaseError) -> Answer | None:
    response = error.http_response
    if response is None:
        return None
    return Answer(
        status=response.status_code,
        retry_after=response.headers.get("Retry-After"),
        body=response.content,
    )

"""Did FCM take it? Android, iOS and web apps by firebase-admin's `send_each`: the plain path."""

from collections.abc import Sequence
from pathlib import Path

from firebase_admin import messaging
from firebase_admin.exceptions import FirebaseError
from google.auth.exceptions import GoogleAuthError

from alerts.clock import Clock, utc_now
from alerts.delivery.channels.fcm_connection import SLICE, Answer, FcmConnection
from alerts.delivery.channels.fcm_errors import (
    SENDER_ID_MISMATCH,
    Verdict,
    verdict_of,
    verdict_of_credential,
)
from alerts.delivery.channels.fcm_message import addressed, check_size, untargeted
from alerts.delivery.retry import QUOTA_RETRY_S
from alerts.errors import Misconfigured
from alerts.push import Outcome, PushMessage, PushOutcome, PushTarget

GOOGLE_BASE_URL = "https://fcm.googleapis.com"
_UNAUTHENTICATED = 401
# So many strangers at once aren't strangers: our key is of another project. Devices stay alive.
_MISMATCHES_THAT_MEAN_WRONG_PROJECT = 20
_SENT = PushOutcome(outcome=Outcome.SENT)


class FcmChannel:
    """Firebase Cloud Messaging, HTTP v1.

    Safe to use from several threads. `close()` it when done.

    Parameters
    ----------
    credential_path: the key file of a service account; its token_uri may be a stand-in's.
    project_id: the Firebase project; None means the one in the key file.
    base_url: where FCM is; https always.
    ca_bundle: PEM file to trust instead of the public authorities: a stand-in's or a proxy's.
    timeout_s: of one HTTP request, in seconds.
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
        Misconfigured: FCM took none, and won't until somebody mends the settings. If it took
            some of the targets, the others are PENDING instead, so that no outcome is lost.
        Refused: the message is larger than 4,096 bytes; nothing was sent.
        """
        verdicts: list[Verdict | None] = [_unsendable(target) for target in targets]
        sendable = [i for i, verdict in enumerate(verdicts) if verdict is None]
        if sendable:
            base = untargeted(message, self._clock())
            longest = max((targets[i] for i in sendable), key=lambda t: len(t.address.encode()))
            check_size(addressed(base, longest), message.alert_id)
            messages = [addressed(base, targets[i]) for i in sendable]
            for i, verdict in zip(sendable, self._send_all(messages), strict=True):
                verdicts[i] = verdict
        return _settled([verdict for verdict in verdicts if verdict is not None])

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
            answers = self._connection.send_each(messages)
        except (GoogleAuthError, FirebaseError) as error:  # the slice as a whole is lost
            return [self._verdict_of_slice(error)] * len(messages)
        verdicts = [self._verdict(answer) for answer in answers]
        rejected = [i for i, answer in enumerate(answers) if _was_rejected(answer)]
        if rejected:
            second = self._send_again([messages[i] for i in rejected], access_token)
            for i, verdict in zip(rejected, second, strict=True):
                verdicts[i] = verdict
        return verdicts

    def _send_again(self, messages: list[messaging.Message], rejected: str) -> list[Verdict]:
        try:
            self._connection.sign_in(rejected=rejected)
            return [self._verdict(answer) for answer in self._connection.send_each(messages)]
        except (GoogleAuthError, FirebaseError) as error:
            return [self._verdict_of_slice(error)] * len(messages)

    def _verdict_of_slice(self, error: GoogleAuthError | FirebaseError) -> Verdict:
        if isinstance(error, GoogleAuthError):
            return verdict_of_credential(error)
        return verdict_of(error, self._clock())

    def _verdict(self, answer: Answer) -> Verdict:
        if answer.exception is None:
            return _SENT
        return verdict_of(answer.exception, self._clock())


def _unsendable(target: PushTarget) -> PushOutcome | None:
    if target.address_kind not in ("token", "fid"):
        return PushOutcome(outcome=Outcome.REFUSED, reason="NOT_AN_FCM_ADDRESS")
    if not target.address:
        return PushOutcome(outcome=Outcome.GONE, reason="NO_ADDRESS")
    return None


def _was_rejected(answer: Answer) -> bool:
    """Tell whether FCM refused our access token (and not Apple our certificate, also a 401)."""
    error = answer.exception
    if error is None or isinstance(error, messaging.ThirdPartyAuthError):
        return False
    response = error.http_response
    return response is not None and response.status_code == _UNAUTHENTICATED


def _settled(verdicts: list[Verdict]) -> list[PushOutcome]:
    """Turn verdicts into outcomes, or raise what is wrong with the settings if none went out."""
    verdicts = _without_mass_mismatch(verdicts)
    outcomes = [_outcome(verdict) for verdict in verdicts]
    trouble = next((v for v in verdicts if isinstance(v, Misconfigured)), None)
    if trouble is not None and all(o.outcome is not Outcome.SENT for o in outcomes):
        raise trouble
    return outcomes


def _outcome(verdict: Verdict) -> PushOutcome:
    if isinstance(verdict, PushOutcome):
        return verdict
    return PushOutcome(outcome=Outcome.PENDING, retry_after_s=QUOTA_RETRY_S, reason="MISCONFIGURED")


def _without_mass_mismatch(verdicts: list[Verdict]) -> list[Verdict]:
    """Don't let a key of the wrong project end every device it is used on."""
    mismatches = sum(
        isinstance(v, PushOutcome) and v.reason == SENDER_ID_MISMATCH for v in verdicts
    )
    if mismatches < _MISMATCHES_THAT_MEAN_WRONG_PROJECT or mismatches < len(verdicts):
        return verdicts
    return [
        Misconfigured(
            "every device belongs to another FCM sender: the service account key or the project id"
            " is of another Firebase project than the app"
        )
    ] * len(verdicts)

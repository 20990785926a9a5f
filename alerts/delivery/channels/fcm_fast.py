"""Did FCM take it? Android, iOS and web apps over HTTP/2, as fast as FCM's quota allows.

firebase-admin makes and validates a message once and knows how to sign in; pyreqwest sends it to
everybody. docs/adr/0035-fcm-fast-path.md says why.
"""

import asyncio
import atexit
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from google.auth.exceptions import GoogleAuthError
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import BuilderError
from pyreqwest.proxy import ProxyBuilder

from alerts.clock import Clock, utc_now
from alerts.delivery.channels.event_loop import EventLoop
from alerts.delivery.channels.fcm_encoding import LIFE_S, Encodings
from alerts.delivery.channels.fcm_errors import (
    SENT,
    Answer,
    Verdict,
    again,
    is_token_rejected,
    lost,
    verdict_of,
    verdict_of_credential,
)
from alerts.delivery.channels.fcm_lanes import TAKEN, Lanes, Reply, TooLarge, Waited
from alerts.delivery.channels.fcm_sign_in import (
    GOOGLE_BASE_URL,
    SignIn,
    check_bundle,
    check_https,
    proxies_of,
)
from alerts.delivery.channels.fcm_unanswered import verdict_of_causes
from alerts.delivery.channels.fcm_verdicts import Settling, unsendable
from alerts.delivery.retry import FIRST_RETRY_S
from alerts.errors import Misconfigured
from alerts.push import PushMessage, PushOutcome, PushTarget

QUOTA_PER_S = 10_000  # FCM: 600,000 messages a minute and project


class FastFcmChannel:
    """Firebase Cloud Messaging, HTTP v1 over HTTP/2.

    Safe to use from several threads. `close()` it before the program ends, or it does so itself.

    Parameters
    ----------
    credential_path: the key file of a service account; its token_uri may be a stand-in's.
    project_id: the Firebase project; None means the one in the key file.
    base_url: where FCM is; https always.
    ca_bundle: PEM file to trust beside the public authorities: a stand-in's or a proxy's.
    timeout_s: of one HTTP request as a whole, in seconds; connecting may take half of it.
    rate_per_s: pushes a second for which there shall be connections enough; 0: FCM's quota.
    clock: for `apns-expiration` and for a Retry-After given as a date.

    Raises
    ------
    Misconfigured: the key file or a setting can't be used.
    """

    name = "fcm"
    # With chunks of 250, 8 threads have 2,000 pushes in hand: 10,000/s at a round trip of 80 ms,
    # while as many others are being recorded. More threads wait for each other.
    threads = 8

    def __init__(
        self,
        credential_path: Path,
        project_id: str | None,
        base_url: str = GOOGLE_BASE_URL,
        ca_bundle: Path | None = None,
        timeout_s: float = 10,
        *,
        rate_per_s: float = QUOTA_PER_S,
        clock: Clock = utc_now,
    ) -> None:
        check_https(base_url, "the FCM base URL")
        check_bundle(ca_bundle)
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._bundle = None if ca_bundle is None else ca_bundle.read_bytes()
        self._timeout_s = timeout_s
        self._sign_in = SignIn(credential_path, ca_bundle, timeout_s)
        project = project_id or self._sign_in.project_id
        self._lanes = Lanes(
            self._connect,
            f"{self._base_url}/v1/projects/{project}/messages:send",
            rate_per_s=rate_per_s or QUOTA_PER_S,
            timeout_s=timeout_s,
        )
        self._loop = EventLoop("fcm")
        self._encodings = Encodings()
        self._settling = Settling()
        self._will_forget = False
        self._check_client()
        atexit.register(self.close)

    @property
    def in_flight(self) -> list[int]:
        """How many pushes each connection carries now."""
        return self._lanes.in_flight

    def close(self) -> None:
        """Let go of connections and the loop; what was on its way is IN_FLIGHT."""
        atexit.unregister(self.close)
        with suppress(RuntimeError, CancelledError):  # closed before, or by another thread
            self._loop.run(self._lanes.close())
        self._loop.close()
        self._encodings.clear()
        self._sign_in.close()

    def send(self, message: PushMessage, targets: Sequence[PushTarget]) -> Sequence[PushOutcome]:
        """Send one message to each target at once; one outcome each, in the targets' order.

        A target that isn't FCM's is REFUSED, one without an address GONE, both unsent. Returns
        after twice the timeout at the latest, four times if FCM refused the access token.

        Raises
        ------
        Misconfigured: FCM took none, and won't until somebody mends the settings. If it may have
            taken some, the others are PENDING instead, so that no outcome is lost.
        Refused: the message is larger than 4,096 bytes; nothing was sent.
        """
        verdicts: list[Verdict | None] = [unsendable(target) for target in targets]
        sendable = [t for t, verdict in zip(targets, verdicts, strict=True) if verdict is None]
        if sendable:
            encoding = self._encodings.of(message, self._clock(), time.monotonic())
            encoding.check_size(sendable)
            sent = iter(self._send_all([encoding.body_for(target) for target in sendable]))
            verdicts = [next(sent) if verdict is None else verdict for verdict in verdicts]
        return self._settling.settled([verdict for verdict in verdicts if verdict is not None])

    def _send_all(self, bodies: list[bytes]) -> list[Verdict]:
        """Send; those for which FCM refuses our access token, once more with another."""
        try:
            access_token = self._sign_in.sign_in()
        except GoogleAuthError as error:
            return [verdict_of_credential(error)] * len(bodies)
        replies = self._loop.run(self._post(bodies, access_token))
        verdicts = [SENT if reply is TAKEN else self._verdict(reply) for reply in replies]
        rejected = [i for i, reply in enumerate(replies) if _is_token_rejected(reply)]
        if rejected:
            second = self._send_again([bodies[i] for i in rejected], access_token)
            for i, verdict in zip(rejected, second, strict=True):
                verdicts[i] = verdict
        return verdicts

    def _send_again(self, bodies: list[bytes], rejected: str) -> list[Verdict]:
        try:
            access_token = self._sign_in.sign_in(rejected=rejected)
        except GoogleAuthError as error:
            return [verdict_of_credential(error)] * len(bodies)
        return [self._verdict(r) for r in self._loop.run(self._post(bodies, access_token))]

    async def _post(self, bodies: list[bytes], access_token: str) -> list[Reply]:
        if not self._will_forget:
            self._will_forget = True
            asyncio.get_running_loop().call_later(LIFE_S, self._forget)
        return await self._lanes.post(bodies, access_token)

    def _forget(self) -> None:
        """Let go of encodings that have ended, though nobody sends any more."""
        self._encodings.forget(time.monotonic())
        self._will_forget = len(self._encodings) > 0
        if self._will_forget:
            asyncio.get_running_loop().call_later(LIFE_S, self._forget)

    def _verdict(self, reply: Reply) -> Verdict:
        if isinstance(reply, Answer):
            return verdict_of(reply, self._clock())
        if isinstance(reply, Waited):
            return again("NO_STREAM", FIRST_RETRY_S)
        if isinstance(reply, TooLarge):
            return lost("UNREADABLE_ANSWER")
        return verdict_of_causes(reply.causes)

    def _check_client(self) -> None:
        try:
            self._connect()
        except (BuilderError, ValueError) as error:  # its text would name the proxy's password
            raise Misconfigured(
                "no connection to FCM can be set up: check the HTTPS_PROXY of the environment and"
                f" the CA bundle setting ({type(error).__name__})"
            ) from None

    def _connect(self) -> Client:
        """Make a client that speaks HTTP/2 only, follows nothing and keeps nothing."""
        timeout, half = timedelta(seconds=self._timeout_s), timedelta(seconds=self._timeout_s / 2)
        builder = ClientBuilder().http2_prior_knowledge().https_only(True).no_proxy()
        builder = builder.timeout(timeout).connect_timeout(half)
        # a connection that died without a word is noticed no later than its first lost push
        builder = builder.http2_keep_alive_interval(half).http2_keep_alive_timeout(half)
        builder = builder.follow_redirects(False).referer(False)
        builder = builder.gzip(False).brotli(False).zstd(False).deflate(False)
        builder = builder.default_headers(
            {"content-type": "application/json", "x-goog-api-format-version": "2"}
        )
        proxies = proxies_of(self._base_url)
        if proxy := proxies.get("https") or proxies.get("all"):
            builder = builder.proxy(ProxyBuilder.https(proxy))
        if self._bundle is not None:
            builder = builder.add_root_certificate_pem(self._bundle)
        return builder.build()


def _is_token_rejected(reply: Reply) -> bool:
    return isinstance(reply, Answer) and is_token_rejected(reply)

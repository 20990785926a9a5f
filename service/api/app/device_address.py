"""How is a device reached? What an app sends of it, checked, for each channel.

A browser sends what `PushSubscription.toJSON()` gives; a UnifiedPush app the endpoint and the keys
of its own (RFC 8291): the two are one channel here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from alerts.delivery.channels.webpush.endpoint import LONGEST_CHARS, check_endpoint
from alerts.delivery.channels.webpush.keys import BadKey, join_keys
from alerts.outbound.errors import OutboundRefused
from alerts.problem import error
from alerts.store.subscribers import Channel
from config.settings import Settings
from service.http import ApiModel
from service.problem import ApiProblem, refused

FcmAddress = Annotated[
    str,
    Field(
        min_length=1, max_length=2048, pattern=r"^[\x21-\x7e]+$", description="Kept, never shown"
    ),
]
Base64Url = Annotated[str, Field(min_length=1, max_length=120)]


class SubscriptionKeys(BaseModel):
    """The keys of a Web Push subscription (RFC 8291), in base64url."""

    model_config = ConfigDict(extra="ignore")

    p256dh: Base64Url = Field(description="Public key: an uncompressed point of P-256, 65 bytes")
    auth: Base64Url = Field(description="Authentication secret, 16 bytes")


class DeviceAddress(ApiModel):
    """How a device is reached.

    `fcm` needs `token` or `fid`; `webpush`, which is UnifiedPush too, `endpoint` and `keys`;
    `console` needs nothing.
    """

    channel: Literal["fcm", "webpush", "console"]
    token: FcmAddress | None = Field(None, description="FCM registration token")
    fid: FcmAddress | None = Field(None, description="Firebase installation id")
    endpoint: str | None = Field(
        None,
        min_length=1,
        max_length=LONGEST_CHARS,
        description="Of a Web Push subscription; https, on the public internet. Kept, never shown",
    )
    keys: SubscriptionKeys | None = None
    expirationTime: float | None = Field(  # noqa: N815 - the browser's name for it
        None, description="As the browser has it; not used: a push service says when it is over"
    )


@dataclass(frozen=True, kw_only=True)
class Addressed:
    """A device's address, as it is kept."""

    channel: Channel
    address: str
    address_kind: str
    push_keys: str | None = None

    def of(self, owner: UUID, device_id: str) -> Self:
        """Return it as this person's; a console has no address but whose it is."""
        return self if self.address else replace(self, address=f"{owner}/{device_id}")


def addressed(given: DeviceAddress, settings: Settings) -> Addressed:
    """Check what was given.

    The host of an endpoint is looked up: not to be called in a transaction.

    Raises
    ------
    ApiProblem: 422, with the field and a sentence.
    """
    if given.channel == "console":
        _refuse_needless(given, ("token", "fid", "endpoint", "keys"), "The console needs no")
        return Addressed(channel=Channel.CONSOLE, address="", address_kind="console")
    if given.channel == "webpush":
        return _web_push(given, settings)
    _refuse_needless(given, ("endpoint", "keys"), "An fcm device has no")
    return _fcm(given)


def _fcm(given: DeviceAddress) -> Addressed:
    if given.token and not given.fid:
        return Addressed(channel=Channel.FCM, address=given.token, address_kind="token")
    if given.fid and not given.token:
        return Addressed(channel=Channel.FCM, address=given.fid, address_kind="fid")
    raise refused([error("no_address", "", "An fcm device needs either token or fid.")])


def _web_push(given: DeviceAddress, settings: Settings) -> Addressed:
    if not settings.webpush_enabled:
        words = "Web Push isn't available on this server; nothing was registered."
        raise refused([error("channel_not_available", "/channel", words)])
    _refuse_needless(given, ("token", "fid"), "A webpush device has no")
    if given.endpoint is None or given.keys is None:
        where = "/endpoint" if given.endpoint is None else "/keys"
        words = "A webpush device needs endpoint and keys, as the subscription has them."
        raise refused([error("no_address", where, words)])
    try:
        keys = join_keys(given.keys.p256dh, given.keys.auth)
        check_endpoint(given.endpoint, allow_loopback=settings.webpush_allow_loopback)
    except BadKey as bad:
        raise refused([error("bad_key", f"/keys/{bad.name}", str(bad))]) from None
    except OutboundRefused as bad:
        raise _bad_endpoint(bad) from None
    return Addressed(
        channel=Channel.WEBPUSH,
        address=given.endpoint,
        address_kind="endpoint",
        push_keys=keys,
    )


def _bad_endpoint(bad: OutboundRefused) -> ApiProblem:
    words = f"{bad} Try again later." if bad.temporary else str(bad)
    return refused([error(bad.code, "/endpoint", words)])


def _refuse_needless(given: DeviceAddress, names: Sequence[str], words: str) -> None:
    for name in names:
        if getattr(given, name) is not None:
            raise refused([error("needless_address", f"/{name}", f"{words} {name}.")])

"""Which ways to a phone are set up: console, FCM and Web Push, as the settings say."""

import sys
from collections.abc import Mapping
from pathlib import Path

from alerts.delivery.channels.console import ConsoleChannel
from alerts.delivery.channels.webpush.channel import WebPushChannel
from alerts.push import PushChannel
from alerts.store.keyring import Keyring
from config.settings import Settings
from service.vapid import vapid_secret, vapid_subject


def make_channels(settings: Settings, keyring: Keyring) -> Mapping[str, PushChannel]:
    """Return the channels that are set up, by name; devices of others wait."""
    channels: dict[str, PushChannel] = {}
    if settings.console_enabled:
        channels["console"] = ConsoleChannel(write_line)
    if settings.fcm_credential is not None:
        channels["fcm"] = _fcm(settings, settings.fcm_credential)
    if settings.webpush_enabled:
        channels["webpush"] = _web_push(settings, keyring)
    return channels


def write_line(line: str) -> None:
    """Write one whole line to the terminal at once."""
    sys.stdout.write(line)
    sys.stdout.flush()


def _fcm(settings: Settings, credential: Path) -> PushChannel:
    if settings.fcm_sender == "plain":
        return _plain_fcm(settings, credential)
    # firebase-admin brings gRPC and more: only who sends over FCM waits for it
    from alerts.delivery.channels.fcm_fast import FastFcmChannel

    return FastFcmChannel(
        credential,
        settings.fcm_project or None,
        base_url=settings.fcm_url,
        ca_bundle=settings.fcm_ca_bundle,
        timeout_s=settings.fcm_timeout_s,
        rate_per_s=settings.fcm_rate_per_s,
    )


def _plain_fcm(settings: Settings, credential: Path) -> PushChannel:
    from alerts.delivery.channels.fcm_plain import PlainFcmChannel

    return PlainFcmChannel(
        credential,
        settings.fcm_project or None,
        base_url=settings.fcm_url,
        ca_bundle=settings.fcm_ca_bundle,
        timeout_s=settings.fcm_timeout_s,
    )


def _web_push(settings: Settings, keyring: Keyring) -> PushChannel:
    return WebPushChannel(
        lambda: vapid_secret(keyring),
        vapid_subject(settings),
        timeout_s=settings.webpush_timeout_s,
        ca_bundle=settings.webpush_ca_bundle,
        allow_loopback=settings.webpush_allow_loopback,
    )

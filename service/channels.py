"""Which ways to a phone are set up: console and FCM, as the settings say."""

import sys
from collections.abc import Mapping

from alerts.delivery.channels.console import ConsoleChannel
from alerts.push import PushChannel
from config.settings import Settings


def make_channels(settings: Settings) -> Mapping[str, PushChannel]:
    """Return the channels that are set up, by name; devices of others wait."""
    channels: dict[str, PushChannel] = {}
    if settings.console_enabled:
        channels["console"] = ConsoleChannel(write_line)
    if settings.fcm_credential is not None:
        channels["fcm"] = _fcm(settings)
    return channels


def write_line(line: str) -> None:
    """Write one whole line to the terminal at once."""
    sys.stdout.write(line)
    sys.stdout.flush()


def _fcm(settings: Settings) -> PushChannel:
    # firebase-admin brings gRPC and more: only who sends over FCM waits for it
    from alerts.delivery.channels.fcm import FcmChannel

    assert settings.fcm_credential is not None  # noqa: S101 - the caller looked
    return FcmChannel(
        settings.fcm_credential,
        settings.fcm_project or None,
        base_url=settings.fcm_url,
        ca_bundle=settings.fcm_ca_bundle,
        timeout_s=settings.fcm_timeout_s,
    )

"""The API of app users: people, devices, neighborhoods, the alerts that concern them."""

from service.api.app import (
    devices,
    export,
    feedback,
    my_alerts,
    neighborhoods,
    push_key,
    self_test,
    subscribers,
    why,
)
from service.api.app.blueprint import app_api

__all__ = [
    "app_api",
    "devices",
    "export",
    "feedback",
    "my_alerts",
    "neighborhoods",
    "push_key",
    "self_test",
    "subscribers",
    "why",
]

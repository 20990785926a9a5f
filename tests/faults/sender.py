"""A Porchlight that only works and keeps time, to be killed: what a forked process runs."""

import signal
from collections.abc import Mapping
from typing import Any

from config.settings import Settings
from service.logs import set_up_logs
from service.process import running
from service.wiring import wire


def send_until_killed(settings: Mapping[str, Any]) -> None:
    """Send whatever is there."""
    set_up_logs("WARNING", "json")
    runtime = wire(Settings(**settings))
    with running(runtime, works=True, schedules=True):
        signal.pause()

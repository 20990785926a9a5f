"""The web app for gunicorn or granian (`wsgi:app`), in the scaled size: answers requests only.

It is made at the first look, so that each process of a server that forks has its own.
"""

import atexit
from contextlib import ExitStack
from functools import cache

from flask import Flask


def __getattr__(name: str) -> Flask:
    if name == "app":
        return _app()
    raise AttributeError(name)


@cache
def _app() -> Flask:
    from config.settings import Settings
    from service.app import create_app
    from service.logs import set_up_logs
    from service.process import running
    from service.wiring import wire

    settings = Settings()
    set_up_logs(settings.log_level, settings.log_format)
    if not settings.is_scaled:
        raise SystemExit(
            "porchlight: PORCHLIGHT_BROKER_URL isn't set, so nothing would be sent; "
            "use porchlight serve, or set it and run porchlight worker and scheduler too."
        )
    stack = ExitStack()
    atexit.register(stack.close)
    process = stack.enter_context(running(wire(settings), works=False, schedules=False))
    return create_app(process)

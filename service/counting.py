"""The one count of waves of this web process: what is over is remembered for all who ask."""

from typing import cast

from flask import current_app

from alerts.delivery.progress import Counting


def counting() -> Counting:
    """Return what counts waves in this app."""
    kept = current_app.extensions.get("porchlight.counting")
    if kept is None:
        kept = current_app.extensions.setdefault("porchlight.counting", Counting())
    return cast("Counting", kept)

"""Structured logs that carry ids; never a token, a position or a child's name (DOMAIN rule 19)."""

import logging
import sys
import traceback
from pathlib import Path

import structlog

FRAMES_LOGGED = 16  # SQLAlchemy alone puts about ten of its own below the one of ours


def set_up_logs(level: str, style: str) -> None:
    """Send all logs to stderr, for people or for machines."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever it is by then
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")


def frames(e: BaseException) -> list[str]:
    """Return where an error of ours came from ("store.py:12 begin"), the innermost last.

    Beside its type this is all that is logged: the words of a pydantic ValidationError or of an
    SQLAlchemy error hold the values that it is about, and a traceback ends with those words.
    """
    last = traceback.extract_tb(e.__traceback__)[-FRAMES_LOGGED:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in last]

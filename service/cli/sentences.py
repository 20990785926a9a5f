"""What went wrong, in one sentence a person can act on; only imported after something did."""

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from alerts.errors import AlertsError
from config.settings import Settings
from geo.errors import GeoError
from service.logs import set_up_logs

log = structlog.get_logger()

_NO_TABLE = ("no such table", "does not exist", "no such column")


def sentence_of(problem: Exception) -> str:
    """Return what is wrong and what to do; never a traceback, a password or a name."""
    if isinstance(problem, GeoError):
        return _sentence(f"{problem.where}: {problem}" if problem.where else str(problem))
    if isinstance(problem, AlertsError | FileNotFoundError) and str(problem):
        return _sentence(str(problem))
    if isinstance(problem, OSError):
        return _sentence(f"{problem.filename or 'the system'}: {problem.strerror or problem}")
    if isinstance(problem, ValidationError):
        return _of_validation(problem)
    if isinstance(problem, DBAPIError | ArgumentError | NoSuchModuleError):
        return _of_database(problem)
    _log(problem)
    return (
        f"Something is wrong on our side ({type(problem).__name__}); please report it. "
        "With PORCHLIGHT_LOG_LEVEL=DEBUG the log says where."
    )


def _log(problem: Exception) -> None:
    """Write where it happened, for those who asked for it; no locals, they may be a child's."""
    if Settings().log_level == "DEBUG":
        set_up_logs("DEBUG", Settings().log_format)
        log.debug("unexpected", exc_info=problem)


def _of_validation(problem: ValidationError) -> str:
    first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
    name = "/".join(str(part) for part in first["loc"])
    if problem.title == "Settings":
        name = "PORT" if name == "PORT" else f"PORCHLIGHT_{name.upper()}"
    return _sentence(f"{name}: {first['msg']}")


def _of_database(problem: Exception) -> str:
    said = str(getattr(problem, "orig", problem)).strip().splitlines() or ["no reason given"]
    if any(word in said[0] for word in _NO_TABLE):
        return "The database has no tables yet, or old ones: run porchlight init."
    return _sentence(f"the database can't be used ({said[0]}): check PORCHLIGHT_DATABASE_URL")


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")

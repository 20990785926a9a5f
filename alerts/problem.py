"""What is odd or wrong in a document that a feed sent, said so that a person can act on it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["error", "warning"]


class Problem(BaseModel):
    """One finding; `message` never repeats a name, a number or any other detail of a child."""

    model_config = ConfigDict(frozen=True)

    severity: Severity
    code: str  # snake_case, stable: partners' software switches on it
    where: str  # JSON pointer ("/children/0/dateFound"), XPath or line ("line 12"); "" is the whole
    message: str  # one sentence: what is wrong and what to do


def error(code: str, where: str, message: str) -> Problem:
    """Something that keeps the document from being acted on."""
    return Problem(severity="error", code=code, where=where, message=message)


def warning(code: str, where: str, message: str) -> Problem:
    """Something that was repaired, ignored, or that a person should know."""
    return Problem(severity="warning", code=code, where=where, message=message)

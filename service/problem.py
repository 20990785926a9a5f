"""Errors as people and software can act on them: RFC 9457 problem documents.

The one file that knows status codes.
"""

from collections.abc import Mapping, Sequence

import structlog
from flask import Flask, Response, request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import HTTPException

from alerts.errors import AlertsError, Conflict, IllegalTransition, NotFound, PosterRefused, Sealed
from alerts.problem import Problem, error
from geo.errors import GeoError
from service.logs import frames

log = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:porchlight:problem:"
# Codes of json_text.read_json and cap.xml.parse_xml: the bytes are no JSON, no XML.
UNPARSABLE = frozenset(
    {
        "malformed_json",
        "not_utf8",
        "too_deep",
        "empty_document",
        "html_page",
        "malformed_xml",
        "not_xml",
        "unsupported_encoding",
        "xml_attack",
    }
)


class ProblemDocument(BaseModel):
    """RFC 9457, with our findings beside."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    problems: list[Problem] = []


class ApiProblem(Exception):
    """Ends a request with a problem document."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        *,
        problems: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.problems, self.headers, self.more = tuple(problems), headers or {}, more or {}


def refused(problems: Sequence[Problem], more: Mapping[str, str] | None = None) -> ApiProblem:
    """Return the problem of a document that can't be read (400) or acted on (422)."""
    first = next((p for p in problems if p.severity == "error"), None) or problems[0]
    where = f"{first.where}: " if first.where else ""
    is_unparsable = first.code in UNPARSABLE
    return ApiProblem(
        400 if is_unparsable else 422,
        first.code,
        "The document can't be read" if is_unparsable else "The document can't be acted on",
        f"{where}{first.message}",
        problems=problems,
        more=more,
    )


def problem_response(problem: ApiProblem) -> Response:
    """Return the problem as a response."""
    document = ProblemDocument(
        type=TYPE_PREFIX + problem.code,
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=request.path,
        problems=list(problem.problems),
        **problem.more,
    )
    body = document.model_dump_json(exclude_none=True)
    response = Response(body, problem.status, content_type=PROBLEM_JSON)
    response.headers.extend(problem.headers)
    return response


def from_validation(bad: ValidationError, prefix: str = "") -> ApiProblem:
    """Return the problem of a body that doesn't fit its schema, each field by its pointer."""
    found = [
        error(
            str(e["type"]).replace(".", "_"),
            prefix + "".join(f"/{part}" for part in e["loc"]),
            _sentence(str(e["msg"])),
        )
        for e in bad.errors(include_url=False, include_context=False, include_input=False)
    ]
    return refused(found)


def register_problems(app: Flask) -> None:
    """Answer every error with a problem document; never with a traceback."""
    app.register_error_handler(ApiProblem, problem_response)
    app.register_error_handler(AlertsError, lambda e: problem_response(_from_alerts(e)))
    app.register_error_handler(GeoError, lambda e: problem_response(_from_geo(e)))
    app.register_error_handler(HTTPException, lambda e: problem_response(_from_http(e)))
    app.register_error_handler(Exception, lambda e: problem_response(_from_ours(e)))


def _from_alerts(e: AlertsError) -> ApiProblem:
    if isinstance(e, PosterRefused):
        return refused(e.problems)
    if isinstance(e, Sealed):
        return ApiProblem(410, "taken_back", "Gone", "The case has ended; its data was taken back.")
    if isinstance(e, NotFound):
        return ApiProblem(404, "not_found", "Not found", _sentence(str(e)))
    if isinstance(e, Conflict | IllegalTransition):
        return ApiProblem(409, "conflict", "That can't be done now", _sentence(str(e)))
    return _from_ours(e)


def _from_geo(e: GeoError) -> ApiProblem:
    return refused([error(e.code, e.where, _sentence(str(e)))])


def _from_http(e: HTTPException) -> ApiProblem:
    code = (e.name or "error").lower().replace(" ", "_").replace("'", "")
    headers = dict(e.get_headers(request.environ))
    kept = {k: v for k, v in headers.items() if k in ("Allow", "Retry-After", "WWW-Authenticate")}
    detail = e.description or e.name
    return ApiProblem(e.code or 500, code, e.name, detail, headers=kept)


def _from_ours(e: Exception) -> ApiProblem:
    log.error("request_failed", path=request.path, error=type(e).__name__, at=frames(e))
    detail = "Something is wrong on our side. Nothing you sent was changed; please try again."
    return ApiProblem(500, "internal", "Our error", detail)


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")

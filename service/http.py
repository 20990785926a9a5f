"""What every endpoint does the same: say what it takes and gives, read a body, answer.

SpecTree makes /openapi.json out of the models given to `documented`; the reading itself is ours,
because a document of a feed must be kept as it came even where it is no JSON at all.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, request
from pydantic import BaseModel, ConfigDict, ValidationError
from spectree import Response as Responses
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData
from werkzeug.exceptions import RequestEntityTooLarge

from alerts.intake.ncmec.json_text import read_json
from service.problem import ApiProblem, ProblemDocument, from_validation, refused
from service.process import Process
from service.wiring import Runtime

Model = TypeVar("Model", bound=BaseModel)
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

SUBSCRIBER_AUTH = "subscriber"
FEED_AUTH = "feed"
STAFF_AUTH = "staff"

# A neighborhood of 500 vertices, the most by default, is 25 kB with all its digits, and 100 kB
# indented deeply; nothing else that a person sends comes near it.
APP_BODY_BYTES = 256_000
# An outline of far too many vertices is read too, so that the answer can name the limit: 20,000 of
# them are 800 kB with all their digits.
DRAWING_BODY_BYTES = 1_000_000

docs = SpecTree(
    "flask",
    title="Porchlight",
    version="1",
    openapi_version="3.1.0",
    path="apidoc",
    mode="strict",
    page_templates={},
    annotations=False,
    naming_strategy=lambda model: model.__name__,
    security_schemes=[
        SecurityScheme(
            name=SUBSCRIBER_AUTH,
            data=SecuritySchemeData(
                type=SecureType.HTTP,
                scheme="bearer",
                description="The token that `POST /v1/subscribers` gave.",
            ),
        ),
        SecurityScheme(
            name=FEED_AUTH,
            data=SecuritySchemeData(
                type=SecureType.HTTP,
                scheme="bearer",
                description="The feed's API key, from `porchlight feed add`.",
            ),
        ),
        SecurityScheme(
            name=STAFF_AUTH,
            data=SecuritySchemeData(
                type=SecureType.HTTP,
                scheme="bearer",
                description="A token of a person of the desk, from `porchlight staff token`.",
            ),
        ),
    ],
)


class ApiModel(BaseModel):
    """Base of what the API takes and gives: unknown fields of a request are an error."""

    model_config = ConfigDict(extra="forbid")


def documented(
    *,
    gives: Mapping[int, type[BaseModel] | None],
    tag: str,
    takes: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    auth: str | None = None,
    problems: tuple[int, ...] = (),
    largest_body: int = APP_BODY_BYTES,
    streams: bool = False,
) -> Callable[[Endpoint], Endpoint]:
    """Put an endpoint into /openapi.json; its name and docstring are its words there.

    What anybody but a feed or the desk sends is limited to `largest_body` bytes: 413 above.
    `streams`: the answer is written bit by bit.
    """
    is_limited = takes is not None and auth not in (FEED_AUTH, STAFF_AUTH)
    problems = (*problems, 413) if is_limited else problems
    answers: dict[str, Any] = {f"HTTP_{status}": model for status, model in gives.items()}
    answers |= {f"HTTP_{status}": ProblemDocument for status in problems}
    if auth is not None:
        answers["HTTP_401"] = ProblemDocument
    decorate = docs.validate(
        json=takes,
        query=query,
        resp=Responses(**answers),
        tags=[tag],
        security={auth: []} if auth else {},
        skip_validation=True,
    )
    if is_limited:
        return cast(
            "Callable[[Endpoint], Endpoint]",
            lambda endpoint: decorate(_small(endpoint, largest_body)),
        )
    if streams:
        return cast("Callable[[Endpoint], Endpoint]", lambda endpoint: _told(endpoint, decorate))
    return cast("Callable[[Endpoint], Endpoint]", decorate)


def _told(endpoint: Endpoint, decorate: Callable[..., Any]) -> Endpoint:
    """Describe an endpoint without standing in its way: SpecTree reads an answer to its end."""

    @wraps(decorate(endpoint))
    def directly(*args: Any, **kwargs: Any) -> Any:
        return endpoint(*args, **kwargs)

    return cast("Endpoint", directly)


def _small(endpoint: Endpoint, most: int) -> Endpoint:
    """Refuse a body that no app sends before anything is made of it."""

    @wraps(endpoint)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            size = len(request.get_data())
        except RequestEntityTooLarge:  # above what even feeds may send: it wasn't read
            size = most + 1
        if size > most:
            said = f"A body may have {most:,} bytes at most here."
            raise ApiProblem(413, "too_large", "Too large", said)
        return endpoint(*args, **kwargs)

    return cast("Endpoint", guarded)


def process() -> Process:
    """Return the running process that this app belongs to."""
    return cast("Process", current_app.extensions["porchlight"])


def runtime() -> Runtime:
    """Return what this process works with."""
    return process().runtime


def body(model: type[Model]) -> Model:
    """Read the request's JSON body as `model`; a problem document names what is wrong where."""
    reading = read_json(request.get_data())
    if not reading.ok:
        raise refused(reading.problems)
    try:
        return model.model_validate(reading.value)
    except ValidationError as bad:
        raise from_validation(bad) from None


def query_flag(name: str) -> bool:
    """Read a yes/no parameter; anything but true and false is a problem."""
    text = request.args.get(name, "false").lower()
    if text not in ("true", "false", "1", "0"):
        raise ApiProblem(
            422, "bad_parameter", "A parameter can't be read", f"{name} must be true or false."
        )
    return text in ("true", "1")


def reply(model: BaseModel, status: int = 200, **headers: str) -> Response:
    """Answer with a model as JSON."""
    response = Response(model.model_dump_json(), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(headers)
    return response


def no_content() -> Response:
    """Answer that it is done."""
    return Response(status=204)

"""The API described by itself: /openapi.json, made from the models that the endpoints use."""

import copy
from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from service.auth import public
from service.http import FEED_AUTH, STAFF_AUTH, docs
from service.problem import PROBLEM_JSON, ProblemDocument

openapi_api = Blueprint("openapi", __name__)

DESCRIPTION = (
    "Missing-child alerts: partner feeds push posters, neighbours get one push that says whom to "
    "call, and when the child is found everything is taken back. Errors are RFC 9457 problem "
    "documents; lists are `{items, next}`; what changes state accepts `Idempotency-Key`."
)


# Bodies that are no JSON, by operationId: which media type an operation takes.
RAW_BODIES = {"post__v1_feeds_{feed}_cap": "application/cap+xml"}
# Answers that are more than plain JSON, by operationId: their own media type.
ANSWERS = {"get__v1_alerts.geojson": "application/geo+json"}
# Answers that are no JSON at all, by operationId.
RAW_ANSWERS = {
    "get__v1_alerts.atom": "application/atom+xml",
    "get__v1_alerts_{alert_id}.cap": "application/cap+xml",
    "get__v1_desk_alerts_{alert_id}_waves_stream": "text/event-stream",
}
PROBLEM_SCHEMA = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}


@openapi_api.get("/openapi.json")
@public
def openapi() -> Response:
    """Return the OpenAPI 3.1 document."""
    return jsonify(_document())


@cache
def _document() -> dict[str, Any]:
    docs.app = current_app
    spec: dict[str, Any] = copy.deepcopy(docs.spec)
    spec["info"] |= {"description": DESCRIPTION, "license": {"name": "Apache-2.0"}}
    for path in spec["paths"].values():
        for operation in path.values():
            _as_problems(operation)
            _raw_bodies(operation)
            _answers(operation)
            _limited(operation)
    spec["paths"] = {path: spec["paths"][path] for path in sorted(spec["paths"])}
    return spec


def _as_problems(operation: dict[str, Any]) -> None:
    """Give errors their own media type, which SpecTree doesn't know."""
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json")
        if int(status) >= 400 and content and content["schema"] == PROBLEM_SCHEMA:
            answer["content"] = {PROBLEM_JSON: content}


def _raw_bodies(operation: dict[str, Any]) -> None:
    """Say which operations take something else than JSON, which SpecTree doesn't know."""
    media_type = RAW_BODIES.get(operation["operationId"])
    if media_type is not None:
        content = {media_type: {"schema": {"type": "string"}}, "application/xml": {}}
        operation["requestBody"] = {"required": True, "content": content}


def _answers(operation: dict[str, Any]) -> None:
    """Name the media type of answers that are more than plain JSON."""
    media_type = ANSWERS.get(operation["operationId"])
    if media_type is not None:
        answer = operation["responses"]["200"]
        answer["content"] = {media_type: answer["content"]["application/json"]}
    media_type = RAW_ANSWERS.get(operation["operationId"])
    if media_type is not None:
        operation["responses"]["200"]["content"] = {media_type: {"schema": {"type": "string"}}}


def _limited(operation: dict[str, Any]) -> None:
    """Say that a feed or one of the desk may have asked too much, and when they may ask again."""
    if any({auth: []} in operation.get("security", []) for auth in (FEED_AUTH, STAFF_AUTH)):
        operation["responses"]["429"] = {
            "description": "Too many requests of this asker, or wrong keys from this address.",
            "headers": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
            "content": {PROBLEM_JSON: {"schema": PROBLEM_SCHEMA}},
        }

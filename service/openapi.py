"""The API described by itself: /openapi.json, made from the models that the endpoints use."""

import copy
from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from service.auth import public
from service.http import docs
from service.problem import PROBLEM_JSON

openapi_api = Blueprint("openapi", __name__)

DESCRIPTION = (
    "Missing-child alerts: partner feeds push posters, neighbours get one push that says whom to "
    "call, and when the child is found everything is taken back. Errors are RFC 9457 problem "
    "documents; lists are `{items, next}`; what changes state accepts `Idempotency-Key`."
)


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
    spec["paths"] = {path: spec["paths"][path] for path in sorted(spec["paths"])}
    return spec


def _as_problems(operation: dict[str, Any]) -> None:
    """Give errors their own media type, which SpecTree doesn't know."""
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            answer["content"] = {PROBLEM_JSON: content["application/json"]}

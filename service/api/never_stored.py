"""No cache on the way may keep an answer: it is a person's own, or a child's (DOMAIN rule 15)."""

from flask import Blueprint, Response


def never_stored(blueprint: Blueprint) -> None:
    """Have every answer of `blueprint` say `Cache-Control: no-store`, problems included."""

    @blueprint.after_request
    def say_so(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

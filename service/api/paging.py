"""How long lists are read piece by piece: `limit` and an opaque `cursor` (`next` of the last)."""

from uuid import UUID

from flask import request
from pydantic import BaseModel, Field, ValidationError

from service.problem import ApiProblem

DEFAULT_LIMIT = 20
LARGEST_LIMIT = 100


class PageQuery(BaseModel):
    """Which piece of a list is asked for."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=LARGEST_LIMIT, description="Items at most")
    cursor: UUID | None = Field(None, description="`next` of the piece before")


def page_query() -> PageQuery:
    """Read which piece of a list is asked for; 422 for what is none."""
    try:
        return PageQuery.model_validate(request.args.to_dict())
    except ValidationError:
        detail = f"limit must be 1 to {LARGEST_LIMIT}, cursor the `next` of the piece before."
        raise bad_page(detail) from None


def bad_page(detail: str) -> ApiProblem:
    """Return the problem of a piece that there is not."""
    return ApiProblem(422, "bad_parameter", "A parameter can't be read", detail)

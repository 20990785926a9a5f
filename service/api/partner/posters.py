"""Feeds push posters, replace them, and take them back."""

from flask import Response, request
from pydantic import BaseModel

from alerts.intake.receive import JSON
from alerts.poster import CaseKey
from alerts.store.feed_keys import Scope
from service.api.partner import dry_run
from service.api.partner.answers import DryRun, DryRunQuery, Submitted
from service.api.partner.blueprint import DOCUMENT_PROBLEMS, TAG, partner_api
from service.api.partner.document import SENDS_POSTERS, for_kinds, with_document
from service.api.partner.schemas import PosterDocument
from service.api.partner.take import take
from service.auth import for_feeds, this_feed
from service.http import FEED_AUTH, documented, query_flag, runtime
from service.idempotency import idempotent

ANSWERS: dict[int, type[BaseModel] | None] = {202: Submitted, 200: DryRun}
POSTERS = "/v1/feeds/<feed>/posters"
ONE_POSTER = "/v1/feeds/<feed>/posters/<organizationCode>/<caseNumber>"


@partner_api.post(POSTERS)
@documented(
    gives=ANSWERS,
    takes=PosterDocument,
    query=DryRunQuery,
    tag=TAG,
    auth=FEED_AUTH,
    problems=DOCUMENT_PROBLEMS,
)
@for_feeds(Scope.POSTERS_WRITE)
@for_kinds(SENDS_POSTERS, "posters")
@with_document
@idempotent
def post_poster(feed: str) -> Response:
    """Push a poster.

    A poster in NCMEC's schema, or a GeoJSON Feature whose properties are one. A case that is known
    gets its next revision; a poster whose children all have `dateFound` ends it. 400: no JSON;
    422: a poster that can't be acted on. It is kept in any case, under its `submission_id`.
    """
    return _push(None)


@partner_api.put(ONE_POSTER)
@documented(
    gives=ANSWERS,
    takes=PosterDocument,
    query=DryRunQuery,
    tag=TAG,
    auth=FEED_AUTH,
    problems=DOCUMENT_PROBLEMS,
)
@for_feeds(Scope.POSTERS_WRITE)
@for_kinds(SENDS_POSTERS, "posters")
@with_document
@idempotent
def put_poster(feed: str, organizationCode: str, caseNumber: str) -> Response:  # noqa: N803
    """Replace the poster of one case.

    As `POST`, and the document must be of the case that the address names.
    """
    return _push(CaseKey(organization=organizationCode, number=caseNumber))


@partner_api.delete(ONE_POSTER)
@documented(
    gives=ANSWERS, query=DryRunQuery, tag=TAG, auth=FEED_AUTH, problems=(400, 403, 422, 500)
)
@for_feeds(Scope.POSTERS_WRITE)
@for_kinds(SENDS_POSTERS, "posters")
@idempotent
def delete_poster(feed: str, organizationCode: str, caseNumber: str) -> Response:  # noqa: N803
    """Take the poster of one case back.

    The alert ends: those who were told get an all-clear, and the child's data is taken down.
    """
    r, this = runtime(), this_feed()
    key = CaseKey(organization=organizationCode, number=caseNumber)
    if query_flag("dry_run"):
        return dry_run.answer(r.intake.would_be_withdrawal(this, key))
    raw = f"DELETE {organizationCode}/{caseNumber}".encode()
    return take(raw, "text/plain", lambda: r.intake.withdrawal(this, key))


def _push(must_be: CaseKey | None) -> Response:
    intake, this, raw = runtime().intake, this_feed(), request.get_data()
    if query_flag("dry_run"):
        return dry_run.answer(intake.would_be_poster(this, raw, must_be=must_be))
    return take(raw, JSON, lambda: intake.poster(this, raw, must_be=must_be))

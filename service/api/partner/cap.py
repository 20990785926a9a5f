"""Feeds push CAP messages: alerts, updates, cancels."""

from flask import Response, request

from alerts.intake.receive import CAP
from alerts.store.feed_keys import Scope
from service.api.partner import dry_run
from service.api.partner.answers import DryRun, DryRunQuery, SubmittedCap
from service.api.partner.blueprint import DOCUMENT_PROBLEMS, TAG, partner_api
from service.api.partner.document import SENDS_CAP, for_kinds, with_document
from service.api.partner.take import take
from service.auth import for_feeds, this_feed
from service.http import FEED_AUTH, documented, query_flag, runtime
from service.idempotency import idempotent


@partner_api.post("/v1/feeds/<feed>/cap")
@documented(
    gives={202: SubmittedCap, 200: DryRun},
    query=DryRunQuery,
    tag=TAG,
    auth=FEED_AUTH,
    problems=DOCUMENT_PROBLEMS,
)
@for_feeds(Scope.CAP_WRITE)
@for_kinds(SENDS_CAP, "CAP messages")
@with_document
@idempotent
def post_cap(feed: str) -> Response:
    """Push a CAP message.

    CAP 1.0, 1.1 or 1.2: an alert, or several in EDXL-DE, Atom or an element around them; then each
    is taken in by itself and `items` says what became of it. Update and Cancel act on every message
    that `references` names, of the same sender; what isn't known is said, and held if none of them
    is. Ack and Error are recorded. 400: no XML; 422: XML that can't be acted on. It is kept in any
    case, under its `submission_id`.
    """
    intake, this, raw = runtime().intake, this_feed(), request.get_data()
    if query_flag("dry_run"):
        return dry_run.answer(intake.would_be_cap(this, raw))
    return take(raw, CAP, lambda: intake.cap(this, raw))

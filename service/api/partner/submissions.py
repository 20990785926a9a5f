"""What became of what a feed sent: outcome, alert, reach, and the receipt of the takedown."""

import base64
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from alerts.audience.reach import hide_small, told_of
from alerts.store.alerts import Alert
from alerts.store.cases import receipt_of_case
from alerts.store.feed_keys import Scope
from alerts.store.submissions import Submission, submission_by_public_id, submissions_of
from service.api.paging import PageQuery, bad_page, page_query
from service.api.partner.answers import (
    AlertOfSubmission,
    Reached,
    SubmissionDetail,
    SubmissionItem,
    SubmissionPage,
    TakedownProof,
)
from service.api.partner.blueprint import READ_PROBLEMS, TAG, partner_api
from service.auth import for_feeds, this_feed
from service.http import FEED_AUTH, documented, reply, runtime
from service.problem import ApiProblem


@partner_api.get("/v1/feeds/<feed>/submissions")
@documented(
    gives={200: SubmissionPage}, query=PageQuery, tag=TAG, auth=FEED_AUTH, problems=(403, 422)
)
@for_feeds(Scope.SUBMISSIONS_READ)
def list_submissions(feed: str) -> Response:
    """List what the feed sent, newest first."""
    query = page_query()
    with runtime().store.read() as session:
        before = _row_of(session, query.cursor)
        found = submissions_of(session, this_feed().id, before, query.limit + 1)
    shown = found[: query.limit]
    more = str(shown[-1].public_id) if len(found) > query.limit else None
    return reply(SubmissionPage(items=[_item(s) for s in shown], next=more))


@partner_api.get("/v1/feeds/<feed>/submissions/<submission_id>")
@documented(gives={200: SubmissionDetail}, tag=TAG, auth=FEED_AUTH, problems=READ_PROBLEMS)
@for_feeds(Scope.SUBMISSIONS_READ)
def get_submission(feed: str, submission_id: str) -> Response:
    """Say what became of one document."""
    with runtime().store.read() as session:
        found = _find(session, submission_id)
        if found is None:
            raise ApiProblem(404, "not_found", "Not found", "This feed has no such submission.")
        return reply(_detail(session, found))


def _row_of(session: Session, cursor: UUID | None) -> int | None:
    if cursor is None:
        return None
    found = submission_by_public_id(session, this_feed().id, cursor)
    if found is None:
        raise bad_page("cursor must be the `next` of the piece before.")
    return found.id


def _find(session: Session, public_id: str) -> Submission | None:
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    return submission_by_public_id(session, this_feed().id, wanted)


def _item(submission: Submission) -> SubmissionItem:
    return SubmissionItem(
        submission_id=submission.public_id,
        received_at=submission.received_at,
        media_type=submission.media_type,
        size_bytes=submission.size_bytes,
        outcome=submission.outcome,
        problems=submission.problems,
        signature=submission.signature,
    )


def _detail(session: Session, submission: Submission) -> SubmissionDetail:
    alert = session.get(Alert, submission.alert_id) if submission.alert_id else None
    item = _item(submission).model_dump()
    if alert is None or alert.feed_id != submission.feed_id:  # another feed's is not its business
        return SubmissionDetail(**item, alert=None, reach=None, takedown_receipt=None)
    told = told_of(session, alert.id)
    return SubmissionDetail(
        **item,
        alert=_alert(alert),
        reach=Reached(people=hide_small(told.people), devices=hide_small(told.devices)),
        takedown_receipt=_receipt(session, alert.case_id),
    )


def _alert(alert: Alert) -> AlertOfSubmission:
    return AlertOfSubmission(
        id=alert.public_id,
        status=alert.status,
        tier=alert.tier,
        revision=alert.live_revision,
        link=f"{runtime().settings.resolved_public_url}/alerts/{alert.public_id}",
    )


def _receipt(session: Session, case_id: int) -> TakedownProof | None:
    found = receipt_of_case(session, case_id)
    if found is None:
        return None
    return TakedownProof(
        document=found.document, signature=base64.b64encode(found.signature).decode()
    )

"""Takes a document in and says what became of it; rings for what is to be done next.

Status codes: 202 for what was kept to be acted on, 400 for what can't be parsed as JSON or XML,
422 for what was parsed and can't be acted on, 500 for an error of ours. Each carries the
`submission_id`, because each was kept.
"""

from collections.abc import Callable

import structlog
from flask import Response

from alerts.intake.document import TakenIn
from alerts.problem import error
from alerts.store.submissions import SubmissionOutcome
from service.api.partner.answers import Submitted, SubmittedCap, SubmittedItem
from service.api.partner.document import keep_refused
from service.auth import this_feed
from service.http import process, reply, runtime
from service.jobs import Job
from service.logs import frames
from service.problem import ApiProblem, problem_response, refused

log = structlog.get_logger()


def take(raw: bytes, media_type: str, take_in: Callable[[], TakenIn]) -> Response:
    """Do `take_in`, and answer; whatever goes wrong, `raw` is kept."""
    feed = this_feed()
    try:
        taken = take_in()
    except Exception as e:
        return _our_error(e, raw, media_type)
    for one in taken.items or (taken,):
        runtime().metrics.submissions.labels(feed.slug, one.outcome).inc()
        log.info(
            "submission", feed=feed.slug, submission=str(one.submission_id), outcome=one.outcome
        )
    _ring(taken)
    if taken.outcome is SubmissionOutcome.REFUSED:
        problems = [p for one in (*taken.items, taken) for p in one.problems]
        return problem_response(refused(problems, {"submission_id": str(taken.submission_id)}))
    return reply(_answer(taken), 202)


def _answer(taken: TakenIn) -> Submitted:
    """Return the answer; `items` only where a document held several alerts."""
    said = {
        "submission_id": taken.submission_id,
        "outcome": taken.outcome.value,
        "problems": list(taken.problems),
        "alert_id": taken.alert_id,
    }
    if not taken.items:
        return Submitted.model_validate(said)
    items = [
        SubmittedItem(
            submission_id=item.submission_id,
            outcome=item.outcome,
            problems=list(item.problems),
            alert_id=item.alert_id,
        )
        for item in taken.items
    ]
    return SubmittedCap.model_validate({**said, "items": items})


def _ring(taken: TakenIn) -> None:
    """Ring for what is to be done: what was taken in is planned, what ended is settled."""
    if any(_is_to_plan(one) for one in taken.items or (taken,)):
        process().bell.ring(Job.PLAN)
    if taken.ended:
        process().bell.ring(Job.AFTERCARE)


def _is_to_plan(taken: TakenIn) -> bool:
    is_taken_in = taken.outcome in (SubmissionOutcome.ACCEPTED, SubmissionOutcome.HELD)
    return is_taken_in and (taken.goes_on or not taken.ended)


def _our_error(e: Exception, raw: bytes, media_type: str) -> Response:
    """Keep the document, and log where it went wrong: not the words, which may name a child."""
    feed = this_feed()
    said = "Something is wrong on our side. The document is kept; please send it again later."
    submission_id = keep_refused(raw, media_type, (error("internal", "", said),))
    log.error(
        "intake_failed",
        feed=feed.slug,
        submission=submission_id,
        error=type(e).__name__,
        at=frames(e),
    )
    more = {"submission_id": submission_id}
    return problem_response(ApiProblem(500, "internal", "Our error", said, more=more))

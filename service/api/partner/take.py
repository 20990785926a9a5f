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
from service.api.partner.answers import Submitted
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
    runtime().metrics.submissions.labels(feed.slug, taken.outcome).inc()
    submission_id = str(taken.submission_id)
    log.info("submission", feed=feed.slug, submission=submission_id, outcome=taken.outcome)
    _ring(taken)
    if taken.outcome is SubmissionOutcome.REFUSED:
        return problem_response(refused(taken.problems, {"submission_id": submission_id}))
    answer = Submitted.model_validate(
        {
            "submission_id": taken.submission_id,
            "outcome": taken.outcome.value,
            "problems": list(taken.problems),
            "alert_id": taken.alert_id,
        }
    )
    return reply(answer, 202)


def _ring(taken: TakenIn) -> None:
    if taken.ended:
        process().bell.ring(Job.AFTERCARE)
    elif taken.outcome in (SubmissionOutcome.ACCEPTED, SubmissionOutcome.HELD):
        process().bell.ring(Job.PLAN)


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

"""Ends the cases that a CAP message ends, several at once if it names several."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.intake.case.cases import case_in_turn, move_aliases
from alerts.intake.case.ends import judge_end
from alerts.intake.document import Verdict
from alerts.problem import Problem, warning
from alerts.store.cases import CaseRecord
from alerts.store.feeds import Feed
from alerts.store.submissions import SubmissionOutcome
from alerts.store.vault import Vault

# What a message did is the most that it did to any of its cases.
ORDER = (
    SubmissionOutcome.ACCEPTED,
    SubmissionOutcome.HELD,
    SubmissionOutcome.DUPLICATE,
    SubmissionOutcome.REFUSED,
)


def most(outcomes: Iterable[SubmissionOutcome]) -> SubmissionOutcome:
    """Return the one outcome that speaks for several."""
    return min(outcomes, key=ORDER.index)


def end_cases(
    session: Session, vault: Vault, feed: Feed, cases: Sequence[CaseRecord], now: datetime
) -> Verdict:
    """End the alert of each case because the source says so; one verdict for all of them."""
    verdicts = [
        judge_end(session, vault, feed, _in_turn(session, case), EndReason.CANCELLED, now)
        for case in sorted(cases, key=lambda case: case.id)
    ]
    outcome = most(verdict.outcome for verdict in verdicts)
    chosen = next(verdict for verdict in verdicts if verdict.outcome is outcome)
    return Verdict(
        outcome=outcome,
        problems=tuple(dict.fromkeys(p for verdict in verdicts for p in verdict.problems)),
        case=chosen.case,
        alert=chosen.alert,
        ended=any(verdict.ended for verdict in verdicts),
        forget=chosen.forget,
        foreign=chosen.foreign,
        apart=chosen.apart,
    )


def supersede(
    session: Session,
    vault: Vault,
    feed: Feed,
    going_on: CaseRecord,
    others: Sequence[CaseRecord],
    now: datetime,
) -> tuple[Problem, ...]:
    """End the cases that a source goes on with under another one; nobody is told "found".

    From now on what refers to them means the case that goes on.
    """
    ended = 0
    for case in sorted(others, key=lambda case: case.id):
        there = _in_turn(session, case)
        verdict = judge_end(session, vault, feed, there, EndReason.SUPERSEDED, now)
        ended += verdict.ended
        if verdict.ended:
            move_aliases(session, there, going_on)
    if not ended:
        return ()
    message = f"It goes on with one alert for several: {ended} of them ended as superseded."
    return (warning("superseded", "alert/references", message),)


def _in_turn(session: Session, case: CaseRecord) -> CaseRecord:
    return case_in_turn(session, case.lookup, case.id) or case

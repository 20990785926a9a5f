"""From what was said of each device to outcomes in order: what both ways of sending share."""

from collections.abc import Sequence
from threading import Event

from alerts.delivery.channels.fcm_errors import SENDER_ID_MISMATCH, SENT, Verdict, again
from alerts.delivery.retry import QUOTA_RETRY_S
from alerts.errors import Misconfigured
from alerts.push import Outcome, PushOutcome, PushTarget

_MAYBE_TOLD = (Outcome.SENT, Outcome.IN_FLIGHT)


def unsendable(target: PushTarget) -> PushOutcome | None:
    """Say why a target can't be FCM's; None if it can."""
    if target.address_kind not in ("token", "fid"):
        return PushOutcome(outcome=Outcome.REFUSED, reason="NOT_AN_FCM_ADDRESS")
    if not target.address:
        return PushOutcome(outcome=Outcome.GONE, reason="NO_ADDRESS")
    return None


class Settling:
    """Makes verdicts outcomes, and remembers whether our key is of the app's project.

    A device of another sender is GONE only after FCM has taken a push with this key: before, it's
    as likely our key that is of another project, and it would end every device there is. Safe to
    use from several threads.
    """

    def __init__(self) -> None:
        self._knows_us = Event()

    def settled(self, verdicts: Sequence[Verdict]) -> list[PushOutcome]:
        """Turn verdicts into outcomes, or raise what is wrong with the settings if nobody was told.

        Raises
        ------
        Misconfigured: FCM took none, and won't until somebody mends the settings.
        """
        if any(verdict is SENT for verdict in verdicts):
            self._knows_us.set()
        if all(verdict is SENT for verdict in verdicts):
            return [SENT] * len(verdicts)
        outcomes = [self._outcome(verdict) for verdict in verdicts]
        trouble = next((t for t in map(self._trouble, verdicts) if t is not None), None)
        if trouble is not None and all(o.outcome not in _MAYBE_TOLD for o in outcomes):
            raise trouble
        return outcomes

    def _outcome(self, verdict: Verdict) -> PushOutcome:
        if isinstance(verdict, Misconfigured):
            return again("MISCONFIGURED", QUOTA_RETRY_S)
        if self._trouble(verdict) is not None:
            return again(SENDER_ID_MISMATCH, QUOTA_RETRY_S)
        return verdict

    def _trouble(self, verdict: Verdict) -> Misconfigured | None:
        if isinstance(verdict, Misconfigured):
            return verdict
        if verdict.reason != SENDER_ID_MISMATCH or self._knows_us.is_set():
            return None
        return Misconfigured(
            "the devices belong to another FCM sender: the service account key or the project id is"
            " of another Firebase project than the app"
        )

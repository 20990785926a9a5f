"""From what was said of each device to outcomes in order: what both ways of sending share."""

from collections.abc import Sequence

from alerts.delivery.channels.fcm_errors import SENDER_ID_MISMATCH, Verdict
from alerts.delivery.retry import QUOTA_RETRY_S
from alerts.errors import Misconfigured
from alerts.push import Outcome, PushOutcome, PushTarget

# So many strangers at once aren't strangers: our key is of another project. Devices stay alive.
_MISMATCHES_THAT_MEAN_WRONG_PROJECT = 20
_MAYBE_TOLD = (Outcome.SENT, Outcome.IN_FLIGHT)


def unsendable(target: PushTarget) -> PushOutcome | None:
    """Say why a target can't be FCM's; None if it can."""
    if target.address_kind not in ("token", "fid"):
        return PushOutcome(outcome=Outcome.REFUSED, reason="NOT_AN_FCM_ADDRESS")
    if not target.address:
        return PushOutcome(outcome=Outcome.GONE, reason="NO_ADDRESS")
    return None


def settled(verdicts: Sequence[Verdict]) -> list[PushOutcome]:
    """Turn verdicts into outcomes, or raise what is wrong with the settings if nobody was told."""
    verdicts = _without_mass_mismatch(verdicts)
    outcomes = [_outcome(verdict) for verdict in verdicts]
    trouble = next((v for v in verdicts if isinstance(v, Misconfigured)), None)
    if trouble is not None and all(o.outcome not in _MAYBE_TOLD for o in outcomes):
        raise trouble
    return outcomes


def _outcome(verdict: Verdict) -> PushOutcome:
    if isinstance(verdict, PushOutcome):
        return verdict
    return PushOutcome(outcome=Outcome.PENDING, retry_after_s=QUOTA_RETRY_S, reason="MISCONFIGURED")


def _without_mass_mismatch(verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    """Don't let a key of the wrong project end every device it is used on."""
    mismatches = sum(
        isinstance(v, PushOutcome) and v.reason == SENDER_ID_MISMATCH for v in verdicts
    )
    if mismatches < _MISMATCHES_THAT_MEAN_WRONG_PROJECT or mismatches < len(verdicts):
        return verdicts
    return [
        Misconfigured(
            "every device belongs to another FCM sender: the service account key or the project id"
            " is of another Firebase project than the app"
        )
    ] * len(verdicts)

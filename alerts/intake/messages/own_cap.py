"""What becomes of our own alert when a feed gives it back to us? Nothing: it is known already.

Else two Porchlights that read each other would open a new alert for each one that goes round.
"""

from sqlalchemy.orm import Session

from alerts.intake.cap.retold import retold_cases
from alerts.intake.cap.values import CapAlert
from alerts.intake.document import Verdict
from alerts.own_alerts import own_alert
from alerts.problem import warning
from alerts.store.submissions import SubmissionOutcome


def come_back(session: Session, alert: CapAlert) -> Verdict | None:
    """Return what becomes of a message that tells an alert of ours; None if it is another's.

    Its text isn't kept: it has the child's data, and the takedown of our case wouldn't find it.
    """
    ours = own_alert(session, (alert.identifier, *retold_cases(alert)))
    if ours is None:
        return None
    message = f"This is our own alert {ours}, which came back to us; nothing changes by it."
    said = warning("our_own_alert", "alert/identifier", message)
    return Verdict(outcome=SubmissionOutcome.DUPLICATE, problems=(said,), forget=True)

"""What might the desk add to an alert's ground? For the command line and the desk's API."""

from sqlalchemy.orm import Session

from alerts.area.suggestion import Suggestion
from alerts.desk.suggest import suggestions_of
from alerts.store.alerts import Alert
from service.growth import suggest_policy
from service.wiring import Runtime, area_policy


def suggestions(runtime: Runtime, session: Session, alert: Alert) -> tuple[Suggestion, ...]:
    """Suggest wider ground for an alert, as of now; errors as `suggestions_of`.

    Nothing is changed; call it in a transaction that reads.
    """
    return suggestions_of(
        session,
        runtime.vault,
        alert,
        runtime.places,
        runtime.atlas,
        area_policy(runtime.settings),
        suggest_policy(runtime.settings),
        runtime.clock(),
    )

"""The blueprint of the app users' API, and who is asking."""

from flask import Blueprint
from sqlalchemy.orm import Session

from alerts.store.subscribers import Subscriber
from service.api.never_stored import never_stored
from service.auth import subscriber_id
from service.problem import ApiProblem

TAG = "App users"

app_api = Blueprint("app_api", __name__)
never_stored(app_api)


def me(session: Session, *, writes: bool = False) -> Subscriber:
    """Return who asks, as of this transaction.

    `writes`: hold the row until commit, so that what one person's devices do at the same moment is
    done one after the other, and limits hold.
    """
    found = session.get(Subscriber, subscriber_id(), with_for_update=writes or None)
    if found is None:  # erased since the token was looked at
        raise ApiProblem(401, "unauthorized", "Who are you?", "This person was erased.")
    return found

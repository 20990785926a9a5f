"""Is that our own alert, come back to us? Names of what we export, and how we know them again.

Two Porchlights that read each other, or a hub that gives everybody everything, would else open a
new alert for each one that goes round. Our alerts' ids are unique in the world, so an identifier
that holds one of them is ours, whoever claims to be its sender.
"""

import re
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.alerts import Alert

_IDENTIFIER = re.compile(
    r"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:_[0-9]{1,9})?",
    re.IGNORECASE,
)


def identifier_of(alert_id: UUID, revision: int) -> str:
    """Return the CAP identifier of one revision.

    CAP 1.2, 3.2.1: no blank, comma, < or &; some profiles take letters, digits, - and _ only.
    """
    return f"{alert_id}_{revision}"


def own_alert(session: Session, identifiers: Iterable[str | None]) -> UUID | None:
    """Return the public id of the alert of ours that one of these names; None if none does.

    `identifiers`: the message's own, and, where it tells of one, that of the case it retells
    (`porchlight:source`), so that a loop over several Porchlights is seen, too.
    """
    named = (_IDENTIFIER.fullmatch(one.strip()) for one in identifiers if one)
    ids = {UUID(found["id"]) for found in named if found}
    if not ids:
        return None
    return session.scalar(select(Alert.public_id).where(Alert.public_id.in_(ids)).limit(1))

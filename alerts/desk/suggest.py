"""What might the desk add to an alert's ground? Opens its poster and asks `alerts.area.suggest`.

Read-only: what comes of it is an area that two people approve (DOMAIN rule 6).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.area.policy import AreaPolicy
from alerts.area.sighting import sighting_of
from alerts.area.suggest import suggest
from alerts.area.suggestion import Atlas, Suggestion, SuggestPolicy
from alerts.errors import Conflict
from alerts.places import PlaceBook
from alerts.store.alerts import Alert, newest_revision, revision
from alerts.store.cases import CaseRecord, PosterRecord, open_poster
from alerts.store.vault import Vault


def suggestions_of(
    session: Session,
    vault: Vault,
    alert: Alert,
    places: PlaceBook,
    atlas: Atlas,
    policy: AreaPolicy,
    numbers: SuggestPolicy,
    now: datetime,
) -> tuple[Suggestion, ...]:
    """Suggest wider ground for an alert, held or live; its newest revision says what is known.

    Returns: as `alerts.area.suggest.suggest`; beyond the ground that people are told on, or while
    nobody is, beyond that of the newest revision.

    Raises
    ------
    Conflict: the alert has ended, or its poster was taken back.
    """
    if alert.status is Status.ENDED:
        raise Conflict("this alert has ended; its ground won't be widened")
    newest = newest_revision(session, alert.id)
    case = session.get_one(CaseRecord, alert.case_id)
    poster = open_poster(vault, case.key_id, session.get_one(PosterRecord, newest.poster_id))
    if poster is None:
        raise Conflict("its poster was taken back; nothing is known to suggest from")
    told = revision(session, alert.id, alert.live_revision) if alert.live_revision else newest
    sighting = sighting_of(
        poster,
        told.area.value() if told.area else None,
        newest.tier,
        places,
        policy,
        received_at=alert.received_at,
        now=now,
    )
    return suggest(sighting, now, atlas, policy.growth, numbers)

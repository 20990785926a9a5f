"""The audience index in the database itself: it is as fresh as the transaction that asks."""

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.audience.index import Figures, Ids, MakeWave, Matches, Phones, Question, Terms
from alerts.audience.postgis.figures import figures_of
from alerts.audience.postgis.phones import phones_of
from alerts.audience.postgis.planned import plan_well
from alerts.audience.postgis.seating import seat
from alerts.audience.postgis.shipped import as_array, as_ids
from alerts.audience.postgis.touching import AREA, touching, touching_few
from alerts.store.subscribers import newest_change
from alerts.store.waves import Wave
from geo.parts import Shape

_REACHED = (
    "SELECT string_agg(int8send(id), ''::bytea) AS ids,"
    " string_agg(int8send(subscriber_id), ''::bytea) AS owners"
    " FROM neighborhood WHERE "
)
_AMONG = "subscriber_id = ANY(CAST(:among AS bigint[])) AND "


class PostgisIndex:
    """An `AudienceIndex` in PostGIS; holds nothing, so any thread and process may use it."""

    def refresh(self, session: Session) -> int:
        """Return the newest committed change: whatever is asked next is no older."""
        return newest_change(session)

    def may_reach(self, people: int) -> bool:
        """Say that it may be: only the database knows."""
        return True

    def reach(self, session: Session, area: Shape, among: Ids | None = None) -> Matches:
        """Return the neighborhoods that share at least a point with `area`, exactly."""
        plan_well(session)
        if among is None:
            condition = touching(area)
            statement, who = _REACHED + condition.sql, {}
        else:
            condition = touching_few(area)
            statement, who = _REACHED + _AMONG + condition.sql, {"among": as_array(among)}
        found = session.execute(text(statement), {AREA: condition.wkb, **who}).one()
        ids, owners = as_ids(found.ids), as_ids(found.owners)
        order = np.argsort(ids)
        return Matches(neighborhood_ids=ids[order], subscriber_ids=owners[order])

    def figures(self, session: Session, area: Shape, asked: Question) -> Figures:
        """Count whom `area` touches, in one statement and so on one state."""
        plan_well(session)
        return figures_of(session, area, asked)

    def phones(self, session: Session, device_ids: Ids) -> Phones:
        """Return those of these devices that can be reached."""
        return phones_of(session, device_ids)

    def seat(
        self, session: Session, area: Shape, terms: Terms, make_wave: MakeWave, batch_size: int
    ) -> Wave | None:
        """Write the batches of a first telling; None, and no wave, if it is for nobody."""
        plan_well(session)
        return seat(session, area, terms, make_wave, batch_size)

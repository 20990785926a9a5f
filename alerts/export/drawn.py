"""How was each area drawn the last time? Ground doesn't change, so each is drawn once."""

import threading
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.export.exported import ListedAlert
from alerts.export.geojson import Drawn, draw
from alerts.store.alerts import AreaRecord
from alerts.store.many import among


class Drawings:
    """The areas of the alerts that were listed last, by their digests; no child is in them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drawn: Mapping[str, Drawn] = {}

    def of(self, session: Session, alerts: Sequence[ListedAlert]) -> Mapping[str, Drawn]:
        """Return the areas of these alerts; those of others are forgotten."""
        with self._lock:
            known = self._drawn
        wanted = {a.area_digest: a.area_id for a in alerts if a.area_digest and a.area_id}
        missing = [area_id for digest, area_id in wanted.items() if digest not in known]
        rows = session.execute(
            select(AreaRecord.digest, AreaRecord.shape).where(
                among(session, AreaRecord.id, missing)
            )
        )
        fresh = {row.digest: draw(row.shape) for row in rows}
        drawn = {digest: fresh.get(digest) or known[digest] for digest in wanted}
        with self._lock:
            self._drawn = drawn
        return drawn

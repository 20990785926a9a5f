"""Are neighbours on the ground neighbours on the disk? Writes the table anew, in that order.

A neighborhood is stored where there was room when it was drawn, so an area's rows lie all over the
table. Along a new spatial index, whose leaves follow a Hilbert curve, they lie side by side. Nobody
can read or write neighborhoods meanwhile: no alert is planned and no batch re-checked, so this is
for a quiet hour (docs/operations.md).
"""

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from alerts.errors import AlertsError

WAITS_MS = 1_000  # whoever comes later queues behind us for as long as we wait
_LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE


class InUse(AlertsError):
    """Others read or write neighborhoods without a pause."""


def tidy(session: Session) -> None:
    """Write `neighborhood` and its indexes anew, along its spatial index, and measure it.

    In a transaction of its own: it locks the table until the end.

    Raises
    ------
    InUse
        The table wasn't free within WAITS_MS; nothing was changed, try again.
    """
    session.execute(text(f"SET LOCAL lock_timeout = {WAITS_MS}"))
    try:
        session.execute(text("LOCK TABLE neighborhood IN ACCESS EXCLUSIVE MODE"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise InUse("neighborhoods are being read or written: try again") from error
    session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))  # for the indexes
    # An index that grew row by row keeps half as good an order as one that was built in a piece.
    session.execute(text("REINDEX INDEX ix_neighborhood_shape"))
    session.execute(text("CLUSTER neighborhood USING ix_neighborhood_shape"))
    session.execute(text("ANALYZE neighborhood"))

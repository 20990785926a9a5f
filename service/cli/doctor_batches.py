"""Is anything set aside, or stuck, that somebody should be told?"""

from datetime import timedelta

from sqlalchemy.orm import Session

from alerts.clock import utc_now
from alerts.delivery.sweep import find_stuck
from alerts.store.parked import count_parked
from config.settings import Settings
from service.cli.finding import Finding, ill, well

NAME = "batches"


def batches(session: Session, settings: Settings) -> Finding:
    """Look for batches that wait for a person, and for channels that don't get on."""
    parked = count_parked(session)
    if parked:
        detail = f"{parked:,} are parked: refused for a fault of ours; those people aren't told."
        todo = "Read why: porchlight batch list --parked. Once mended: porchlight batch replay."
        return ill(NAME, detail, todo, required=False)
    stale = timedelta(seconds=settings.backlog_stale_after_s)
    stuck = find_stuck(session, utc_now(), stale)
    if stuck:
        detail = "; ".join(f"{one.channel}: {one.batches:,} don't get on" for one in stuck) + "."
        todo = "Is a worker running? Read why: porchlight batch list."
        return ill(NAME, detail, todo, required=False)
    return well(NAME, "None is parked or stuck.", required=False)

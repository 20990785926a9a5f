"""Every alert expires (DOMAIN rule 13); and refused documents don't lie about for ever."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.lifecycle import end_alert
from alerts.store.alerts import out_of_time
from alerts.store.submissions import old_refused
from alerts.store.vault import Vault


def expire(session: Session, now: datetime) -> int:
    """End the alerts whose time has run out; return how many."""
    over = out_of_time(session, now)
    return sum(end_alert(session, a, EndReason.EXPIRED, now, actor="system") for a in over)


def forget_refused(session: Session, vault: Vault, now: datetime, kept: timedelta) -> int:
    """Throw away refused documents of no case that are older than `kept`; return how many."""
    old = old_refused(session, now - kept)
    for submission in old:
        vault.destroy(submission.key_id)
        submission.sealed_raw = None
    return len(old)

"""Every alert expires (DOMAIN rule 13); and refused documents don't lie about for ever."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.lifecycle import end_alert
from alerts.store.alerts import Alert
from alerts.store.submissions import old_refused
from alerts.store.vault import Vault


def expire(session: Session, alert_id: int, now: datetime) -> bool:
    """End an alert if its time has run out; False if somebody was first."""
    alert = session.get_one(Alert, alert_id, with_for_update=True)
    if alert.expires_at > now:
        return False
    return end_alert(session, alert, EndReason.EXPIRED, now, actor="system")


def forget_refused(session: Session, vault: Vault, now: datetime, kept: timedelta) -> int:
    """Throw away refused documents of no case that are older than `kept`; return how many."""
    old = old_refused(session, now - kept)
    for submission in old:
        vault.destroy(submission.key_id)
        submission.sealed_raw = None
    return len(old)

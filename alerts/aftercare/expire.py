"""Every alert expires (DOMAIN rule 13); and what nobody needs doesn't lie about for ever."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.lifecycle import end_alert
from alerts.store.alerts import Alert
from alerts.store.quarantine import destroy, kept_past
from alerts.store.staff import record
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


def forget_quarantined(session: Session, vault: Vault, now: datetime, kept: timedelta) -> int:
    """Destroy photos that were in quarantine for longer than `kept`; return how many.

    What stays is that there was one, which entry of the hash list it resembled, and who looked.
    """
    over = kept_past(session, now - kept)
    for photo in over:
        destroy(vault, photo)
        record(
            session,
            now,
            actor="system",
            deed="photo.destroyed",
            subject=f"photo:{photo.public_id}",
        )
    return len(over)

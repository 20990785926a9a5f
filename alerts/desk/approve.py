"""Says yes to a held alert: as many people as the policy asks for, each to exactly one area.

DOMAIN rule 6: an approval binds to one revision and one area; another area asks again. Rules 2
and 7: without ground, or without anybody to call, there is nothing to approve; nor is there on a
poster of somebody unidentified, which looks for a name and not for a child.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.alert import RevisionState, Status
from alerts.authority import AuthorityBook
from alerts.errors import Conflict
from alerts.lifecycle import go_live
from alerts.store.alerts import Alert, AlertRevision, Approval, AreaRecord
from alerts.store.cases import CaseRecord, PosterRecord, open_poster
from alerts.store.staff import Staff, record
from alerts.store.vault import Vault
from alerts.whom_to_call import whom_to_call

MAY_APPROVE = ("approver", "admin")


@dataclass(frozen=True, kw_only=True)
class Approved:
    """Where an alert stands after an approval."""

    status: Status
    revision: int
    approvals: int  # by different people, of this revision on this area
    needed: int
    is_repeat: bool  # this person had approved it already
    went_live: bool


def approve(
    session: Session,
    vault: Vault,
    authorities: AuthorityBook,
    alert: Alert,
    person: Staff,
    now: datetime,
    *,
    needed: int,
) -> Approved:
    """Approve the newest held revision; the last approval that is needed makes it live.

    Raises
    ------
    Conflict: nothing is held, it has ended or expired, it has no area or nobody to call, or the
        person may not approve.
    """
    session.refresh(alert, with_for_update=True)
    revision = held_revision(session, alert, now)
    area = _check(session, vault, authorities, alert, revision, person)
    is_repeat = _write(session, revision, area, person, now)
    if not is_repeat:
        _note(session, alert, revision, area, person, now)
    approvals = count_approvals(session, revision, area)
    went_live = approvals >= needed
    if went_live:
        go_live(session, alert, revision, now, actor=f"staff:{person.name}")
    return Approved(
        status=alert.status,
        revision=revision.number,
        approvals=approvals,
        needed=needed,
        is_repeat=is_repeat,
        went_live=went_live,
    )


def held_revision(session: Session, alert: Alert, now: datetime) -> AlertRevision:
    """Return the newest held revision; Conflict if there is none that could go out."""
    if alert.status is Status.ENDED:
        raise Conflict("this alert has ended; it can't be sent any more")
    held = session.scalar(
        select(AlertRevision)
        .where(AlertRevision.alert_id == alert.id, AlertRevision.state == RevisionState.HELD)
        .where(AlertRevision.number > alert.live_revision)
        .order_by(AlertRevision.number.desc())
        .limit(1)
    )
    if held is None:
        raise Conflict("nothing of this alert is held; people have been told already")
    if held.expires_at <= now:
        raise Conflict("its time has run out; the source must send it again")
    return held


def count_approvals(session: Session, revision: AlertRevision, area: AreaRecord) -> int:
    """Return how many people have approved this revision on this very area."""
    same = (Approval.revision_id == revision.id, Approval.area_digest == area.digest)
    return session.scalar(select(func.count()).select_from(Approval).where(*same)) or 0


def _check(
    session: Session,
    vault: Vault,
    authorities: AuthorityBook,
    alert: Alert,
    revision: AlertRevision,
    person: Staff,
) -> AreaRecord:
    """Return the area that the approval binds to; Conflict if it can't be approved."""
    if person.role not in MAY_APPROVE:
        raise Conflict(f"{person.name} is {person.role}; only an approver or admin may approve")
    if revision.area is None:
        raise Conflict("it has no area; draw one at the desk, then approve it")
    case = session.get_one(CaseRecord, alert.case_id)
    poster = open_poster(vault, case.key_id, session.get_one(PosterRecord, revision.poster_id))
    if poster is None:
        raise Conflict("its poster was taken back; there is nothing to send")
    if poster.unidentified:
        raise Conflict("it is of somebody unidentified; such a poster is never pushed")
    if not whom_to_call(poster, alert.country, authorities):
        raise Conflict("there is nobody to call; the source must send a contact, then approve it")
    return revision.area


def _write(
    session: Session, revision: AlertRevision, area: AreaRecord, person: Staff, now: datetime
) -> bool:
    """Write the approval down; True if the person had approved the same before."""
    found = session.scalar(
        select(Approval).where(Approval.revision_id == revision.id, Approval.staff_id == person.id)
    )
    if found is not None and found.area_digest == area.digest:
        return True
    if found is None:
        found = Approval(revision_id=revision.id, staff_id=person.id)
        session.add(found)
    found.area_digest, found.approved_at = area.digest, now
    session.flush()
    return False


def _note(
    session: Session,
    alert: Alert,
    revision: AlertRevision,
    area: AreaRecord,
    person: Staff,
    now: datetime,
) -> None:
    record(
        session,
        now,
        actor=f"staff:{person.name}",
        deed="alert.approved",
        subject=f"alert:{alert.public_id}",
        revision=revision.number,
        area=area.digest,
    )

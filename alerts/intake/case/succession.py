"""The feed that leads a case withdraws: who speaks now? (ADR 0021)

An alert stands on the word of a feed that may tell people by itself, or on the desk's. If another
feed of that kind says that the child is missing, its word takes over and nobody hears an all-clear.
If the others may not speak by themselves, the alert ends, and what they say goes to the desk as a
case of its own.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from alerts.alert import RevisionState, Status
from alerts.intake.case.cases import move_aliases
from alerts.intake.case.corrected import keep_correction
from alerts.lifecycle import go_live
from alerts.problem import warning
from alerts.store.alerts import Alert, AlertRevision, copy_of, next_number
from alerts.store.cases import CaseRecord, PosterRecord
from alerts.store.feeds import Feed
from alerts.store.leads import hand_over, move_voice, retired_name
from alerts.store.notices import notify_desk
from alerts.store.submissions import as_json
from alerts.store.vault import Vault
from alerts.store.voices import CaseVoice


def spare_of(session: Session, alert: Alert, voice: CaseVoice) -> AlertRevision | None:
    """Return what a feed's newest word would become, if it led."""
    return session.scalar(
        select(AlertRevision)
        .join(PosterRecord, PosterRecord.id == AlertRevision.poster_id)
        .where(AlertRevision.alert_id == alert.id, AlertRevision.state == RevisionState.SPARE)
        .where(PosterRecord.voice_id == voice.id, PosterRecord.sealed_payload.is_not(None))
        .order_by(AlertRevision.number.desc())
        .limit(1)
    )


def take_over(
    session: Session, case: CaseRecord, alert: Alert, voices: Sequence[CaseVoice], now: datetime
) -> bool:
    """Let the first of the others lead that may; False if none may by itself."""
    for voice in voices:
        spare = spare_of(session, alert, voice)
        if spare is None or spare.expires_at <= now:
            continue
        if alert.status is Status.HELD:
            _wait_for_desk(session, case, alert, voice, spare, now)
            return True
        if not spare.held_reasons and spare.area_id is not None:
            _go_on(session, alert, spare, now)
            return True
    return False


def go_apart(
    session: Session,
    vault: Vault,
    case: CaseRecord,
    alert: Alert,
    voices: Sequence[CaseVoice],
    now: datetime,
) -> Alert | None:
    """Give the feeds that go on speaking a case of their own, held for the desk.

    None: nothing of what they say is left, or its time has run out.
    """
    spares = [(voice, spare_of(session, alert, voice)) for voice in voices]
    living = [(voice, spare) for voice, spare in spares if spare and spare.expires_at > now]
    if not living:
        return None
    first = living[0][0]
    for voice, _ in living:  # a name that both have is the going-on feed's from now on
        if voice.lookup == case.lookup:
            case.lookup = retired_name(vault, case, case.lookup)
            session.flush()
    anew = CaseRecord(
        feed_id=first.feed_id, lookup=first.lookup, key_id=vault.new_key(), opened_at=now
    )
    session.add(anew)
    session.flush()
    move_aliases(session, case, anew)
    return _open_held(session, vault, anew, alert, living, now)


def _open_held(
    session: Session,
    vault: Vault,
    case: CaseRecord,
    old: Alert,
    living: Sequence[tuple[CaseVoice, AlertRevision]],
    now: datetime,
) -> Alert | None:
    told = living[0][1]
    alert = Alert(
        public_id=uuid7(),
        case=case,
        feed_id=case.feed_id,
        status=Status.HELD,
        tier=told.tier,
        exercise=old.exercise,
        country=told.country,
        time_zone=told.time_zone,
        live_revision=0,
        received_at=now,
        expires_at=told.expires_at,
    )
    session.add(alert)
    for number, (voice, spare) in enumerate(living, 1):
        poster = move_voice(session, vault, voice, case, now)
        if poster is not None:
            state = RevisionState.HELD if number == 1 else RevisionState.SPARE
            alert.revisions.append(copy_of(spare, poster, number, state, now))
    said = warning(
        "lead_withdrew",
        "",
        f"The feed that led alert {old.public_id} withdrew, and it ended; this one still carries "
        "the case. Ask whether the child is still missing before it is told anew.",
    )
    alert.revisions[0].held_reasons = [*alert.revisions[0].held_reasons, *as_json([said])]
    session.flush()
    notify_desk(session, said.code, said.message, now, feed_id=case.feed_id, alert_id=alert.id)
    return alert


def _go_on(session: Session, alert: Alert, spare: AlertRevision, now: datetime) -> None:
    """Make a spare word the one that people are told; who was told hears of the change."""
    revision = copy_of(spare, spare.poster, next_number(session, alert.id), RevisionState.HELD, now)
    revision.expires_at = min(alert.expires_at, spare.expires_at)
    revision.area = spare.area
    keep_correction(session, alert, revision)
    alert.revisions.append(revision)
    go_live(session, alert, revision, now, actor="system")
    feed = session.get_one(Feed, alert.feed_id)
    message = (
        f"The feed that led withdrew; {feed.slug} says that the child is still missing and leads "
        "now. Nobody was told that it is over. If the child was found, one person may end it."
    )
    notify_desk(session, "lead_changed", message, now, feed_id=feed.id, alert_id=alert.id)


def _wait_for_desk(
    session: Session,
    case: CaseRecord,
    alert: Alert,
    voice: CaseVoice,
    spare: AlertRevision,
    now: datetime,
) -> None:
    number = next_number(session, alert.id)
    revision = copy_of(spare, spare.poster, number, RevisionState.HELD, now)
    alert.revisions.append(revision)
    hand_over(session, case, alert, voice)
    alert.tier, alert.expires_at = revision.tier, revision.expires_at
    alert.country, alert.time_zone = revision.country, revision.time_zone

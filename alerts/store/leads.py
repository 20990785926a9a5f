"""Which feed leads a case: whose word are people told?

A case's `feed_id` and `lookup` are those of the voice that leads it. It leads from the moment when
its revision goes live; until somebody is told, it is the feed that brought the case.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.store.alerts import Alert, AlertRevision
from alerts.store.cases import (
    CaseRecord,
    PosterRecord,
    newest_of_voice,
    open_poster,
    seal_poster,
)
from alerts.store.vault import Vault
from alerts.store.voices import (
    CaseVoice,
    Likeness,
    linked_cases,
    voice_named,
    voices_of,
)


def add_voice(
    session: Session, case: CaseRecord, feed_id: int, lookup: bytes, now: datetime
) -> CaseVoice:
    """Let a feed speak of a case; a name that it had for another case means this one now."""
    voice = voice_named(session, feed_id, lookup)
    if voice is None:
        voice = CaseVoice(feed_id=feed_id, lookup=lookup)
        session.add(voice)
    voice.case_id, voice.heard_at = case.id, now
    voice.ended_at = voice.end_reason = None
    return voice


def lead_voice(session: Session, case: CaseRecord) -> CaseVoice:
    """Return the voice that leads; a case from before voices were kept gets its first one."""
    voice = voice_named(session, case.feed_id, case.lookup)
    if voice is not None and voice.case_id == case.id:
        return voice
    voice = add_voice(session, case, case.feed_id, case.lookup, case.opened_at)
    session.flush()
    session.execute(
        update(PosterRecord)
        .where(PosterRecord.case_id == case.id, PosterRecord.voice_id.is_(None))
        .values(voice_id=voice.id)
    )
    return voice


def give_free(session: Session, vault: Vault, case: CaseRecord, lookup: bytes) -> None:
    """Give a name of an ended case free, so that another case may have it."""
    retired = retired_name(vault, case, lookup)
    if case.lookup == lookup:
        case.lookup = retired
    for voice in voices_of(session, case.id):
        if voice.lookup == lookup:
            voice.lookup = retired
    session.flush()


def retired_name(vault: Vault, case: CaseRecord, lookup: bytes) -> bytes:
    """Return the name that nobody uses, under which a case is kept that gave its name away."""
    return vault.lookup_bytes("retired", lookup + str(case.public_id).encode())


def move_voice(
    session: Session, vault: Vault, voice: CaseVoice, case: CaseRecord, now: datetime
) -> PosterRecord | None:
    """Let a voice speak of another case from now on; return what it says, under that case's key.

    None: what it said was blanked.
    """
    old = session.get_one(CaseRecord, voice.case_id)
    said = newest_of_voice(session, old.id, voice.id)
    poster = open_poster(vault, old.key_id, said) if said else None
    voice.case_id = case.id
    if said is None or poster is None:
        return None
    moved = PosterRecord(
        case=case,
        voice_id=voice.id,
        digest=said.digest,
        modified_at=said.modified_at,
        received_at=now,
        sealed_payload=seal_poster(vault, case, poster),
    )
    session.add(moved)
    session.flush()
    return moved


def let_lead(session: Session, alert: Alert, revision: AlertRevision) -> None:
    """Let the feed lead whose word a revision is."""
    poster = revision.poster  # of a new alert neither has an id yet
    voice = session.get(CaseVoice, poster.voice_id) if poster.voice_id else poster.voice
    if voice is None:
        return
    case = session.get_one(CaseRecord, voice.case_id)
    hand_over(session, case, alert, voice)


def hand_over(session: Session, case: CaseRecord, alert: Alert, voice: CaseVoice) -> None:
    """Let a voice lead its case."""
    if (case.feed_id, case.lookup) != (voice.feed_id, voice.lookup):
        lead_voice(session, case)  # so that who led until now is heard on
        case.feed_id, case.lookup = voice.feed_id, voice.lookup
    alert.feed_id = voice.feed_id


def alerts_of_same_child(session: Session, alert_id: int) -> Sequence[int]:
    """Return the row ids of the other alerts that the desk said are of the same child."""
    case_id = session.scalar(select(Alert.case_id).where(Alert.id == alert_id))
    linked = linked_cases(session, case_id, Likeness.SAME) if case_id else set()
    if not linked:
        return ()
    return session.scalars(select(Alert.id).where(Alert.case_id.in_(linked))).all()


def speaking(session: Session, case: CaseRecord) -> list[CaseVoice]:
    """Return the voices that say that a child is missing, who leads first, then who spoke last."""
    lead = lead_voice(session, case)
    others = session.scalars(
        select(CaseVoice)
        .where(CaseVoice.case_id == case.id, CaseVoice.id != lead.id)
        .where(CaseVoice.ended_at.is_(None))
        .order_by(CaseVoice.heard_at.desc(), CaseVoice.id)
    )
    return [*([] if lead.ended_at else [lead]), *others]

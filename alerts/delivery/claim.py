"""Takes a batch for sending: leases it, looks again who still should hear it, writes the message.

DOMAIN rule 11, at send: the alert is still active, not expired, the device still subscribed, the
neighborhood still in the area. What fails a check gets its final outcome here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from alerts.alert import Status, WaveKind
from alerts.audience.asleep import hold_asleep
from alerts.audience.index import AudienceIndex
from alerts.audience.plan import is_only_listed
from alerts.audience.told import FIRST_TELLING, TELLING
from alerts.audience.wholly_sent import note_if_sent
from alerts.delivery.compose import END_TTL, ENDS, Composer
from alerts.errors import Refused, Sealed
from alerts.push import Outcome, PushMessage, PushTarget
from alerts.store.alerts import Alert, revision
from alerts.store.batches import claim, close
from alerts.store.devices import addresses
from alerts.store.engine import Store
from alerts.store.subscribers import changes_since, newest_change
from alerts.store.waves import Batch, BatchState, Ids, Outcomes, Wave, pack_ids

log = structlog.get_logger()

RETRIED = (Outcome.PENDING, Outcome.IN_FLIGHT)
CHANGES_LOOKED_AT = 100_000


FOLLOWS_UP = (WaveKind.UPDATE, WaveKind.CORRECTION)


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A batch in our hands, checked as of `claimed_at`."""

    batch_id: int
    claimed_at: datetime
    alert_id: int
    wave_id: int
    owner: UUID
    channel: str
    kind: WaveKind
    attempts: int
    message: PushMessage
    targets: tuple[PushTarget, ...]
    outcomes: Outcomes  # of the whole batch, changed in place
    places: NDArray[np.intp]  # of the targets in the batch
    reasons: Mapping[str, int] | None  # of earlier tries: why devices failed for good
    repeats: int  # of earlier tries
    received_at: datetime  # of the document
    is_first_push: bool  # nobody was pushed of this alert before

    @property
    def is_end(self) -> bool:
        """It tells the end: sent although the alert isn't active."""
        return self.kind in ENDS

    @property
    def follows_up(self) -> bool:
        """It tells those anew who were told: nothing older of the alert may come behind it."""
        return self.kind in FOLLOWS_UP


def claim_batch(
    store: Store,
    index: AudienceIndex,
    composer: Composer,
    batch_id: int,
    now: datetime,
    lease: timedelta,
) -> Claimed | None:
    """Lease a batch and prepare it; None if there is nothing (left) to send."""
    with store.begin() as session:
        owner = claim(session, batch_id, now, now + lease)
        if owner is None:
            return None
        batch = session.get_one(Batch, batch_id)
        wave = session.get_one(Wave, batch.wave_id)
        alert = session.get_one(Alert, wave.alert_id)
        if _comes_too_late(session, batch, wave, alert, now):
            return None
        if hold_asleep(session, alert, wave, batch, now):
            return None
        outcomes = batch.outcome_array()
        found = _addresses(session, batch, outcomes)
        _drop_moved_away(session, index, batch, wave, alert, outcomes)
        places = np.flatnonzero(np.isin(outcomes, RETRIED))
        batch.outcomes = outcomes.tobytes()
        if not len(places):
            _done(batch, now)
            note_if_sent(session, batch_id, now)
            return None
        message = _message(session, composer, wave, batch, now)
        if message is None:
            return None
        return Claimed(
            batch_id=batch.id,
            claimed_at=now,
            alert_id=alert.id,
            wave_id=wave.id,
            owner=owner,
            channel=batch.channel,
            kind=wave.kind,
            attempts=batch.attempts,
            message=message,
            targets=tuple(found[device] for device in batch.devices()[places].tolist()),
            outcomes=outcomes,
            places=places,
            reasons=batch.reasons,
            repeats=batch.repeats,
            received_at=alert.received_at,
            is_first_push=alert.first_push_at is None and wave.kind not in ENDS,
        )


def check_again(
    store: Store, index: AudienceIndex, claimed: Claimed, start: int, now: datetime
) -> Claimed:
    """Look again who of a batch in hand still should hear it, from its target `start` on.

    Whose outcome changes has it in `claimed.outcomes`, to be written with the next chunk.
    """
    outcomes, rest = claimed.outcomes, claimed.places[start:]
    with store.begin() as session:
        batch = session.get_one(Batch, claimed.batch_id)
        wave = session.get_one(Wave, batch.wave_id)
        found = _addresses(session, batch, outcomes)
        _drop_moved_away(
            session, index, batch, wave, session.get_one(Alert, wave.alert_id), outcomes
        )
    places = rest[np.isin(outcomes[rest], RETRIED)]
    targets = tuple(found[device] for device in batch.devices()[places].tolist())
    return replace(claimed, claimed_at=now, places=places, targets=targets)


def _comes_too_late(
    session: Session, batch: Batch, wave: Wave, alert: Alert, now: datetime
) -> bool:
    """Close a batch that nobody may hear any more, or that no phone would show."""
    if wave.kind in TELLING and not _may_be_told(alert, now):
        _over(batch, now)
        return True
    if wave.kind in ENDS and _is_long_over(alert, now):
        _give_up(batch, now)
        return True
    if _is_only_listed(session, batch, wave, alert):
        _over(batch, now)
        note_if_sent(session, batch.id, now)
        return True
    return False


def _is_only_listed(session: Session, batch: Batch, wave: Wave, alert: Alert) -> bool:
    """Say whether it isn't pushed any more; a revision that this wave was made for is."""
    if batch.silent or (wave.kind in FIRST_TELLING and wave.revision == alert.live_revision):
        return False
    return is_only_listed(session, alert, wave.kind)


def _message(
    session: Session, composer: Composer, wave: Wave, batch: Batch, now: datetime
) -> PushMessage | None:
    """Write the message; a batch for which there can be none is closed or parked."""
    try:
        return composer.compose(session, wave, batch, now)
    except Sealed:
        _over(batch, now)
    except Refused as bug:
        _park(batch, str(bug))
    return None


def _may_be_told(alert: Alert, now: datetime) -> bool:
    return alert.status is Status.ACTIVE and alert.expires_at > now


def _over(batch: Batch, now: datetime) -> None:
    batch.attempts -= 1  # this claim tried nothing
    close(batch, now)


def _is_long_over(alert: Alert, now: datetime) -> bool:
    """No phone shows it any more: the push service would have dropped the word of it, too."""
    return alert.ended_at is not None and now - alert.ended_at > END_TTL


def _give_up(batch: Batch, now: datetime) -> None:
    outcomes = batch.outcome_array()
    outcomes[outcomes == Outcome.PENDING] = Outcome.GAVE_UP
    batch.outcomes = outcomes.tobytes()
    close(batch, now)


def _done(batch: Batch, now: datetime) -> None:
    batch.state, batch.done_at = BatchState.DONE, now
    batch.lease_owner = batch.lease_until = None


def _park(batch: Batch, why: str) -> None:
    """Set a batch aside whose message can't be written: a person must look, nothing is lost."""
    batch.state, batch.last_error = BatchState.PARKED, why[:200]
    batch.lease_owner = batch.lease_until = None
    log.error("batch_parked", batch=batch.id, why=why)


def _addresses(session: Session, batch: Batch, outcomes: Outcomes) -> dict[int, PushTarget]:
    """Return the devices still to be sent to, by id; those that left get their outcome."""
    waiting = np.isin(outcomes, RETRIED)
    rows = addresses(session, batch.channel, batch.devices()[waiting].tolist())
    found = {row[0]: PushTarget(*row) for row in rows}
    left = waiting & ~np.isin(batch.devices(), np.fromiter(found, np.int64, len(found)))
    outcomes[left & (outcomes == Outcome.PENDING)] = Outcome.UNSUBSCRIBED
    outcomes[left & (outcomes == Outcome.IN_FLIGHT)] = Outcome.UNKNOWN  # it may show the alert
    return found


def _drop_moved_away(
    session: Session,
    index: AudienceIndex,
    batch: Batch,
    wave: Wave,
    alert: Alert,
    outcomes: Outcomes,
) -> None:
    """Leave out who no longer has a neighborhood in the area, if anything changed since.

    Who is in it by another one than when the wave was made is told by that one.
    """
    if wave.kind not in FIRST_TELLING:
        return
    doubtful = _doubtful(session, batch, wave, alert)
    if not doubtful.any():
        return
    live = revision(session, alert.id, alert.live_revision)
    if live.area is None:
        return
    index.refresh(session)
    found = index.reach(session, live.area.shape, np.unique(batch.people()[doubtful]))
    inside = np.isin(batch.people(), found.subscriber_ids)
    gone = doubtful & ~inside & (outcomes == Outcome.PENDING)
    outcomes[gone] = Outcome.MOVED_AWAY
    people, lowest = np.unique(found.subscriber_ids, return_index=True)
    stays = doubtful & inside & (outcomes == Outcome.PENDING)
    by = batch.neighborhoods()
    by[stays] = found.neighborhood_ids[lowest[np.searchsorted(people, batch.people()[stays])]]
    batch.neighborhood_ids = pack_ids(by)


def _doubtful(
    session: Session, batch: Batch, wave: Wave, alert: Alert
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    people: Ids = batch.people()
    if alert.live_revision != wave.revision:
        return np.ones(len(people), bool)
    if newest_change(session) == wave.change_seq:
        return np.zeros(len(people), bool)
    changed = changes_since(session, wave.change_seq, CHANGES_LOOKED_AT)
    if len(changed) == CHANGES_LOOKED_AT:  # there may be more: look at everybody
        return np.ones(len(people), bool)
    return np.isin(people, [c.subscriber_id for c in changed])

"""An alert is less urgent than it was said to be: who wasn't told yet is told as that tier is.

What waits was made for the higher tier, amber mostly, which breaks through quiet hours and knows no
weekly cap. Nobody is woken any more by what turned out not to be amber. Whom it has reached gets
the correction (`tell_again`), as loud as the mistake.
"""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from alerts.alert import Tier, WaveKind
from alerts.audience.ids import Ids, distinct, no_ids
from alerts.audience.make_wave import WavePolicy
from alerts.audience.quiet import Nights
from alerts.audience.told import FIRST_TELLING, WEEK, pushes_since
from alerts.audience.waiting import Owner, hold_by_night, owners_of, waiting_batches
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.batches import close
from alerts.store.waves import PRIORITY_OTHER, Batch, Wave


def hold_again(session: Session, alert: Alert, now: datetime, policy: WavePolicy) -> None:
    """Set the times of what waits of an alert anew, and leave out who has had their week's pushes.

    A correction that waits is left as it is: it is as loud as its mistake.
    """
    nights, pushed = Nights(alert.tier, now), pushes_since(session, now - WEEK, but=alert.id)
    over: dict[int, list[Ids]] = {}
    for wave, batch in waiting_batches(session, alert, (*FIRST_TELLING, WaveKind.UPDATE), now):
        if alert.tier is Tier.LONG_TERM:  # it is listed; nobody is pushed
            close(batch, now)
            continue
        batch.priority = PRIORITY_OTHER
        owners = owners_of(session, batch)
        if wave.kind in FIRST_TELLING:
            full = _full_weeks(owners, pushed, policy.weekly_cap)
            over.setdefault(wave.id, []).append(_leave_out(batch, full))
        if batch.attempts == 0:
            hold_by_night(session, batch, owners, nights, now)
    for wave_id, people in over.items():
        session.get_one(Wave, wave_id).capped += len(distinct(np.concatenate(people)))
    session.flush()


def _full_weeks(people: Iterable[Owner], pushed: tuple[Ids, Ids], weekly_cap: int) -> Ids:
    """Return who of these had as many pushes this week as they want."""
    pushes = dict(zip(*(column.tolist() for column in pushed), strict=True))
    caps = {p.id: weekly_cap if p.weekly_cap is None else p.weekly_cap for p in people}
    full = [person for person, cap in caps.items() if pushes.get(person, 0) >= cap]
    return np.array(full, np.int64)


def _leave_out(batch: Batch, people: Ids) -> Ids:
    """Note that these had their pushes of the week; return whom that kept from being told."""
    outcomes = batch.outcome_array()
    left_out = np.isin(batch.people(), people) & (outcomes == Outcome.PENDING)
    if not left_out.any():
        return no_ids()
    outcomes[left_out] = Outcome.CAPPED
    batch.outcomes = outcomes.tobytes()
    kept_out: Ids = batch.people()[left_out]
    return kept_out

"""Which share of the phones that were sent to say that they showed it? The end-to-end measure.

A push service that takes everything and delivers nothing is seen here and nowhere else.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.audience.told import TELLING
from alerts.delivery.progress.count import Counting
from alerts.store.receipts import SHOWN, count_receipts
from alerts.store.waves import Wave

LOOKED_BACK = timedelta(days=7)


def confirmed_shares(session: Session, counting: Counting, now: datetime) -> Mapping[str, float]:
    """Return channel → share of the devices it took that confirmed, 0 to 1.

    Of the loud waves of the last seven days that told of a case; a channel that sent none isn't
    named.
    """
    rows = session.execute(
        select(Wave.id, Wave.devices).where(
            Wave.made_at > now - LOOKED_BACK, Wave.kind.in_(TELLING), Wave.silent.is_(False)
        )
    )
    sizes = {row.id: row.devices for row in rows}
    sent: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for part in chain.from_iterable(counting.count(session, sizes, now).values()):
        sent.update({channel: counts.sent for channel, counts in part.channels.items()})
    for of_wave in count_receipts(session, sizes).values():
        for (channel, event), devices in of_wave.items():
            shown[channel] += devices if event == SHOWN else 0
    return {channel: min(1.0, shown[channel] / of) for channel, of in sorted(sent.items()) if of}

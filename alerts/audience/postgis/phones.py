"""Which of these devices can be reached, and how? Grouped in the database, ids in one piece."""

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.audience.index import Ids, Phones, Said, no_ids
from alerts.audience.postgis.shipped import as_array, as_ids

_PHONES = text("""
    SELECT device.channel, subscriber.language,
           nullif(subscriber.quiet_hours, 'null'::jsonb)::text AS quiet_hours,
           string_agg(int8send(device.id), ''::bytea ORDER BY device.id) AS ids,
           string_agg(int8send(subscriber.id), ''::bytea ORDER BY device.id) AS owners
    FROM device JOIN subscriber ON subscriber.id = device.subscriber_id
    WHERE device.ended_at IS NULL AND device.id = ANY(CAST(:ids AS bigint[]))
    GROUP BY 1, 2, 3
""")


def phones_of(session: Session, device_ids: Ids) -> Phones:
    """Return those of these devices that can be reached."""
    rows = session.execute(_PHONES, {"ids": as_array(device_ids)}).all()
    ids = [as_ids(row.ids) for row in rows]
    together = np.concatenate([no_ids(), *ids])
    order = np.argsort(together)
    owners = np.concatenate([no_ids(), *(as_ids(row.owners) for row in rows)])
    said_of = np.repeat(np.arange(len(rows)), [len(one) for one in ids])
    return Phones(
        device_ids=together[order],
        subscriber_ids=owners[order],
        said_of=said_of[order],
        said=[Said(row.channel, row.language, row.quiet_hours) for row in rows],
    )

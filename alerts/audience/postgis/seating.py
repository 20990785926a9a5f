"""Who gets the first telling, by which devices, and when? Decided and written in the database.

What matches, then its devices, go into temporary tables; Python sees which kinds of seats there are
(quiet hours, channel, language, over the cap or not: a handful, or some hundreds) and says in which
order, and when, each goes out. Then one INSERT packs the batches.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.audience.index import Ids, MakeWave, Seated, Terms
from alerts.audience.postgis.shipped import as_array
from alerts.audience.postgis.touching import AREA, touching, touching_few
from alerts.audience.quiet import Nights
from alerts.audience.seats import Row, first_turns
from alerts.push import Outcome
from alerts.store.waves import BatchState, Wave
from geo.parts import Shape

# A step of its own: the exact test costs so much in the planner's eyes that beside it everything
# else looks alike, and the joins of a million people would be planned by chance.
_MATCHED = """
CREATE TEMPORARY TABLE porchlight_matched ON COMMIT DROP AS
SELECT id, subscriber_id FROM neighborhood WHERE {among} {touching}
"""
_COUNTED = text("ANALYZE porchlight_matched")
_SEATS = """
CREATE TEMPORARY TABLE porchlight_seat ON COMMIT DROP AS
WITH matched AS (
    SELECT subscriber_id, min(id) AS neighborhood_id FROM porchlight_matched GROUP BY subscriber_id
)
SELECT
    device.id AS device_id,
    subscriber.id AS subscriber_id,
    matched.neighborhood_id,
    device.channel,
    subscriber.language,
    coalesce(subscriber.quiet_hours::text, '') AS quiet_hours,
    :has_cap AND coalesce(pushed.times, 0) >= coalesce(subscriber.weekly_cap, :weekly_cap) AS capped
FROM matched
JOIN subscriber ON subscriber.id = matched.subscriber_id {testers}
JOIN device ON device.subscriber_id = subscriber.id AND device.ended_at IS NULL
LEFT JOIN unnest(CAST(:pushed AS bigint[]), CAST(:pushes AS bigint[])) AS pushed(id, times)
    ON pushed.id = subscriber.id
WHERE NOT EXISTS (
    SELECT FROM unnest(CAST(:left_out AS bigint[])) AS gone(id) WHERE gone.id = subscriber.id
)
"""
_AMONG = "subscriber_id = ANY(CAST(:among AS bigint[])) AND"
_KINDS = text(
    "SELECT quiet_hours, channel, language, capped, count(*) AS devices FROM porchlight_seat"
    " GROUP BY quiet_hours, channel, language, capped"
)
_PEOPLE = text(
    "SELECT count(DISTINCT subscriber_id) AS people,"
    " count(DISTINCT subscriber_id) FILTER (WHERE capped) AS capped FROM porchlight_seat"
)
# All ids of a row are packed in one piece, in order, and cut: a million in half a second.
_BATCHES = text("""
INSERT INTO batch (
    wave_id, channel, language, priority, turn, silent, size, device_ids, subscriber_ids,
    neighborhood_ids, outcomes, state, not_before, attempts, done_at
)
WITH kind AS (
    SELECT * FROM unnest(
        CAST(:quiet_hours AS text[]), CAST(:kind_channels AS text[]),
        CAST(:kind_languages AS text[]), CAST(:kind_capped AS bool[]), CAST(:places AS int[])
    ) AS kind(quiet_hours, channel, language, capped, place)
), line AS (
    SELECT * FROM unnest(
        CAST(:times AS timestamptz[]), CAST(:channels AS text[]),
        CAST(:languages AS text[]), CAST(:capped AS bool[]), CAST(:turns AS int[])
    ) WITH ORDINALITY AS line(not_before, channel, language, capped, turn, place)
), placed AS (
    SELECT place, device_id, subscriber_id, neighborhood_id
    FROM porchlight_seat JOIN kind USING (quiet_hours, channel, language, capped)
    ORDER BY place, device_id
), packed AS (
    SELECT place, count(*)::int AS size,
        string_agg(int8send(device_id), ''::bytea) AS device_ids,
        string_agg(int8send(subscriber_id), ''::bytea) AS subscriber_ids,
        string_agg(int8send(neighborhood_id), ''::bytea) AS neighborhood_ids
    FROM placed GROUP BY place
), part AS (
    SELECT place, first, least(:batch_size, packed.size - first) AS size,
        substring(device_ids FROM 8 * first + 1 FOR 8 * :batch_size) AS device_ids,
        substring(subscriber_ids FROM 8 * first + 1 FOR 8 * :batch_size) AS subscriber_ids,
        substring(neighborhood_ids FROM 8 * first + 1 FOR 8 * :batch_size) AS neighborhood_ids
    FROM packed, generate_series(0, packed.size - 1, :batch_size) AS first
)
SELECT
    :wave_id, channel, language, :priority, turn + first / CAST(:batch_size AS int), :silent, size,
    device_ids, subscriber_ids, neighborhood_ids,
    decode(repeat(CASE WHEN capped THEN :capped_hex ELSE :pending_hex END, size), 'hex'),
    CASE WHEN capped THEN :done ELSE :ready END,
    not_before, 0, CASE WHEN capped THEN CAST(:now AS timestamptz) END
FROM part JOIN line USING (place)
ORDER BY place, first
""")
# Batches are 12 kB: PostgreSQL's older way to compress them takes two thirds of the whole time.
_PACK_FAST = text(
    "SELECT set_config('default_toast_compression', 'lz4', true) FROM pg_settings"
    " WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)"
)
_LEAVE = text(
    "DROP TABLE porchlight_matched, porchlight_seat"
)  # another wave of this transaction makes its own


@dataclass(frozen=True, kw_only=True)
class _Order:
    """The kinds of seats that there are, and which row of batches each of them goes into."""

    kinds: Sequence[Any]
    rows: Sequence[Row]  # sorted
    places: Sequence[int]  # of each kind, from 1

    @property
    def devices(self) -> int:
        """Of all kinds."""
        return sum(kind.devices for kind in self.kinds)

    def sizes(self) -> Sequence[int]:
        """Count the devices of each row."""
        counted = Counter[int]()
        for place, kind in zip(self.places, self.kinds, strict=True):
            counted[place] += kind.devices
        return [counted[place] for place in range(1, len(self.rows) + 1)]


Values: TypeAlias = dict[str, object]


def seat(
    session: Session, area: Shape, terms: Terms, make_wave: MakeWave, batch_size: int
) -> Wave | None:
    """Write the batches of a first telling, in a transaction that is planned well."""
    _match(session, area, terms.among)
    _take_seats(session, terms)
    order = _ordered(session, terms)
    wave = None
    if order.devices:
        found = session.execute(_PEOPLE).one()
        seated = Seated(people=found.people, devices=order.devices, capped=found.capped)
        wave = make_wave(seated)
        session.execute(_PACK_FAST)
        session.execute(_BATCHES, _values(order, wave, terms.now, batch_size))
    session.execute(_LEAVE)
    return wave


def _match(session: Session, area: Shape, among: Ids | None) -> None:
    condition = touching(area) if among is None else touching_few(area)
    statement = _MATCHED.format(among="" if among is None else _AMONG, touching=condition.sql)
    values: Values = {AREA: condition.wkb}
    if among is not None:
        values["among"] = as_array(among)
    session.execute(text(statement), values)
    session.execute(_COUNTED)


def _take_seats(session: Session, terms: Terms) -> None:
    testers = "AND subscriber.tester" if terms.testers_only else ""
    values: Values = {
        "has_cap": terms.tier is not Tier.AMBER,
        "weekly_cap": terms.weekly_cap,
        "pushed": as_array(terms.pushed),
        "pushes": as_array(terms.pushes),
        "left_out": as_array(terms.left_out),
    }
    session.execute(text(_SEATS.format(testers=testers)), values)


def _ordered(session: Session, terms: Terms) -> _Order:
    nights = Nights(terms.tier, terms.now)
    kinds = session.execute(_KINDS).all()
    rows = [
        Row(
            not_before=nights.release(json.loads(kind.quiet_hours) if kind.quiet_hours else None),
            channel=kind.channel,
            language=kind.language,
            capped=kind.capped,
            hushed=False,
        )
        for kind in kinds
    ]
    ordered = sorted(set(rows))
    place_of = {row: place for place, row in enumerate(ordered, 1)}
    return _Order(kinds=kinds, rows=ordered, places=[place_of[row] for row in rows])


def _values(order: _Order, wave: Wave, now: datetime, batch_size: int) -> Values:
    return {
        "quiet_hours": [kind.quiet_hours for kind in order.kinds],
        "kind_channels": [kind.channel for kind in order.kinds],
        "kind_languages": [kind.language for kind in order.kinds],
        "kind_capped": [kind.capped for kind in order.kinds],
        "places": order.places,
        "times": [row.not_before for row in order.rows],
        "channels": [row.channel for row in order.rows],
        "languages": [row.language for row in order.rows],
        "capped": [row.capped for row in order.rows],
        "turns": first_turns(order.rows, order.sizes(), batch_size),
        "batch_size": batch_size,
        "wave_id": wave.id,
        "priority": wave.priority,
        "silent": wave.silent,
        "capped_hex": f"{Outcome.CAPPED:02x}",
        "pending_hex": f"{Outcome.PENDING:02x}",
        "done": BatchState.DONE.value,
        "ready": BatchState.READY.value,
        "now": now,
    }

"""How many are these? The figures of an area, counted in the database."""

import json
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.audience.index import CountyCount, DeviceCount, Figures, Question, most_first
from alerts.audience.postgis.shipped import as_array, sorted_ids
from alerts.audience.postgis.touching import AREA, touching
from alerts.audience.quiet import Nights
from geo.parts import Shape

# One statement sees one state, also in a transaction that sees newer ones with each.
_FIGURES = """
WITH matched AS MATERIALIZED (
    SELECT id, subscriber_id, nullif(county, '') AS county FROM neighborhood WHERE {touching}
), people AS MATERIALIZED (
    SELECT id, language, quiet_hours FROM subscriber
    WHERE id IN (SELECT subscriber_id FROM matched) {testers}
), devices AS (
    SELECT device.channel, people.language, count(*) AS devices
    FROM people JOIN device ON device.subscriber_id = people.id AND device.ended_at IS NULL
    GROUP BY device.channel, people.language
), hours AS (
    SELECT quiet_hours, count(*) AS people FROM people GROUP BY quiet_hours
), counties AS (
    SELECT county, count(*) AS neighborhoods, count(DISTINCT subscriber_id) AS subscribers
    FROM {kept} GROUP BY county
)
SELECT
    (SELECT string_agg(int8send(matched.id), ''::bytea) FROM {kept}) AS ids,
    (SELECT count(*) FROM people) AS subscribers,
    (SELECT count(*) FROM people JOIN unnest(CAST(:told AS bigint[])) AS told(id) USING (id))
        AS already_told,
    (SELECT json_agg(line) FROM devices AS line)::text AS devices,
    (SELECT json_agg(line) FROM hours AS line)::text AS hours,
    (SELECT json_agg(line) FROM counties AS line)::text AS counties
"""
_ALL = {"testers": "", "kept": "matched"}
_TESTERS = {
    "testers": "AND tester",
    "kept": "matched JOIN people ON people.id = matched.subscriber_id",
}


def figures_of(session: Session, area: Shape, asked: Question) -> Figures:
    """Count whom an area touches."""
    condition = touching(area)
    whom = _TESTERS if asked.testers_only else _ALL
    statement = text(_FIGURES.format(touching=condition.sql, **whom))
    found = session.execute(statement, {AREA: condition.wkb, "told": as_array(asked.told)}).one()
    return Figures(
        neighborhood_ids=sorted_ids(found.ids),
        subscribers=found.subscribers,
        devices=_devices(found.devices),
        in_quiet_hours=_in_quiet_hours(found.hours, asked),
        already_told=found.already_told,
        counties=_counties(found.counties),
    )


def _rows(said: str | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(said) if said else []
    return rows


def _devices(said: str | None) -> tuple[DeviceCount, ...]:
    counts = [DeviceCount(**row) for row in _rows(said)]
    return tuple(sorted(counts, key=lambda count: (count.channel, count.language)))


def _in_quiet_hours(said: str | None, asked: Question) -> int:
    nights = Nights(asked.tier, asked.now)
    return sum(
        row["people"] for row in _rows(said) if nights.release(row["quiet_hours"]) > asked.now
    )


def _counties(said: str | None) -> tuple[CountyCount, ...]:
    return most_first(CountyCount(**row) for row in _rows(said))

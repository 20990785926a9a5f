"""Do both audience indexes make the waves that looking at everybody makes, batch by batch?

As `test_index_contract`: on SQLite with the columns and on PostgreSQL with PostGIS, on the same
examples, compared with `PlainIndex` on the same rows.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Tier, WaveKind
from alerts.audience.index import AudienceIndex, MakeWave, Seated, Terms, no_ids
from alerts.store.engine import Store
from alerts.store.subscribers import Channel
from alerts.store.waves import Batch, Wave
from geo.parts import Shape
from tests.audience.grounds import ORIGINS, grounds, stored
from tests.audience.persons import (
    CHOICES,
    SLEEPS,
    Person,
    fresh,
    move_in,
    people_near,
    some_of,
    undone,
)
from tests.audience.plain_index import PlainIndex
from tests.audience.town import Town
from tests.fakes.clock import NOON

PLAIN = PlainIndex()
SAME_STORE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # each example is undone
TERMS = st.fixed_dictionaries(
    {
        "tier": st.sampled_from(list(Tier)[:3]),
        "testers_only": st.booleans(),
        "weekly_cap": st.integers(0, 3),
    }
)
COLUMNS = [
    column.name for column in Batch.__table__.columns if column.name not in {"id", "wave_id"}
]


def wave_maker(session: Session, alert_id: int, seen: list[Seated]) -> MakeWave:
    def make(seated: Seated) -> Wave:
        seen.append(seated)
        wave = Wave(
            alert_id=alert_id,
            revision=1,
            kind=WaveKind.ALERT,
            priority=2,
            silent=False,
            made_at=NOON,
            change_seq=0,
            people=seated.people,
            devices=seated.devices,
            capped=seated.capped,
        )
        session.add(wave)
        session.flush()
        return wave

    return make


def made(
    session: Session, index: AudienceIndex, alert_id: int, area: Shape, terms: Terms, size: int
) -> tuple[list[Seated], list[dict[str, Any]]]:
    """Have an index make a wave; return for how many, and its batches in order."""
    seen: list[Seated] = []
    wave = index.seat(session, area, terms, wave_maker(session, alert_id, seen), size)
    assert (wave is None) == (seen == [])
    rows = select(Batch.__table__).where(Batch.wave_id == (wave.id if wave else 0))
    batches = session.execute(rows.order_by(Batch.id)).mappings()
    return seen, [{name: batch[name] for name in COLUMNS} for batch in batches]


@pytest.fixture
def alert_id(town: Town) -> int:
    """An alert to make waves of."""
    return town.alert()


@given(
    people=st.lists(people_near(ORIGINS[0]), min_size=1, max_size=6),
    area=grounds(ORIGINS[0]),
    terms=TERMS,
    left_out=CHOICES,
    pushed=CHOICES,
    among=st.none() | CHOICES,
    batch_size=st.integers(1, 4),
)
@settings(max_examples=60, suppress_health_check=SAME_STORE)
def test_a_wave_is_the_one_that_looking_at_everybody_makes(
    store: Store,
    alert_id: int,
    people: list[Person],
    area: Shape,
    terms: dict[str, Any],
    left_out: list[bool],
    pushed: list[bool],
    among: list[bool] | None,
    batch_size: int,
) -> None:
    with undone(store) as session:
        ids = move_in(session, people)
        who = some_of(ids, pushed)
        is_amber = terms["tier"] is Tier.AMBER
        asked = Terms(
            now=NOON,
            left_out=some_of(ids, left_out),
            pushed=who[:0] if is_amber else who,
            pushes=np.arange(0 if is_amber else len(who), dtype=np.int64),
            among=None if among is None else some_of(ids, among),
            **terms,
        )
        found = made(session, fresh(session, store), alert_id, area, asked, batch_size)
        assert found == made(session, PLAIN, alert_id, area, asked, batch_size)


def test_a_wave_of_everybody_is_in_order_and_in_full_batches(store: Store, alert_id: int) -> None:
    home = stored(box(0, 0, 1, 1))
    people = [
        Person(
            homes=(home, home),
            language=("en", "EN", "es")[number % 3],
            quiet_hours=SLEEPS if number % 5 == 0 else None,
            phones=(Channel.FCM, Channel.WEBPUSH)[: 1 + number % 2],
            weekly_cap=0 if number % 7 == 0 else None,
        )
        for number in range(60)
    ]
    asked = Terms(
        tier=Tier.MISSING,
        now=NOON,
        testers_only=False,
        left_out=no_ids(),
        pushed=no_ids(),
        pushes=no_ids(),
        weekly_cap=3,
    )
    with undone(store) as session:
        ids = move_in(session, people)
        index = fresh(session, store)
        seen, batches = made(session, index, alert_id, home, asked, 4)
        assert (seen, batches) == made(session, PLAIN, alert_id, home, asked, 4)
        # a second wave in the same transaction, for those whom the first left out
        first = replace(asked, left_out=ids[1:])
        assert made(session, index, alert_id, home, first, 4)[0][0].people == 1
    assert seen == [Seated(people=60, devices=90, capped=9)]
    assert sum(batch["size"] for batch in batches) == 90
    assert {batch["size"] for batch in batches} <= {1, 2, 3, 4}

"""Do both audience indexes say what looking at every row says? In memory, and in PostGIS.

Each test runs on SQLite with the columns and on PostgreSQL with PostGIS, on the same examples, and
compares with `PlainIndex` on the same rows: so they agree with each other too, batch by batch.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.audience.index import AudienceIndex, Ids, Phones, Question
from alerts.audience.quiet import Nights
from alerts.store.engine import Store
from alerts.store.subscribers import Channel, Device, Neighborhood, Subscriber, newest_change
from geo.parts import Shape
from tests.audience.grounds import ORIGINS, grounds, ragged, stored
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
from tests.audience.town import CENTRE, FAR_AWAY, Town
from tests.fakes.clock import NOON

PLAIN = PlainIndex()
SAME_STORE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # each example is undone


def reached(
    index: AudienceIndex, session: Session, area: Shape, among: Ids | None = None
) -> list[tuple[int, int]]:
    found = index.reach(session, area, among)
    return list(zip(found.neighborhood_ids.tolist(), found.subscriber_ids.tolist(), strict=True))


class TestReach:
    @pytest.mark.parametrize("origin", ORIGINS)
    @given(data=st.data())
    @settings(max_examples=12, suppress_health_check=SAME_STORE)
    def test_it_finds_what_shapely_finds(
        self, store: Store, origin: tuple[float, float], data: st.DataObject
    ) -> None:
        homes = data.draw(st.lists(grounds(origin), min_size=1, max_size=12))
        areas = data.draw(st.lists(grounds(origin), min_size=4, max_size=4))
        with undone(store) as session:
            move_in(session, [Person(homes=(home,)) for home in homes])
            index = fresh(session, store)
            for area in areas:
                assert reached(index, session, area) == reached(PLAIN, session, area)

    AREAS = {  # noqa: RUF012 - read only
        "fine coast": stored(ragged((-88, 45), 15_000, 1.5, seed=1)),
        "thin corridor": stored(Polygon([(-91, 43), (-91, 43.01), (-85, 47.01), (-85, 47)])),
        "holed": stored(ragged((-88, 45), 800, 2, seed=2).difference(box(-89, 44.5, -87, 45.5))),
        "islands": stored(
            ragged((-90, 44), 300, 0.3, seed=3).union(ragged((-86, 46), 300, 0.4, seed=4))
        ),
        "everywhere": stored(box(-95, 40, -80, 50)),
        "small": stored(box(-88.09, 45, -88, 45.09)),
        "both sides of the seam": stored(box(170, 40, 190, 50).union(box(260, 40, 274, 45))),
    }

    @pytest.fixture
    def crowded(self, store: Store) -> Iterator[Session]:
        """A transaction that sees a thousand neighborhoods of all sizes."""
        chance = np.random.default_rng(7)
        places = chance.uniform((-91, 43), (-85, 47), (1000, 2))
        places[0] = -88.05, 45.05  # in the small area
        sizes, corners = 10 ** chance.uniform(-3, -0.7, 1000), chance.integers(3, 40, 1000)
        rows = [
            {
                "subscriber_id": 1,
                "name": "",
                "shape": stored(ragged(tuple(at), int(n), size, seed=n)),
                "drawn_at": NOON,
            }
            for at, size, n in zip(places.tolist(), sizes.tolist(), corners, strict=True)
        ]
        with undone(store) as session:
            session.add(Subscriber(id=1, token_hash=b"", joined_at=NOON))
            session.flush()
            session.execute(insert(Neighborhood), rows)
            yield session

    def test_it_finds_them_in_a_crowd(self, store: Store, crowded: Session) -> None:
        index = fresh(crowded, store)
        expected = {name: reached(PLAIN, crowded, area) for name, area in self.AREAS.items()}
        assert all(expected.values())
        for name, area in self.AREAS.items():
            assert reached(index, crowded, area) == expected[name], name
        if store.is_sqlite:
            return
        crowded.execute(text("SET LOCAL enable_seqscan = off"))  # by the index, as with more rows
        for name, area in self.AREAS.items():
            assert reached(index, crowded, area) == expected[name], name

    def test_among_some_it_finds_only_theirs(self, store: Store) -> None:
        near, far = stored(box(0, 0, 1, 1)), stored(box(5, 5, 6, 6))
        with undone(store) as session:
            ids = move_in(session, [Person(homes=(near,)), Person(homes=(far, near)), Person()])
            index = fresh(session, store)
            for among in (ids, ids[1:], ids[:0], np.array([ids[1], 10_000], np.int64)):
                expected = reached(PLAIN, session, near, among)
                assert reached(index, session, near, among) == expected
                assert len(expected) == len(set(among.tolist()) & set(ids[:2].tolist()))


QUESTIONS = st.fixed_dictionaries(
    {"tier": st.sampled_from(list(Tier)[:3]), "testers_only": st.booleans()}
)


@given(
    people=st.lists(people_near(ORIGINS[0]), min_size=1, max_size=6),
    area=grounds(ORIGINS[0]),
    asked=QUESTIONS,
    told=CHOICES,
)
@settings(max_examples=40, suppress_health_check=SAME_STORE)
def test_figures_are_what_counting_says(
    store: Store, people: list[Person], area: Shape, asked: dict[str, Any], told: list[bool]
) -> None:
    with undone(store) as session:
        ids = move_in(session, people)
        question = Question(now=NOON, told=some_of(ids, told), **asked)
        found = fresh(session, store).figures(session, area, question)
        expected = PLAIN.figures(session, area, question)
        assert found.neighborhood_ids.tolist() == expected.neighborhood_ids.tolist()
        for name in ("subscribers", "devices", "in_quiet_hours", "already_told", "counties"):
            assert getattr(found, name) == getattr(expected, name), name


def test_phones_are_those_that_can_be_reached(store: Store) -> None:
    people = [
        Person(phones=(Channel.FCM, Channel.WEBPUSH), ended=1, language="es"),
        Person(phones=(Channel.CONSOLE,), quiet_hours=SLEEPS),
        Person(phones=(Channel.FCM,), quiet_hours={}),
    ]
    with undone(store) as session:
        move_in(session, people)
        ids = np.array([*session.scalars(select(Device.id)), 10_000], np.int64)
        index = fresh(session, store)
        for asked in (ids, ids[::2], ids[:0]):
            found, expected = (one.phones(session, asked) for one in (index, PLAIN))
            assert found.device_ids.tolist() == expected.device_ids.tolist()
            assert found.subscriber_ids.tolist() == expected.subscriber_ids.tolist()
            assert spoken(found) == spoken(expected)


def spoken(phones: Phones) -> list[tuple[str, str, datetime]]:
    """What each phone's batch depends on; hours that never wait may be written in several ways."""
    nights = Nights(Tier.MISSING, NOON)
    said = [phones.said[place] for place in phones.said_of.tolist()]
    return [
        (one.channel, one.language, nights.release(json.loads(one.quiet_hours or "null")))
        for one in said
    ]


class TestFreshness:
    AREA = stored(box(CENTRE.lon - 0.1, CENTRE.lat - 0.1, CENTRE.lon + 0.1, CENTRE.lat + 0.1))

    def people(self, town: Town) -> list[int]:
        with town.store.read() as session:
            seq = town.index.refresh(session)
            assert seq == newest_change(session)
            people: list[int] = town.index.reach(session, self.AREA).subscriber_ids.tolist()
            return people

    def test_what_is_committed_before_is_in_and_what_is_removed_is_not(self, town: Town) -> None:
        assert self.people(town) == []
        ana, bo = town.person(), town.person(at=FAR_AWAY)
        assert self.people(town) == [ana]
        town.move(town.home_of(bo), stored(box(CENTRE.lon, CENTRE.lat, -87, 47)))
        assert self.people(town) == [ana, bo]
        town.leave(town.home_of(ana))
        assert self.people(town) == [bo]

    def test_what_is_not_committed_is_not_in(self, town: Town) -> None:
        if town.store.is_sqlite:  # one writer at a time: a reader sees what was before
            town.person()
        with undone(town.store) as session:
            owner = move_in(session, [Person(homes=(self.AREA,))])[0]
            assert owner not in self.people(town)

    def test_devices_and_choices_are_those_of_this_moment(self, town: Town) -> None:
        ana = town.person(phones=[Channel.FCM, Channel.CONSOLE])
        question = Question(tier=Tier.MISSING, now=NOON)

        def devices() -> int:
            with town.store.read() as session:
                town.index.refresh(session)
                return town.index.figures(session, self.AREA, question).device_total

        assert devices() == 2
        town.phone(ana, "phone-2")
        assert devices() == 3
        with town.store.begin() as session:
            session.get_one(Subscriber, ana).quiet_hours = dict(SLEEPS)
        with town.store.read() as session:
            town.index.refresh(session)
            assert town.index.figures(session, self.AREA, question).in_quiet_hours == 1

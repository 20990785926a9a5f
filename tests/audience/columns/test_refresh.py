"""Is what somebody chose, registered or drew in the columns after the next refresh? Read once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, event, text, update

from alerts.alert import Tier
from alerts.audience.columns.index import Columns
from alerts.audience.index import Figures, Question
from alerts.store.engine import Store
from alerts.store.subscribers import Channel, Device, Subscriber, erase
from alerts.store.vault import Vault
from geo.circle import circle_ground
from tests.audience.town import CENTRE, NEARBY_M, Town
from tests.fakes.clock import NOON

NEAR = circle_ground(CENTRE, NEARBY_M)
NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "America/Detroit"}


@pytest.fixture
def town(migrated_sqlite: Path, tmp_path: Path, vault: Vault) -> Iterator[Town]:
    """A town in SQLite, whatever the other tests run on."""
    path = tmp_path / "town.sqlite3"
    path.write_bytes(migrated_sqlite.read_bytes())
    store = Store(f"sqlite:///{path}")
    yield Town(store=store, vault=vault)
    store.close()


def figures(town: Town, tier: Tier = Tier.MISSING) -> Figures:
    with town.store.read() as session:
        town.index.refresh(session)
        return town.index.figures(session, NEAR, Question(tier=tier, now=NOON))


def counted(town: Town) -> dict[tuple[str, str], int]:
    return {(c.channel, c.language): c.devices for c in figures(town).devices}


def test_a_language_a_channel_and_quiet_hours_chosen_later_count(town: Town) -> None:
    ana = town.person()
    assert counted(town) == {("fcm", "en"): 1}
    with town.store.begin() as session:
        person = session.get_one(Subscriber, ana)
        person.language, person.quiet_hours = "es", NIGHT
    assert counted(town) == {("fcm", "es"): 1}
    assert figures(town).in_quiet_hours == 1
    assert figures(town, Tier.AMBER).in_quiet_hours == 0
    town.phone(ana, channel=Channel.CONSOLE)
    assert counted(town) == {("console", "es"): 1}


def test_a_device_that_ends_or_goes_by_any_statement_counts_no_more(town: Town) -> None:
    ana = town.person(phones=(Channel.FCM, Channel.CONSOLE, Channel.FCM))
    assert figures(town).device_total == 3
    with town.store.begin() as session:
        session.execute(update(Device).where(Device.device_key == "phone-0").values(ended_at=NOON))
        session.execute(delete(Device).where(Device.device_key == "phone-1"))
    assert counted(town) == {("fcm", "en"): 1}
    town.phone(ana, "phone-0")  # it is registered again, in its old row
    assert counted(town) == {("fcm", "en"): 2}


def test_who_is_erased_is_gone_and_who_comes_is_there(town: Town) -> None:
    ana = town.person()
    town.person()
    assert figures(town).subscribers == 2
    with town.store.begin() as session:
        erase(session, session.get_one(Subscriber, ana))
    town.person(language="ar")
    assert figures(town).subscribers == 2
    assert counted(town) == {("fcm", "en"): 1, ("fcm", "ar"): 1}


def test_testers_are_counted_apart(town: Town) -> None:
    town.person()
    town.person(tester=True)
    with town.store.read() as session:
        town.index.refresh(session)
        asked = Question(tier=Tier.MISSING, now=NOON, testers_only=True)
        found = town.index.figures(session, NEAR, asked)
    assert (found.neighborhoods, found.subscribers, found.device_total) == (1, 1, 1)


def test_a_change_reads_the_rows_that_changed_and_no_others(town: Town) -> None:
    for _ in range(20):
        town.person()
    figures(town)
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(town.store.engine, "before_cursor_execute", note)
    town.person()
    statements.clear()
    assert figures(town).subscribers == 21
    event.remove(town.store.engine, "before_cursor_execute", note)
    assert len(statements) < 12


def test_a_database_that_was_put_back_is_read_anew(town: Town) -> None:
    town.person()
    town.person()
    assert figures(town).subscribers == 2
    with town.store.begin() as session:
        # as after a restore: a person whose row id is lower than one who is known
        person = Subscriber(id=-5, token_hash=b"x" * 32, language="en", joined_at=NOON)
        session.add(person)
    town.draw(-5, NEAR)
    assert figures(town).subscribers == 3


def test_a_change_that_nobody_numbered_has_everything_read_anew(town: Town) -> None:
    town.person()
    assert figures(town).subscribers == 1
    with town.store.begin() as session:
        for event in ("insert", "update", "delete"):
            for table in ("subscriber", "device"):
                session.execute(text(f"DROP TRIGGER follow_{table}_{event}"))
    town.person()
    found = figures(town)
    assert (found.subscribers, found.device_total) == (2, 2)


def test_an_empty_instance_that_somebody_left_again_reaches_nobody(town: Town) -> None:
    assert figures(town).subscribers == 0
    ana = town.person(at=None)
    with town.store.begin() as session:
        erase(session, session.get_one(Subscriber, ana))
    assert figures(town).device_total == 0


def test_a_first_load_that_broke_off_starts_from_scratch(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [town.person() for _ in range(5)]
    index = Columns()
    with monkeypatch.context() as broken:

        def gone(*_: object) -> None:
            raise ConnectionError

        broken.setattr("alerts.audience.columns.index.all_neighborhoods", gone)
        with town.store.read() as session, pytest.raises(ConnectionError):
            index.refresh(session)
    town.leave(town.home_of(people[0]))
    with town.store.read() as session:
        index.refresh(session)
        assert index.reach(session, NEAR).subscriber_ids.tolist() == people[1:]
    assert len(index) == len(index.shapes()[1]) == 4

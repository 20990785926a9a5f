"""Is what leaves the house what is live, on both databases?"""

from datetime import timedelta

import pytest

from alerts.alert import RevisionState, Tier
from alerts.area_of_interest import DRAWN
from alerts.errors import Refused
from alerts.export.active import Exporter, ListState, list_state
from alerts.export.drawn import Drawings
from alerts.export.exported import ExportedAlert, ListedAlert
from alerts.own_alerts import identifier_of, own_alert
from alerts.photo_links import PhotoLinks
from alerts.store.alerts import Alert
from alerts.store.rehearsal import NoMedia
from geo.circle import circle_ground
from geo.coordinates import LonLat
from tests.audience.town import FAR_AWAY, WREN, Town
from tests.export.exports import BOOK, SENDER

URL = "https://alerts.example"


@pytest.fixture
def exporter(town: Town) -> Exporter:
    links = PhotoLinks(vault=town.vault, public_url=URL, lives=timedelta(days=1))
    return Exporter(
        vault=town.vault,
        media=NoMedia(),
        links=links,
        authorities=BOOK,
        sender=SENDER,
        public_url=URL,
    )


def exported(town: Town, exporter: Exporter, alert_id: int) -> ExportedAlert | None:
    with town.store.read() as session:
        return exporter.export(session, session.get_one(Alert, alert_id), town.clock())


def listed(town: Town, exporter: Exporter) -> list[ListedAlert]:
    with town.store.read() as session:
        return list(exporter.list_active(session, town.clock()))


def state(town: Town) -> ListState:
    with town.store.read() as session:
        return list_state(session, town.clock())


def test_the_newest_comes_first_and_exercises_never(town: Town, exporter: Exporter) -> None:
    first = town.alert()
    town.alert(exercise=True)
    over = town.alert()
    last = town.alert(tier=Tier.MISSING)
    town.end(over)
    found = listed(town, exporter)
    with town.store.read() as session:
        ids = [session.get_one(Alert, alert_id).public_id for alert_id in (last, first)]
    assert [one.alert_id for one in found] == ids
    assert [one.tier for one in found] == [Tier.MISSING, Tier.AMBER]
    assert found[0].cap_link == f"{URL}/v1/alerts/{ids[0]}.cap"
    assert found[0].place == DRAWN  # the source's own words for it may name a child


def test_the_state_changes_with_whatever_the_lists_say(town: Town) -> None:
    assert state(town).changed_at is None
    states = [state(town).digest]
    alert_id = town.alert(lives=timedelta(hours=3))
    states.append(state(town).digest)
    town.clock.move_on(hours=1)
    assert state(town).digest == states[-1]
    town.revise(alert_id)
    states.append(state(town).digest)
    assert state(town).changed_at == town.clock()
    with town.store.begin() as session:
        session.get_one(Alert, alert_id).expires_at += timedelta(hours=1)
    states.append(state(town).digest)
    town.clock.move_on(hours=5)
    states.append(state(town).digest)
    assert len(set(states[1:])) == 4
    assert states[-1] == states[0]  # nothing is there any more, and it is known since when
    assert state(town).changed_at == town.clock() - timedelta(hours=2)


def test_only_what_people_were_told_is_referred_to(town: Town, exporter: Exporter) -> None:
    alert_id = town.alert()
    town.revise(alert_id)  # replaced before anybody was told of the first
    town.plan(alert_id)
    town.clock.move_on(hours=1)
    town.revise(alert_id)
    found = exported(town, exporter, alert_id)
    assert found is not None
    assert [one.identifier for one in found.earlier] == [identifier_of(found.alert_id, 2)]
    assert found.earlier[0].sent == town.clock() - timedelta(hours=1)
    assert (found.revision, found.sent) == (3, town.clock())


def test_what_waited_for_the_desk_was_sent_when_it_went_out(town: Town, exporter: Exporter) -> None:
    alert_id = town.alert()
    with town.store.begin() as session:
        alert = session.get_one(Alert, alert_id)
        alert.activated_at = town.clock() + timedelta(hours=2)
    town.clock.move_on(hours=3)
    found = exported(town, exporter, alert_id)
    assert found is not None
    assert found.sent == town.clock() - timedelta(hours=1)


def test_a_held_revision_stays_in_the_house(town: Town, exporter: Exporter) -> None:
    alert_id = town.alert()
    town.revise(alert_id, area=circle_ground(FAR_AWAY, 1_000))
    with town.store.begin() as session:  # as if the second waited for the desk
        alert = session.get_one(Alert, alert_id)
        alert.revisions[1].state, alert.live_revision = RevisionState.HELD, 1
    found = exported(town, exporter, alert_id)
    assert found is not None
    assert (found.revision, found.identifier[-2:]) == (1, "_1")
    assert found.area is not None
    assert found.area.shape.bounds[0] < -87


def test_of_an_alert_that_is_over_there_is_nothing(town: Town, exporter: Exporter) -> None:
    alert_id = town.alert(lives=timedelta(hours=1))
    assert exported(town, exporter, alert_id) is not None
    town.clock.move_on(hours=1)
    assert exported(town, exporter, alert_id) is None
    ended = town.alert()
    town.end(ended)
    assert exported(town, exporter, ended) is None


def test_without_anybody_to_call_nothing_is_told(town: Town, exporter: Exporter) -> None:
    alert_id = town.alert(poster=WREN.model_copy(update={"contacts": ()}))
    with town.store.begin() as session:
        session.get_one(Alert, alert_id).country = None
    with pytest.raises(Refused):
        exported(town, exporter, alert_id)


def test_an_area_is_drawn_once(town: Town, exporter: Exporter) -> None:
    town.alert()
    second = town.alert(area=circle_ground(LonLat(-80, 30), 5_000))
    drawings = Drawings()
    found = listed(town, exporter)
    with town.store.read() as session:
        first = drawings.of(session, found)
        again = drawings.of(session, found)
    assert len(first) == 2
    assert all(again[digest] is first[digest] for digest in first)
    town.end(second)
    with town.store.read() as session:
        assert len(drawings.of(session, listed(town, exporter))) == 1


def test_our_own_alerts_are_known_by_their_names(town: Town) -> None:
    alert_id = town.alert()
    with town.store.read() as session:
        ours = session.get_one(Alert, alert_id).public_id
        for name in (identifier_of(ours, 3), str(ours), f" {identifier_of(ours, 1)} "):
            assert own_alert(session, [None, "EX-1", name]) == ours
        for name in (f"{ours}_x", f"x{ours}", str(ours)[:-1], "", "EX-1"):
            assert own_alert(session, [name]) is None
        assert own_alert(session, []) is None

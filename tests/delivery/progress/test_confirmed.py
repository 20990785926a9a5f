"""Which share of what was sent was confirmed, by channel, and of what time?"""

from collections.abc import Mapping

import pytest

from alerts.delivery.progress import Counting, confirmed_shares
from alerts.store.subscribers import Channel
from tests.audience.post_office import PostOffice
from tests.audience.town import Town
from tests.delivery.progress.looks import say


def shares(town: Town) -> Mapping[str, float]:
    with town.store.read() as session:
        return confirmed_shares(session, Counting(), town.clock())


def test_nothing_was_sent_nothing_is_said(town: Town) -> None:
    town.person()
    town.plan(town.alert())
    assert shares(town) == {}


def test_each_channel_has_its_share(town: Town, post: PostOffice) -> None:
    people = [town.person() for _ in range(4)]
    town.person(phones=(Channel.CONSOLE,))
    first, second = town.alert(), town.alert()
    for alert_id in (first, second):
        town.plan(alert_id)
    post.send()
    assert shares(town) == {"fcm": 0.0}
    for person in people[:3]:
        say(town, first, person)
    say(town, second, people[0], "opened")
    say(town, second, people[1], "dismissed")
    say(town, second, people[2], channel="")
    assert shares(town) == {"fcm": 0.5}


def test_only_the_last_week_counts(town: Town, post: PostOffice) -> None:
    person = town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    post.send()
    say(town, alert_id, person)
    town.clock.move_on(days=6)
    assert shares(town) == {"fcm": 1.0}
    town.clock.move_on(days=2)
    assert shares(town) == {}


@pytest.mark.parametrize("silent", [True, False])
def test_what_makes_no_sound_may_go_unseen(town: Town, post: PostOffice, silent: bool) -> None:
    person = town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    post.send()
    say(town, alert_id, person)
    town.clock.move_on(seconds=1)
    town.revise(alert_id, material=not silent)
    town.plan(alert_id)
    post.send()
    assert shares(town) == {"fcm": 1.0 if silent else 0.5}

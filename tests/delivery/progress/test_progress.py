"""Are waves that tell the same one telling, are phones' words beside it, and is an end foreseen?"""

from alerts.alert import WaveKind
from alerts.delivery.progress import something_is_to_come
from alerts.store.alerts import Alert
from alerts.store.subscribers import Channel
from tests.audience.post_office import PostOffice
from tests.audience.town import Town
from tests.delivery.progress.looks import progress, say


def is_to_come(town: Town, alert_id: int) -> bool:
    with town.store.read() as session:
        return something_is_to_come(session, session.get_one(Alert, alert_id), town.clock())


def told(town: Town, post: PostOffice, people: int = 3) -> tuple[int, list[int]]:
    found = [town.person() for _ in range(people)]
    alert_id = town.alert()
    town.plan(alert_id)
    post.send()
    return alert_id, found


def test_late_joiners_count_with_those_whom_they_joined(town: Town, post: PostOffice) -> None:
    alert_id, _ = told(town, post)
    town.person()
    town.catch_up(alert_id)
    [one] = progress(town, alert_id)
    assert (one.total.sent, one.total.queued, one.people, one.is_over) == (3, 1, 4, False)
    post.send()
    [one] = progress(town, alert_id)
    assert (one.total.sent, one.is_over) == (4, True)
    assert [each.total.sent for each in progress(town, alert_id, apart=True)] == [3, 1]


def test_what_follows_is_a_telling_of_its_own(town: Town, post: PostOffice) -> None:
    alert_id, _ = told(town, post)
    town.revise(alert_id)
    town.plan(alert_id)
    post.send()
    town.end(alert_id)
    post.settle(alert_id)
    found = progress(town, alert_id)
    assert [(each.kind, each.revision) for each in found] == [
        (WaveKind.ALERT, 1),
        (WaveKind.UPDATE, 2),
        (WaveKind.ALL_CLEAR, 2),
    ]
    assert [each.total.sent for each in found] == [3, 3, 0]


def test_words_of_phones_stand_beside_what_was_sent(town: Town, post: PostOffice) -> None:
    alert_id, people = told(town, post)
    assert say(town, alert_id, people[0]) == ["shown"]
    assert say(town, alert_id, people[0]) == []
    assert say(town, alert_id, people[1], "opened") == ["opened", "shown"]
    assert say(town, alert_id, people[1], "dismissed") == ["dismissed"]
    [one] = progress(town, alert_id)
    assert (one.total.shown, one.total.opened) == (2, 1)
    assert (one.channels["fcm"].shown, one.channels["fcm"].opened) == (2, 1)


def test_each_telling_is_confirmed_for_itself(town: Town, post: PostOffice) -> None:
    alert_id, people = told(town, post)
    for person in people:
        say(town, alert_id, person)
    town.revise(alert_id)
    town.clock.move_on(seconds=1)
    town.plan(alert_id)
    post.send()
    say(town, alert_id, people[0])
    assert [each.total.shown for each in progress(town, alert_id)] == [3, 1]


def test_words_whose_phone_isnt_known_count_in_all_but_for_no_channel(
    town: Town, post: PostOffice
) -> None:
    ana = town.person(phones=(Channel.FCM, Channel.FCM))
    alert_id = town.alert()
    town.plan(alert_id)
    post.send()
    say(town, alert_id, ana, channel="")
    [one] = progress(town, alert_id)
    assert (one.total.shown, one.channels["fcm"].shown) == (1, 0)


def test_never_more_are_shown_than_were_sent(town: Town, post: PostOffice) -> None:
    alert_id, people = told(town, post, 2)
    strangers = [town.person(at=None) for _ in range(4)]
    for person in (*people, *strangers):
        say(town, alert_id, person, "opened")
    [one] = progress(town, alert_id)
    assert (one.total.sent, one.total.shown, one.total.opened) == (2, 2, 2)


def test_it_is_known_whether_waves_are_still_to_be_made(town: Town, post: PostOffice) -> None:
    town.person()
    alert_id = town.alert()
    assert is_to_come(town, alert_id)
    town.plan(alert_id)
    assert not is_to_come(town, alert_id)
    post.send()
    town.revise(alert_id)
    assert is_to_come(town, alert_id)
    town.end(alert_id)
    assert is_to_come(town, alert_id)
    post.settle(alert_id)
    post.send()
    post.settle(alert_id)
    assert not is_to_come(town, alert_id)


def test_an_alert_whose_time_is_over_has_nothing_to_come(town: Town) -> None:
    town.person()
    alert_id = town.alert()
    town.clock.move_on(days=2)
    assert not is_to_come(town, alert_id)

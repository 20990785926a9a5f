"""Does the word that it is over reach the phone that shows the alert, whosever it is now?"""

import pytest
from sqlalchemy import select

from alerts.push import Outcome, PushOutcome
from alerts.store.devices import device_of, forget_device, put_device
from alerts.store.subscribers import Channel, Device, Subscriber
from tests.audience.post_office import PostOffice
from tests.audience.town import FAR_AWAY, Town

TOKEN = "the phone's token"


def register(town: Town, person: int, key: str = "phone", token: str = TOKEN) -> int:
    with town.store.begin() as session:
        owner = session.get_one(Subscriber, person)
        now = town.clock()
        how = {"address": token, "address_kind": "token", "now": now}
        return put_device(session, owner, key, channel=Channel.FCM, **how).id  # type: ignore[arg-type]


def remove(town: Town, person: int, key: str = "phone") -> None:
    with town.store.begin() as session:
        device = device_of(session, person, key)
        assert device is not None
        forget_device(session, device, town.clock())


@pytest.fixture
def ana(town: Town) -> int:
    """Has the phone."""
    person = town.person(phones=[])
    register(town, person)
    return person


@pytest.fixture
def alert_id(town: Town, post: PostOffice, ana: int) -> int:
    """An alert that her phone shows."""
    alert_id = town.alert()
    town.plan(alert_id)
    post.send()
    assert len(post.channel.devices("alert")) == 1
    return alert_id


def hear_the_end(town: Town, post: PostOffice, alert_id: int) -> list[tuple[int, str]]:
    """End the alert; which device was told, at which address."""
    town.end(alert_id)
    post.settle(alert_id)
    post.send()
    return [(t.device_id, t.address) for m, t in post.channel.pushed if m.kind == "all_clear"]


def test_a_phone_that_is_now_another_persons_hears_it(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    ben = town.person(FAR_AWAY, phones=[])
    now = register(town, ben)
    assert hear_the_end(town, post, alert_id) == [(now, TOKEN)]


def test_a_phone_that_was_removed_and_is_registered_again_hears_it(
    town: Town, post: PostOffice, alert_id: int, ana: int
) -> None:
    remove(town, ana)
    now = register(town, ana, token="a new token")
    assert hear_the_end(town, post, alert_id) == [(now, "a new token")]


def test_a_phone_that_was_removed_and_signed_up_as_somebody_new_hears_it(
    town: Town, post: PostOffice, alert_id: int, ana: int
) -> None:
    remove(town, ana)
    now = register(town, town.person(FAR_AWAY, phones=[]), "other")
    assert hear_the_end(town, post, alert_id) == [(now, TOKEN)]


def test_a_phone_that_was_removed_for_good_hears_nothing(
    town: Town, post: PostOffice, alert_id: int, ana: int
) -> None:
    remove(town, ana)
    register(town, town.person(FAR_AWAY, phones=[]), token="another phone's token")
    assert hear_the_end(town, post, alert_id) == []


def test_a_phone_that_the_channel_says_is_gone_isnt_followed(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    phone = post.channel.devices("alert")[0]
    post.channel.answers[phone] = PushOutcome(outcome=Outcome.GONE)
    town.revise(alert_id)
    town.plan(alert_id)
    post.send()
    register(town, town.person(FAR_AWAY, phones=[]))
    assert hear_the_end(town, post, alert_id) == []


def test_a_phone_that_was_told_as_two_peoples_hears_it_once(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    now = register(town, town.person(phones=[]))
    town.catch_up(alert_id)
    post.send()
    assert len(post.channel.devices("alert")) == 2
    assert hear_the_end(town, post, alert_id) == [(now, TOKEN)]


def test_a_second_pass_tells_the_followed_phone_nothing_again(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    register(town, town.person(FAR_AWAY, phones=[]))
    town.end(alert_id)
    with town.store.begin() as session:  # a sender still holds a batch: there will be a second pass
        batch = session.merge(town.batches()[0])
        batch.state, batch.lease_until = "ready", town.clock.now.replace(second=1)  # type: ignore[assignment]
    assert post.settle(alert_id) == 1
    town.clock.move_on(seconds=1)
    assert post.settle(alert_id) == 0


def test_an_update_doesnt_follow(town: Town, post: PostOffice, alert_id: int) -> None:
    register(town, town.person(FAR_AWAY, phones=[]))
    town.revise(alert_id)
    assert town.plan(alert_id) == 0


def test_of_a_removed_phone_no_address_is_kept_and_of_many_only_the_newest(
    town: Town, ana: int
) -> None:
    for number in range(103):
        register(town, ana, f"phone-{number}", f"token-{number}")
        remove(town, ana, f"phone-{number}")
        town.clock.move_on(seconds=1)
    with town.store.read() as session:
        rows = session.scalars(select(Device).where(Device.ended_reason == "removed")).all()
        assert {row.address for row in rows} == {""}
        assert {row.device_key for row in rows} == {f"phone-{n}" for n in range(3, 103)}

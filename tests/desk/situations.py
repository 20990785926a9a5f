"""Situations of one person and one alert, each as it comes about."""

from datetime import timedelta

from alerts.alert import EndReason, RevisionState, Tier
from alerts.push import Outcome
from alerts.store.alerts import Alert, revision
from alerts.store.subscribers import Channel, Device, Neighborhood
from alerts.store.voices import CaseLink, Likeness
from alerts.store.waves import Batch, BatchState, Receipt
from geo.circle import circle_ground
from geo.coordinates import LonLat
from tests.audience.post_office import PostOffice
from tests.audience.town import CENTRE, FAR_AWAY, NEARBY_M, Town

NIGHT = {"start": "08:00", "end": "20:00", "time_zone": "UTC", "tiers": ["missing"]}
NEAR = LonLat(-87.1, 46.54)  # 23 km east of the middle of an area of 16 km
HOME = circle_ground(CENTRE, NEARBY_M)

Case = tuple[int, int]  # alert, person


def told(town: Town, post: PostOffice) -> Case:
    person, alert = town.person(), town.alert(tier=Tier.MISSING)
    town.plan(alert)
    post.send()
    with town.store.begin() as session:
        seen = Receipt(
            alert_id=alert, subscriber_id=person, event="opened", received_at=town.clock()
        )
        session.add(seen)
    return alert, person


def told_and_over(town: Town, post: PostOffice) -> Case:
    alert, person = told(town, post)
    town.end(alert)
    post.settle(alert)
    post.send()
    return alert, person


def told_and_moved_since(town: Town, post: PostOffice) -> Case:
    alert, person = told(town, post)
    town.clock.move_on(hours=1)
    home = town.home_of(person)
    town.move(home, circle_ground(FAR_AWAY, NEARBY_M))
    redraw(town, home)
    return alert, person


def told_and_removed_since(town: Town, post: PostOffice) -> Case:
    alert, person = told(town, post)
    town.leave(town.home_of(person))
    return alert, person


def told_in_quiet_hours_and_full_week_by_amber(town: Town, post: PostOffice) -> Case:
    """Who was told isn't explained by what would be in the way of another push."""
    person = town.person(quiet_hours=NIGHT, weekly_cap=0)
    alert = town.alert(tier=Tier.AMBER)
    town.plan(alert)
    post.send()
    return alert, person


def told_on_one_of_two_phones(town: Town, post: PostOffice) -> Case:
    person = town.person(phones=(Channel.FCM, Channel.FCM))
    alert = town.alert()
    town.plan(alert)
    answers(town, Outcome.SENT, Outcome.GONE)
    return alert, person


def held(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(), town.alert()
    with town.store.begin() as session:
        row = session.get_one(Alert, alert)
        revision(session, alert, 1).state = RevisionState.HELD
        row.live_revision = 0
    return alert, person


def ended(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(), town.alert()
    town.end(alert)
    return alert, person


def expired(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(), town.alert(lives=timedelta(hours=1))
    town.clock.move_on(hours=2)
    return alert, person


def drawn_after_the_end(town: Town, _post: PostOffice) -> Case:
    alert = town.alert()
    town.plan(alert)
    town.end(alert, EndReason.CANCELLED)
    town.clock.move_on(hours=1)
    return alert, town.person()


def long_term(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(), town.alert(tier=Tier.LONG_TERM)
    town.plan(alert)
    return alert, person


def unidentified(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(), town.alert()
    with town.store.begin() as session:
        revision(session, alert, 1).held_reasons = [{"code": "unidentified"}]
    town.plan(alert)
    return alert, person


def exercise_for_testers(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(), town.alert(exercise=True)
    town.plan(alert)
    return alert, person


def homeless(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(at=None), town.alert()
    town.plan(alert)
    return alert, person


def near_and_far(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(at=FAR_AWAY), town.alert()
    town.draw(person, circle_ground(NEAR, NEARBY_M))
    town.plan(alert)
    return alert, person


def knows_by_another_alert(town: Town, post: PostOffice) -> Case:
    alert, person = told(town, post)
    same = town.alert(tier=Tier.MISSING)
    link(town, alert, same)
    town.plan(same)
    return same, person


def without_a_phone(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(phones=()), town.alert()
    town.plan(alert)
    return alert, person


def whose_phone_is_gone(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(), town.alert()
    with town.store.begin() as session:
        device = session.get_one(Device, 1)
        device.ended_at, device.ended_reason = town.clock(), "channel_says_gone"
    town.plan(alert)
    return alert, person


def over_a_channel_that_is_not_set_up(town: Town, post: PostOffice) -> Case:
    person, alert = town.person(phones=(Channel.WEBPUSH,)), town.alert()
    town.plan(alert)
    post.send()
    return alert, person


def asleep(town: Town, post: PostOffice) -> Case:
    person, alert = town.person(quiet_hours=NIGHT), town.alert(tier=Tier.MISSING)
    town.plan(alert)
    post.send()
    return alert, person


def with_a_full_week(town: Town, post: PostOffice) -> Case:
    person = town.person(weekly_cap=2)
    for _ in range(2):
        town.plan(town.alert(tier=Tier.MISSING))
        post.send()
        town.clock.move_on(hours=1)
    town.plan(town.alert(tier=Tier.AMBER))
    post.send()
    alert = town.alert(tier=Tier.MISSING)
    town.plan(alert)
    return alert, person


def capped_last_week(town: Town, post: PostOffice) -> Case:
    """The week has gone on since; what counted was the one before the wave."""
    alert, person = with_a_full_week(town, post)
    with town.store.begin() as session:
        session.get_one(Alert, alert).expires_at += timedelta(days=30)
    town.clock.move_on(days=10)
    return alert, person


def not_planned_yet(town: Town, _post: PostOffice) -> Case:
    return town.alert(), town.person()


def late(town: Town, _post: PostOffice) -> Case:
    town.person()
    alert = town.alert()
    town.plan(alert)
    town.clock.move_on(minutes=5)
    return alert, town.person()


def looked_at_without_a_phone(town: Town, post: PostOffice) -> Case:
    """The phone came since, by a way that no change tells of."""
    alert, person = without_a_phone(town, post)
    town.phone(person)
    return alert, person


def waiting(town: Town, _post: PostOffice) -> Case:
    person, alert = town.person(), town.alert(tier=Tier.MISSING)
    town.plan(alert)
    return alert, person


def parked(town: Town, _post: PostOffice) -> Case:
    alert, person = waiting(town, _post)
    with town.store.begin() as session:
        batch = session.get_one(Batch, 1)
        batch.state, batch.last_error = BatchState.PARKED, "the message has 5,000 bytes"
    return alert, person


def moved_away(town: Town, post: PostOffice) -> Case:
    alert, person = waiting(town, post)
    town.move(town.home_of(person), circle_ground(FAR_AWAY, NEARBY_M))
    post.send()
    return alert, person


def left(town: Town, post: PostOffice) -> Case:
    alert, person = waiting(town, post)
    with town.store.begin() as session:
        device = session.get_one(Device, 1)
        device.ended_at, device.ended_reason = town.clock(), "removed"
    post.send()
    return alert, person


def left_and_came_again(town: Town, post: PostOffice) -> Case:
    alert, person = left(town, post)
    town.phone(person, "phone-1")
    town.move(town.home_of(person), HOME)
    return alert, person


def given_up(town: Town, _post: PostOffice) -> Case:
    alert, person = waiting(town, _post)
    answers(town, Outcome.GAVE_UP)
    town.end(alert)
    return alert, person


def over_before_it_was_sent(town: Town, _post: PostOffice) -> Case:
    alert, person = waiting(town, _post)
    town.end(alert)
    return alert, person


def answers(town: Town, *outcomes: Outcome) -> None:
    """Have the devices of the first batch got these outcomes."""
    with town.store.begin() as session:
        batch = session.get_one(Batch, 1)
        batch.outcomes, batch.state = bytes(outcomes), BatchState.DONE
        batch.done_at = town.clock()


def redraw(town: Town, neighborhood_id: int) -> None:
    """Note when a neighborhood was drawn, as the app's API does."""
    with town.store.begin() as session:
        session.get_one(Neighborhood, neighborhood_id).drawn_at = town.clock()


def link(town: Town, *alerts: int) -> None:
    """Say that two alerts are of the same child."""
    with town.store.begin() as session:
        one, other = (session.get_one(Alert, alert).case_id for alert in alerts)
        session.add(
            CaseLink(
                case_id=one,
                other_case_id=other,
                likeness=Likeness.SAME,
                probability=1.0,
                reasons=[],
                made_at=town.clock(),
            )
        )

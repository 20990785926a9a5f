"""Alerts that were told, and their next revisions."""

from alerts.alert import Tier, WaveKind
from alerts.store.subscribers import Subscriber
from tests.audience.post_office import PostOffice
from tests.audience.town import Town

NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "UTC"}  # the clock stands at noon


def told_alert(town: Town, post: PostOffice, tier: Tier = Tier.MISSING, **how: object) -> int:
    """Raise an alert and send it."""
    alert_id = town.alert(tier=tier, **how)  # type: ignore[arg-type]
    town.plan(alert_id)
    post.send()
    return alert_id


def revised(town: Town, alert_id: int, **how: object) -> int:
    """Make the next revision and plan it."""
    town.revise(alert_id, **how)  # type: ignore[arg-type]
    return town.plan(alert_id)


def kinds(town: Town, alert_id: int) -> list[WaveKind]:
    return [wave.kind for wave in town.waves(alert_id)]


def sleeps_from_now_on(town: Town, person: int) -> None:
    with town.store.begin() as session:
        session.get_one(Subscriber, person).quiet_hours = NIGHT
    town.phone(person)  # as the app does: the index hears of it

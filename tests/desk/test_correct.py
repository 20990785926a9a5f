"""One person corrects downward, at once and on record; whatever goes upward is refused."""

import pytest
from shapely.geometry import MultiPolygon, box
from sqlalchemy import select

from alerts.alert import EndReason, RevisionState, Status, Tier, WaveKind
from alerts.area_of_interest import Provenance
from alerts.desk.correct import Corrected, correct
from alerts.desk.recall import LONGEST_REASON
from alerts.errors import Conflict
from alerts.store.alerts import Alert, AlertRevision, newest_revision, revision
from alerts.store.staff import AuditEntry, Staff
from geo.parts import Shape
from tests.audience.post_office import PostOffice
from tests.audience.town import Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

OLD = box(-88.0, 46.0, -87.0, 47.0)
INSIDE = box(-87.5, 46.4, -87.3, 46.6)


@pytest.fixture
def alert_id(town: Town) -> int:
    """An AMBER alert that everybody was told of."""
    return town.alert(tier=Tier.AMBER, area=OLD)


@pytest.fixture
def ana(town: Town) -> Staff:
    return hired(town)


def hired(town: Town, role: str = "editor") -> Staff:
    with town.store.begin() as session:
        person = Staff(name=f"{role} ana", role=role, joined_at=town.clock())
        session.add(person)
    return person


def corrects(
    town: Town,
    alert_id: int,
    person: Staff,
    *,
    tier: Tier | None = None,
    ground: Shape | None = None,
    reason: str = "it was another car",
) -> Corrected:
    with town.store.begin() as session:
        alert, now = session.get_one(Alert, alert_id), town.clock()
        return correct(session, alert, person, now, tier=tier, ground=ground, reason=reason)


def live(town: Town, alert_id: int) -> AlertRevision:
    with town.store.read() as session:
        made = revision(session, alert_id, session.get_one(Alert, alert_id).live_revision)
        assert made.area is not None
        return made


def test_a_lower_tier_is_live_at_once_and_on_record(town: Town, alert_id: int, ana: Staff) -> None:
    done = corrects(town, alert_id, ana, tier=Tier.ENDANGERED)
    made = live(town, alert_id)
    assert (done.revision, done.tier) == (made.number, made.tier) == (2, Tier.ENDANGERED)
    assert (made.correction, made.material, made.by_desk) == (True, True, True)
    with town.store.read() as session:
        alert = session.get_one(Alert, alert_id)
        assert (alert.tier, alert.live_revision) == (Tier.ENDANGERED, 2)
        assert made.area is not None
        first = revision(session, alert_id, 1)
        assert (made.poster_id, made.area_id) == (first.poster_id, first.area_id)
        deeds = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    [entry] = [deed for deed in deeds if deed.deed == "alert.corrected"]
    assert (entry.actor, entry.subject) == ("staff:editor ana", f"alert:{alert.public_id}")
    assert entry.details == {
        "revision": 2,
        "tier": "endangered",
        "area": made.area.digest,
        "reason": "it was another car",
    }


def test_a_smaller_area_is_the_desks(town: Town, alert_id: int, ana: Staff) -> None:
    done = corrects(town, alert_id, ana, ground=INSIDE)
    made = live(town, alert_id)
    assert made.tier is Tier.AMBER
    assert made.area is not None
    assert made.area.shape.equals(INSIDE)
    assert made.area.provenance is Provenance.DESK
    assert made.area.source == "drawn by the desk"  # not in the words of the source
    assert 0 < done.area_km2 == made.area.area_km2 < 1_000


def test_those_who_were_told_hear_of_it_and_its_end_comes_no_later(
    town: Town, post: PostOffice, alert_id: int, ana: Staff
) -> None:
    person = town.person()
    town.plan(alert_id)
    post.send()
    with town.store.read() as session:
        ends_at = session.get_one(Alert, alert_id).expires_at
    corrects(town, alert_id, ana, tier=Tier.MISSING, ground=INSIDE)
    assert town.plan(alert_id) == 1
    post.send()
    message = post.channel.last()
    assert (message.kind, message.tier) == (WaveKind.CORRECTION, Tier.MISSING)
    assert post.channel.devices("correction") == post.phones(person)
    with town.store.read() as session:
        assert session.get_one(Alert, alert_id).expires_at == ends_at


@pytest.mark.parametrize("off", [1e-8, 1.5e-7])
def test_a_border_drawn_after_the_old_one_may_leave_it_by_a_hair(
    town: Town, alert_id: int, ana: Staff, off: float
) -> None:
    """And what lies beyond is cut off: nobody new is reached by it."""
    corrects(town, alert_id, ana, ground=box(-87.5, 46.4, -87.0 + off, 46.6))
    made = live(town, alert_id)
    assert made.area is not None
    assert OLD.covers(made.area.shape)
    assert made.area.shape.area == pytest.approx(0.1)


@pytest.mark.parametrize(
    "ground",
    [
        box(-87.5, 46.4, -86.99, 46.6),  # 760 m beyond
        box(-87.5, 46.4, -87.0 + 1e-6, 46.6),  # 8 cm
        box(-90, 45, -86, 48),
        box(-80, 46, -79, 47),
        MultiPolygon([INSIDE, box(-80, 46, -79.9, 46.1)]),
    ],
)
def test_wider_ground_is_for_two_people(
    town: Town, alert_id: int, ana: Staff, ground: Shape
) -> None:
    with pytest.raises(Conflict, match="two people"):
        corrects(town, alert_id, ana, ground=ground)
    assert live(town, alert_id).number == 1


def test_a_higher_tier_is_for_two_people(town: Town, ana: Staff) -> None:
    alert_id = town.alert(tier=Tier.MISSING, area=OLD)
    for tier in (Tier.AMBER, Tier.ENDANGERED):
        with pytest.raises(Conflict, match="two people"):
            corrects(town, alert_id, ana, tier=tier)
    with pytest.raises(Conflict, match="two people"):
        corrects(town, alert_id, ana, tier=Tier.AMBER, ground=INSIDE)
    assert live(town, alert_id).number == 1


def test_what_changes_nothing_is_refused(town: Town, alert_id: int, ana: Staff) -> None:
    for tier, ground in ((None, None), (Tier.AMBER, None), (None, OLD), (Tier.AMBER, OLD)):
        with pytest.raises(Conflict, match="lower tier or a smaller area"):
            corrects(town, alert_id, ana, tier=tier, ground=ground)


def test_a_second_correction_goes_on_from_the_first(town: Town, alert_id: int, ana: Staff) -> None:
    corrects(town, alert_id, ana, ground=INSIDE)
    with pytest.raises(Conflict, match="two people"):
        corrects(town, alert_id, ana, ground=box(-87.9, 46.4, -87.3, 46.6))
    corrects(town, alert_id, ana, tier=Tier.MISSING)
    made = live(town, alert_id)
    assert (made.number, made.tier) == (3, Tier.MISSING)
    assert made.area is not None
    assert made.area.shape.equals(INSIDE)


def test_what_is_over_or_was_never_told_isnt_corrected(
    town: Town, alert_id: int, ana: Staff
) -> None:
    unheard = town.alert(area=OLD)
    with town.store.begin() as session:
        held = session.get_one(Alert, unheard)
        held.status, held.live_revision = Status.HELD, 0
    with pytest.raises(Conflict, match="nobody was told"):
        corrects(town, unheard, ana, tier=Tier.MISSING)
    late = town.alert(area=OLD)
    town.end(alert_id, EndReason.FOUND)
    with pytest.raises(Conflict, match="ended"):
        corrects(town, alert_id, ana, tier=Tier.MISSING)
    town.clock.move_on(days=2)
    with pytest.raises(Conflict, match="ended"):
        corrects(town, late, ana, tier=Tier.MISSING)


def test_a_viewer_corrects_nothing_and_there_is_a_short_reason(
    town: Town, alert_id: int, ana: Staff
) -> None:
    with pytest.raises(Conflict, match="viewer"):
        corrects(town, alert_id, hired(town, "viewer"), tier=Tier.MISSING)
    for reason, said in (("", "why"), ("  ", "why"), ("x" * (LONGEST_REASON + 1), "characters")):
        with pytest.raises(Conflict, match=said):
            corrects(town, alert_id, ana, tier=Tier.MISSING, reason=reason)
    assert live(town, alert_id).number == 1


def test_what_waits_for_two_people_goes_on_waiting(town: Town, alert_id: int, ana: Staff) -> None:
    number = town.revise(alert_id, area=OLD)
    with town.store.begin() as session:
        session.get_one(Alert, alert_id).live_revision = number - 1
        revision(session, alert_id, number - 1).state = RevisionState.LIVE
        waiting = revision(session, alert_id, number)
        waiting.state, waiting.held_reasons = RevisionState.HELD, [{"code": "too_large"}]
    corrects(town, alert_id, ana, tier=Tier.MISSING)
    with town.store.read() as session:
        held = newest_revision(session, alert_id)
    assert (held.state, held.tier, held.by_desk) == (RevisionState.HELD, Tier.AMBER, False)
    assert held.held_reasons == [{"code": "too_large"}]
    assert held.poster_id == waiting.poster_id
    assert live(town, alert_id).number == number + 1 == held.number - 1

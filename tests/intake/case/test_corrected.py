"""What was wrong is put right; and what the desk put right, no source undoes by itself."""

from typing import Any
from uuid import UUID

import pytest
from shapely.geometry import box
from sqlalchemy import select

from alerts.alert import RevisionState, Tier
from alerts.area_of_interest import Provenance
from alerts.desk.correct import correct
from alerts.intake.document import TakenIn
from alerts.store.alerts import Alert, AlertRevision, AreaRecord
from alerts.store.feeds import Feed, Trust
from alerts.store.staff import Staff
from alerts.store.submissions import SubmissionOutcome
from geo.parts import Shape
from service.jobs import Jobs
from service.wiring import Runtime
from tests.intake.case.carried import (
    add_feed,
    ago,
    alert,
    approve_newest,
    codes,
    doc,
    drawn,
    push,
    revisions,
    theirs,
    waves,
    withdraw,
)
from tests.service.api_partner.documents import add_neighbours

pytest_plugins = ("tests.intake.case.carrying_feeds",)

SMALLER = box(-87.45, 46.52, -87.35, 46.6)  # inside of what `drawn` draws
ACCEPTED, HELD = SubmissionOutcome.ACCEPTED, SubmissionOutcome.HELD


def said(minutes_ago: float, **changes: Any) -> dict[str, Any]:
    """Return a word of the source on its AMBER alert, the area drawn."""
    return drawn(doc(**{"amberAlert": True, "lastModified": ago(minutes=minutes_ago), **changes}))


def corrected(
    runtime: Runtime, taken: TakenIn, *, tier: Tier | None = None, ground: Shape | None = None
) -> None:
    """Let the desk correct an alert."""
    with runtime.store.begin() as session:
        ana = Staff(name="ana", role="editor", joined_at=runtime.clock())
        session.add(ana)
        session.flush()
        found = session.scalars(select(Alert).where(Alert.public_id == taken.alert_id)).one()
        now = runtime.clock()
        correct(session, found, ana, now, tier=tier, ground=ground, reason="wrong case")


def live(runtime: Runtime, public_id: UUID | None) -> AlertRevision:
    number = alert(runtime, public_id).live_revision
    return next(r for r in revisions(runtime, public_id) if r.number == number)


def ground(runtime: Runtime, public_id: UUID | None) -> AreaRecord:
    with runtime.store.read() as session:
        made = session.get_one(AlertRevision, live(runtime, public_id).id).area
        assert made is not None
        return made


def sent(runtime: Runtime) -> list[tuple[str, int]]:
    Jobs(runtime).run_until_quiet()
    return waves(runtime)


class TestOfTheSource:
    def test_a_source_that_lowers_the_tier_corrects_what_it_said(
        self, runtime: Runtime, ncmec: Feed
    ) -> None:
        add_neighbours(runtime, 3)
        taken = push(runtime, ncmec, said(20))
        sent(runtime)
        push(runtime, ncmec, said(10, amberAlert=False))
        made = live(runtime, taken.alert_id)
        assert (made.tier, made.correction, made.material) == (Tier.MISSING, True, True)
        assert sent(runtime) == [("alert", 3), ("correction", 3)]

    def test_a_source_that_raises_it_updates(self, runtime: Runtime, ncmec: Feed) -> None:
        add_neighbours(runtime, 3)
        taken = push(runtime, ncmec, said(20, amberAlert=False))
        sent(runtime)
        push(runtime, ncmec, said(10))
        assert not live(runtime, taken.alert_id).correction
        assert sent(runtime) == [("alert", 3), ("update", 3)]

    def test_what_was_held_and_is_approved_later_corrects_as_well(
        self, runtime: Runtime, ncmec: Feed
    ) -> None:
        review = add_feed(runtime, "review", Trust.REVIEW)
        taken = push(runtime, review, said(20))
        approve_newest(runtime, taken.alert_id)
        push(runtime, review, said(10, amberAlert=False))
        assert not revisions(runtime, taken.alert_id)[-1].correction  # nobody is told of it yet
        approve_newest(runtime, taken.alert_id)
        assert live(runtime, taken.alert_id).correction

    def test_another_feed_that_takes_over_with_a_lower_tier_corrects(
        self, runtime: Runtime, ncmec: Feed, state: Feed
    ) -> None:
        taken = push(runtime, ncmec, drawn(doc(amberAlert=True)))
        push(runtime, state, drawn(theirs()))
        withdraw(runtime, ncmec, "NCMC", "1")
        made = live(runtime, taken.alert_id)
        assert (made.tier, made.correction) == (Tier.MISSING, True)

    @pytest.mark.parametrize(
        ("change", "flags", "told"),
        [
            ({"distributionLocations": [{"state": "OH"}]}, (False, False), []),
            ({"contacts": [{"phoneNumbers": ["1-906-555-0111"]}]}, (False, True), [("update", 3)]),
            ({"vehicle": {"licensePlate": "EXA 0199"}}, (True, True), [("update", 3)]),
        ],
    )
    def test_a_revision_is_told_as_loud_as_it_matters(
        self,
        runtime: Runtime,
        ncmec: Feed,
        change: dict[str, Any],
        flags: tuple[bool, bool],
        told: list[tuple[str, int]],
    ) -> None:
        add_neighbours(runtime, 3)
        taken = push(runtime, ncmec, said(20))
        sent(runtime)
        assert push(runtime, ncmec, said(10, **change)).outcome is ACCEPTED
        made = live(runtime, taken.alert_id)
        assert (made.number, made.material, made.visible) == (2, *flags)
        assert sent(runtime) == [("alert", 3), *told]


class TestOfTheDesk:
    def test_the_source_goes_on_below_the_tier_that_the_desk_chose(
        self, runtime: Runtime, ncmec: Feed
    ) -> None:
        """What it says anew of the child is told; that it is amber waits for two people."""
        add_neighbours(runtime, 3)
        taken = push(runtime, ncmec, said(20))
        sent(runtime)
        corrected(runtime, taken, tier=Tier.ENDANGERED)
        again = push(runtime, ncmec, said(10, vehicle={"licensePlate": "EXA 0199"}))
        assert (again.outcome, codes(again)) == (HELD, {"corrected_by_desk"})
        made = live(runtime, taken.alert_id)
        assert (made.number, made.tier, made.by_desk) == (3, Tier.ENDANGERED, True)
        waiting = revisions(runtime, taken.alert_id)[-1]
        assert (waiting.state, waiting.tier) == (RevisionState.HELD, Tier.AMBER)
        assert [kind for kind, _ in sent(runtime)] == ["alert", "correction"]

    def test_it_stays_so_whatever_the_source_says_next(self, runtime: Runtime, ncmec: Feed) -> None:
        taken = push(runtime, ncmec, said(20))
        corrected(runtime, taken, tier=Tier.ENDANGERED)
        for minutes in (10, 5):
            push(runtime, ncmec, said(minutes, vehicle={"description": f"van {minutes}"}))
            assert live(runtime, taken.alert_id).tier is Tier.ENDANGERED

    def test_two_people_may_raise_it_again(self, runtime: Runtime, ncmec: Feed) -> None:
        taken = push(runtime, ncmec, said(20))
        corrected(runtime, taken, tier=Tier.ENDANGERED)
        push(runtime, ncmec, said(10, vehicle={"description": "van"}))
        approve_newest(runtime, taken.alert_id)
        made = live(runtime, taken.alert_id)
        assert (made.tier, made.by_desk) == (Tier.AMBER, False)
        push(runtime, ncmec, said(5, vehicle={"description": "red van"}))
        assert live(runtime, taken.alert_id).tier is Tier.AMBER

    def test_ground_that_the_desk_drew_isnt_widened(self, runtime: Runtime, ncmec: Feed) -> None:
        taken = push(runtime, ncmec, said(20))
        corrected(runtime, taken, ground=SMALLER)
        push(runtime, ncmec, said(10, vehicle={"description": "van"}))
        made = live(runtime, taken.alert_id)
        assert made.number == 3
        area = ground(runtime, taken.alert_id)
        assert area.provenance is Provenance.DESK
        assert area.shape.equals(SMALLER)

    def test_the_tier_alone_leaves_the_ground_to_the_source(
        self, runtime: Runtime, ncmec: Feed
    ) -> None:
        taken = push(runtime, ncmec, said(20, amberAlert=False, endangered=True))
        corrected(runtime, taken, tier=Tier.MISSING)
        elsewhere = said(10, amberAlert=False)
        elsewhere["geometry"]["coordinates"][0] = [
            [lon - 1, lat] for lon, lat in elsewhere["geometry"]["coordinates"][0]
        ]
        assert push(runtime, ncmec, elsewhere).outcome is ACCEPTED
        made = live(runtime, taken.alert_id)
        assert ground(runtime, taken.alert_id).shape.bounds[0] < -88
        assert not made.correction

    def test_what_the_source_lowers_further_goes_out(self, runtime: Runtime, ncmec: Feed) -> None:
        taken = push(runtime, ncmec, said(20))
        corrected(runtime, taken, tier=Tier.ENDANGERED)
        assert push(runtime, ncmec, said(10, amberAlert=False)).outcome is ACCEPTED
        assert live(runtime, taken.alert_id).tier is Tier.MISSING

    def test_another_feed_doesnt_outrank_the_desk(
        self, runtime: Runtime, ncmec: Feed, state: Feed
    ) -> None:
        taken = push(runtime, ncmec, said(20))
        corrected(runtime, taken, tier=Tier.MISSING)
        other = push(runtime, state, drawn(theirs(amberAlert=True)))
        assert (other.outcome, other.alert_id) == (HELD, taken.alert_id)
        assert live(runtime, taken.alert_id).tier is Tier.MISSING

    def test_nor_does_one_that_takes_over(self, runtime: Runtime, ncmec: Feed, state: Feed) -> None:
        taken = push(runtime, ncmec, drawn(doc(amberAlert=True)))
        push(runtime, state, drawn(theirs(amberAlert=True)))
        corrected(runtime, taken, tier=Tier.MISSING, ground=SMALLER)
        withdraw(runtime, ncmec, "NCMC", "1")
        made = live(runtime, taken.alert_id)
        assert (made.number, made.tier, made.by_desk) == (4, Tier.MISSING, True)
        assert ground(runtime, taken.alert_id).shape.equals(SMALLER)

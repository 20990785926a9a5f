"""A fictional town to alert: neighbours with neighborhoods and phones, a case, its alert.

Rows are written as the product writes them, without the way through the API and the intake.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import EndReason, RevisionState, Status, Tier
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.audience.choose import audience_index
from alerts.audience.columns.index import Columns
from alerts.audience.index import AudienceIndex
from alerts.audience.make_wave import WavePolicy
from alerts.audience.plan import catch_up, plan_revision
from alerts.lifecycle import end_alert, go_live
from alerts.poster import CaseKey, Child, Contact, Place, Poster
from alerts.store.alerts import (
    Alert,
    AlertRevision,
    area_record,
    newest_revision,
    revision,
)
from alerts.store.base import Ground
from alerts.store.cases import CaseRecord, PosterRecord, seal_poster
from alerts.store.devices import put_device
from alerts.store.engine import Store
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.subscribers import (
    Channel,
    Neighborhood,
    Subscriber,
    new_token,
    note_change,
    remove_neighborhood,
    token_hash,
)
from alerts.store.vault import Vault
from alerts.store.waves import Batch, Wave
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.measure import area_km2
from tests.fakes.clock import StandingClock

CENTRE = LonLat(-87.4, 46.54)
FAR_AWAY = LonLat(-80.0, 30.0)
NEARBY_M = 1_500
AREA_M = 16_000
POLICY = WavePolicy(batch_size=500, weekly_cap=3)

WREN = Poster(
    case=CaseKey(organization="MQPD", number="2026-0001"),
    children=(
        Child(
            first_name="Wren",
            last_name="Example",
            age_now="7",
            missing_from=Place(city="Marquette", state="MI", country="US"),
        ),
    ),
    contacts=(Contact(name="Marquette Police", phone_numbers=("1-906-555-0100",)),),
)


@dataclass(kw_only=True)
class Town:
    """The town; every method is a transaction of its own."""

    store: Store
    vault: Vault
    clock: StandingClock = field(default_factory=StandingClock)
    index: AudienceIndex = field(default_factory=Columns)  # PostgreSQL gets its own
    policy: WavePolicy = POLICY
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Get the index that this store needs."""
        if not self.store.is_sqlite and isinstance(self.index, Columns):
            self.index = audience_index(self.store)

    def person(
        self,
        at: LonLat | None = CENTRE,
        *,
        language: str = "en",
        quiet_hours: Mapping[str, object] | None = None,
        weekly_cap: int | None = None,
        tester: bool = False,
        phones: Sequence[Channel] = (Channel.FCM,),
    ) -> int:
        """Let somebody move in; return their row id."""
        with self.store.begin() as session:
            person = Subscriber(
                token_hash=token_hash(new_token()),
                language=language,
                quiet_hours=dict(quiet_hours) if quiet_hours else None,
                weekly_cap=weekly_cap,
                tester=tester,
                joined_at=self.clock(),
            )
            session.add(person)
            session.flush()
        for number, channel in enumerate(phones):
            self.phone(person.id, f"phone-{number}", channel=channel)
        if at is not None:
            self.draw(person.id, circle_ground(at, NEARBY_M))
        return person.id

    def phone(self, person_id: int, key: str = "phone-0", *, channel: Channel = Channel.FCM) -> int:
        """Register a phone (again, if the key is known); return its row id."""
        with self.store.begin() as session:
            device = put_device(
                session,
                session.get_one(Subscriber, person_id),
                key,
                channel=channel,
                address=f"token-{next(self._numbers)}",
                address_kind="token",
                now=self.clock(),
            )
            return device.id

    def draw(self, person_id: int, shape: Ground) -> int:
        """Draw a neighborhood; return its row id."""
        with self.store.begin() as session:
            drawn = Neighborhood(
                subscriber_id=person_id, name="Home", shape=shape, drawn_at=self.clock()
            )
            session.add(drawn)
            note_change(session, drawn)
            session.flush()
            return drawn.id

    def move(self, neighborhood_id: int, shape: Ground) -> None:
        """Move a neighborhood."""
        with self.store.begin() as session:
            moved = session.get_one(Neighborhood, neighborhood_id)
            moved.shape = shape
            note_change(session, moved)

    def leave(self, neighborhood_id: int) -> None:
        """Remove a neighborhood."""
        with self.store.begin() as session:
            remove_neighborhood(session, session.get_one(Neighborhood, neighborhood_id))

    def home_of(self, person_id: int) -> int:
        """Return the first neighborhood of a person."""
        with self.store.read() as session:
            return session.scalars(
                select(Neighborhood.id)
                .where(Neighborhood.subscriber_id == person_id)
                .order_by(Neighborhood.id)
            ).all()[0]

    def alert(
        self,
        *,
        tier: Tier = Tier.AMBER,
        area: Ground | None = None,
        exercise: bool = False,
        lives: timedelta = timedelta(days=1),
        poster: Poster = WREN,
    ) -> int:
        """Raise an alert, live at once; return its row id."""
        now, number = self.clock(), next(self._numbers)
        with self.store.begin() as session:
            case = CaseRecord(
                feed_id=self._feed(session),
                lookup=self.vault.lookup("case", str(number)),
                key_id=self.vault.new_key(),
                opened_at=now,
            )
            session.add(case)
            session.flush()
            alert = Alert(
                case_id=case.id,
                feed_id=case.feed_id,
                status=Status.HELD,
                tier=tier,
                exercise=exercise,
                country="US",
                received_at=now,
                expires_at=now + lives,
            )
            session.add(alert)
            session.flush()
            self._add_revision(session, alert, tier, area, now + lives, poster)
            return alert.id

    def revise(
        self,
        alert_id: int,
        *,
        area: Ground | None = None,
        tier: Tier | None = None,
        material: bool = True,
        visible: bool | None = None,
        correction: bool = False,
        poster: Poster = WREN,
    ) -> int:
        """Make the next revision, live at once; return its number.

        What isn't material can't be seen either, unless it is said to be.
        """
        flags = {
            "material": material,
            "visible": material if visible is None else visible,
            "correction": correction,
        }
        with self.store.begin() as session:
            alert = session.get_one(Alert, alert_id)
            tier = tier or alert.tier
            self._add_revision(session, alert, tier, area, alert.expires_at, poster, **flags)
            return alert.live_revision

    def end(self, alert_id: int, reason: EndReason = EndReason.FOUND) -> bool:
        """End an alert."""
        with self.store.begin() as session:
            alert = session.get_one(Alert, alert_id)
            return end_alert(session, alert, reason, self.clock(), actor="feed:police")

    def plan(self, alert_id: int) -> int:
        """Make the waves of the newest revision; return how many devices are in them."""
        with self.store.begin() as session:
            live = newest_revision(session, alert_id)
            return plan_revision(session, self.index, live, self.clock(), self.policy)

    def catch_up(self, alert_id: int) -> int:
        """Tell late joiners; return how many devices."""
        with self.store.begin() as session:
            alert = session.get_one(Alert, alert_id)
            live = revision(session, alert_id, alert.live_revision)
            return catch_up(session, self.index, alert, live, self.clock(), self.policy)

    def waves(self, alert_id: int) -> list[Wave]:
        """Return the waves of an alert, oldest first."""
        with self.store.read() as session:
            found = select(Wave).where(Wave.alert_id == alert_id).order_by(Wave.id)
            return list(session.scalars(found))

    def batches(self) -> list[Batch]:
        """Return all batches, oldest first."""
        with self.store.read() as session:
            return list(session.scalars(select(Batch).order_by(Batch.id)))

    def _feed(self, session: Session) -> int:
        feed = session.scalar(select(Feed).where(Feed.slug == "police"))
        if feed is None:
            feed = Feed(
                slug="police", kind=FeedKind.POSTER, trust=Trust.AUTO, created_at=self.clock()
            )
            session.add(feed)
            session.flush()
        return feed.id

    def _add_revision(
        self,
        session: Session,
        alert: Alert,
        tier: Tier,
        area: Ground | None,
        expires_at: datetime,
        poster: Poster,
        **flags: bool,
    ) -> None:
        now = self.clock()
        case = session.get_one(CaseRecord, alert.case_id)
        kept = PosterRecord(
            case_id=case.id,
            digest=b"d",
            received_at=now,
            sealed_payload=seal_poster(self.vault, case, poster),
        )
        session.add(kept)
        session.flush()
        made = AlertRevision(
            alert_id=alert.id,
            number=alert.live_revision + 1,
            poster_id=kept.id,
            country=alert.country,
            area=area_record(_area(area or circle_ground(CENTRE, AREA_M)), now),
            state=RevisionState.HELD,
            tier=tier,
            held_reasons=[],
            **flags,
            expires_at=expires_at,
            made_at=now,
        )
        session.add(made)
        session.flush()
        session.refresh(alert, ["revisions"])
        go_live(session, alert, made, now, actor="feed:police")


def _area(shape: Ground) -> AreaOfInterest:
    return AreaOfInterest(
        shape=shape,
        provenance=Provenance.EXPLICIT,
        confidence=1.0,
        area_km2=area_km2(shape),
        source="16 km around a fictional town",
    )

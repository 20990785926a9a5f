"""Sends the waves of a town over a channel in memory, with the real dispatcher."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from sqlalchemy import select

from alerts.aftercare.settle import settle
from alerts.authority import AuthorityBook, CountryAuthorities, Phone
from alerts.delivery.claim import Claimed, claim_batch
from alerts.delivery.compose import Composer
from alerts.delivery.dispatch import Dispatcher, DispatchPolicy
from alerts.photo_links import PhotoLinks
from alerts.push import Outcome
from alerts.store.batches import ready_batches
from alerts.store.subscribers import Device
from alerts.store.waves import BatchState
from tests.audience.town import Town
from tests.fakes.push_channel import FakeChannel
from tests.fakes.sends import FakeSends

URL = "https://alerts.example"
LEASE = timedelta(seconds=60)
BOOK: AuthorityBook = {
    "US": CountryAuthorities(
        emergency=(Phone(display="911", tel="911"),),
        hotline_name="Example hotline",
        hotline=(Phone(display="1-800-555-0199", tel="+18005550199"),),
    )
}


@dataclass(kw_only=True)
class PostOffice:
    """A dispatcher whose chunks are of two devices, so that a batch has several."""

    town: Town
    channel: FakeChannel = field(default_factory=FakeChannel)
    sends: FakeSends = field(default_factory=FakeSends)
    chunk: int = 2

    @cached_property
    def composer(self) -> Composer:
        """Writes the messages."""
        vault = self.town.vault
        links = PhotoLinks(vault=vault, public_url=URL, lives=timedelta(days=1))
        return Composer(vault=vault, authorities=BOOK, links=links, public_url=URL)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Sends over FCM; no other channel is set up."""
        return Dispatcher(
            store=self.town.store,
            index=self.town.index,
            composer=self.composer,
            channels={"fcm": self.channel},
            policy=DispatchPolicy(lease=LEASE, chunk=self.chunk),
            clock=self.town.clock,
            sends=self.sends,
            pause=lambda _: None,  # the clock stands still
        )

    def send(self) -> int:
        """Send what is ready now, each batch once; return how many batches there were."""
        with self.town.store.read() as session:
            ready = list(ready_batches(session, self.town.clock(), 1_000))
        for batch_id in ready:
            self.dispatcher.send_batch(batch_id)
        return len(ready)

    def claim(self, batch_id: int) -> Claimed | None:
        """Take a batch as a sender does, and send nothing yet."""
        town = self.town
        return claim_batch(town.store, town.index, self.composer, batch_id, town.clock(), LEASE)

    def settle(self, alert_id: int) -> int:
        """Make one pass of telling the end."""
        with self.town.store.begin() as session:
            town = self.town
            return settle(session, town.index, alert_id, town.clock(), town.policy.batch_size)

    def outcomes(self) -> dict[int, Outcome]:
        """How it went for each device, over all batches; the newest wins."""
        return {
            int(device): Outcome(outcome)
            for batch in self.town.batches()
            for device, outcome in zip(batch.devices(), batch.outcomes, strict=True)
        }

    def states(self) -> list[BatchState]:
        """Where each batch stands."""
        return [batch.state for batch in self.town.batches()]

    def phones(self, *people: int) -> list[int]:
        """The devices of these people."""
        with self.town.store.read() as session:
            return list(
                session.scalars(
                    select(Device.id).where(Device.subscriber_id.in_(people)).order_by(Device.id)
                )
            )

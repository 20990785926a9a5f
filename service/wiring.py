"""Puts the parts together, in one place: which store, which channels, which policy.

Nothing here does anything yet: `Runtime` is what a process works with, whether it answers
requests, sends batches, or runs one command.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from alerts.alert import Tier
from alerts.area.counties import CountyBook
from alerts.area.derive import AreaPolicy
from alerts.area.suggestion import Atlas
from alerts.area.touched_counties import TouchedCounties
from alerts.audience.choose import audience_index
from alerts.audience.index import AudienceIndex
from alerts.audience.make_wave import WavePolicy
from alerts.authority import AuthorityBook
from alerts.clock import Clock, utc_now
from alerts.delivery.compose import Composer
from alerts.delivery.dispatch import Dispatcher, DispatchPolicy
from alerts.delivery.pace.shared import SharedGate
from alerts.geocoding.remembered import RememberingGeocoder
from alerts.intake.judge.consider import Considering
from alerts.intake.judge.limits import CountPeople, Ground, LimitBook
from alerts.intake.judge.policy import IntakePolicy
from alerts.intake.judge.tiers import TierPolicy
from alerts.intake.likeness.known import KnownChildren
from alerts.intake.likeness.policy import LikenessPolicy
from alerts.intake.photos.screen import Screening
from alerts.intake.photos.take import PhotoRules
from alerts.intake.receive import Intake
from alerts.photo_links import PhotoLinks
from alerts.push import PushChannel
from alerts.store.engine import Store
from alerts.store.keyring import Keyring
from alerts.store.media import Media, MediaFolder
from alerts.store.places import StoredPlaces
from alerts.store.roads import StoredRoads
from alerts.store.vault import Vault
from alerts.whom_to_call import load_authorities
from config.settings import Settings, authorities_path
from service.channels import make_channels
from service.geocoding import make_geocoder
from service.growth import growth_policy
from service.metrics import Metrics
from service.pacing import make_gate


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Everything that a process works with."""

    settings: Settings
    clock: Clock
    store: Store
    keyring: Keyring
    vault: Vault
    media: Media
    places: StoredPlaces
    counties: CountyBook
    atlas: Atlas
    geocoder: RememberingGeocoder | None
    index: AudienceIndex
    authorities: AuthorityBook
    intake: Intake
    links: PhotoLinks
    channels: Mapping[str, PushChannel]
    gate: SharedGate
    dispatcher: Dispatcher
    wave_policy: WavePolicy
    metrics: Metrics
    stopping: threading.Event  # what is in hand ends, nothing new begins

    def close(self) -> None:
        """Close what holds files and connections."""
        for channel in self.channels.values():
            channel.close()
        self.store.close()
        self.keyring.close()


def wire(settings: Settings, clock: Clock = utc_now) -> Runtime:
    """Make the parts that `settings` ask for."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(settings.resolved_database_url)
    keyring = Keyring(settings.resolved_keyring_url, clock)
    vault = Vault(keyring)
    authorities = load_authorities(authorities_path().read_bytes())
    places, index, metrics = StoredPlaces(store), audience_index(store), Metrics()
    media = MediaFolder(settings.data_dir / "media")
    links = PhotoLinks(
        vault=vault,
        public_url=settings.resolved_public_url,
        lives=timedelta(seconds=settings.photo_link_ttl_s),
    )
    channels, stopping = make_channels(settings, keyring), threading.Event()
    gate = make_gate(settings, store, metrics)
    composer = Composer(
        vault=vault,
        authorities=authorities,
        links=links,
        public_url=settings.resolved_public_url,
    )
    geocoder = make_geocoder(settings, store, vault, clock)
    limits = LimitBook(
        places, people_in(store, index), spill_m=settings.jurisdiction_spill_km * 1000
    )
    considering = Considering(
        places=places,
        geocoder=geocoder,
        authorities=authorities,
        area_policy=area_policy(settings),
        tier_policy=TierPolicy(long_term_after=timedelta(days=settings.long_term_after_days)),
        policy=intake_policy(settings),
        limits=limits,
    )
    return Runtime(
        settings=settings,
        clock=clock,
        store=store,
        keyring=keyring,
        vault=vault,
        media=media,
        places=places,
        counties=CountyBook(places),
        atlas=Atlas(counties=TouchedCounties(places), roads=StoredRoads(store)),
        geocoder=geocoder,
        index=index,
        authorities=authorities,
        intake=Intake(
            store=store,
            vault=vault,
            media=media,
            considering=considering,
            clock=clock,
            photos=photo_rules(settings),
            known=KnownChildren(likeness_policy(settings)),
        ),
        links=links,
        channels=channels,
        gate=gate,
        dispatcher=Dispatcher(
            store=store,
            index=index,
            composer=composer,
            channels=channels,
            policy=dispatch_policy(settings),
            clock=clock,
            sends=metrics,
            gate=gate,
            stopping=stopping.is_set,
        ),
        wave_policy=WavePolicy(batch_size=settings.batch_size, weekly_cap=settings.weekly_cap),
        metrics=metrics,
        stopping=stopping,
    )


def people_in(store: Store, index: AudienceIndex) -> CountPeople:
    """Return the count of subscribers that an area reaches, as of the newest change."""

    def count(shape: Ground) -> int:
        with store.read() as session:
            index.refresh(session)
            return len(np.unique(index.reach(session, shape).subscriber_ids))

    return count


def photo_rules(settings: Settings) -> PhotoRules:
    """Return which photos are taken."""
    return PhotoRules(
        screening=Screening(settings.pdq_list, settings.pdq_max_distance),
        max_bytes=settings.photo_max_bytes,
        max_pixels=settings.photo_max_pixels,
    )


def dispatch_policy(settings: Settings) -> DispatchPolicy:
    """Return how batches are held and cut."""
    return DispatchPolicy(lease=timedelta(seconds=settings.lease_s), chunk=settings.send_chunk)


def area_policy(settings: Settings) -> AreaPolicy:
    """Return how far around a place an alert reaches."""
    return AreaPolicy(
        zip_radius_m=settings.zip_radius_m,
        city_radius_m=settings.city_radius_m,
        city_large_radius_m=settings.city_large_radius_m,
        growth=growth_policy(settings),
        geocoder_most_radius_m=settings.geocoder_most_radius_m,
        geocoder_refines_states=settings.geocoder_refines_states,
        geocoder_country=settings.default_country or None,
    )


def likeness_policy(settings: Settings) -> LikenessPolicy:
    """Return how sure it must be that two feeds' posters are of one child."""
    return LikenessPolicy(
        certain=settings.same_child_certain,
        doubtful=settings.same_child_doubtful,
        hint_within_m=settings.same_child_hint_km * 1000,
        hint_within=timedelta(days=settings.same_child_hint_days),
    )


def intake_policy(settings: Settings) -> IntakePolicy:
    """Return when alerts expire and what waits for the desk."""
    return IntakePolicy(
        expires_after={
            Tier.AMBER: timedelta(hours=settings.amber_expires_h),
            Tier.ENDANGERED: timedelta(hours=settings.endangered_expires_h),
            Tier.MISSING: timedelta(hours=settings.missing_expires_h),
            Tier.LONG_TERM: timedelta(hours=settings.long_term_expires_h),
        },
        amber_fresh_for=timedelta(days=settings.amber_fresh_days),
        hold_area_above_km2=settings.hold_area_above_km2,
        hold_amber_area_above_km2=settings.hold_amber_area_above_km2,
        default_country=settings.default_country or None,
    )

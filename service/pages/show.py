"""What do the pages show of what is stored? Opens the poster for one answer and keeps nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from alerts.alert import Status, Tier, WaveKind
from alerts.authority import Authority, AuthorityKind
from alerts.delivery.wording import PushSubject, word_push
from alerts.errors import Refused, Sealed
from alerts.photos_shown import source_hash
from alerts.place_words import place_words
from alerts.poster import Photo, Poster
from alerts.store.alerts import Alert, AlertRevision, alert_by_public_id, newest_active
from alerts.store.alerts import revision as revision_of
from alerts.store.cases import CaseRecord, PhotoRecord, PosterRecord, open_poster, photos_of_case
from alerts.whom_to_call import whom_to_call
from service.pages.atlas import Atlas
from service.pages.present import child_view, companion_view, narrative_view, vehicle_view
from service.pages.views import (
    AreaView,
    GonePage,
    HomeAlert,
    HomePage,
    Language,
    NotFoundPage,
    PhotoView,
    PosterPage,
    SourceView,
)
from service.wiring import Runtime

MOST_AT_HOME = 50  # alerts; more than anybody reads, and each is opened for every visitor
OPEN_STREET_MAP = "© OpenStreetMap contributors"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An alert as people may see it: its poster open, its photos by their source."""

    alert: Alert
    poster: Poster
    photos: Mapping[bytes, PhotoRecord]


def open_alert(runtime: Runtime, session: Session, alert: Alert) -> Shown | None:
    """Open an active alert's live revision; None if there is nothing that people may see."""
    if alert.status is not Status.ACTIVE or alert.expires_at <= runtime.clock():
        return None
    return _open(runtime, session, alert, revision_of(session, alert.id, alert.live_revision))


def _open(runtime: Runtime, session: Session, alert: Alert, live: AlertRevision) -> Shown | None:
    case = session.get_one(CaseRecord, alert.case_id)
    record = session.get_one(PosterRecord, live.poster_id)
    poster = open_poster(runtime.vault, case.key_id, record)
    if poster is None:
        return None
    photos = {photo.source: photo for photo in photos_of_case(session, case.id)}
    return Shown(alert=alert, poster=poster, photos=photos)


def show_alert(
    runtime: Runtime, atlas: Atlas, alert_id: UUID, language: Language
) -> PosterPage | GonePage | NotFoundPage:
    """Return the page of an alert: the poster, that it is over, or that there is none.

    Raises
    ------
    NotFound: no such alert; Sealed: it was taken back in this very moment.
    """
    with runtime.store.read() as session:
        alert = alert_by_public_id(session, alert_id)
        if alert.status is Status.HELD:
            return NotFoundPage(language=language, authorities=general_authorities(runtime))
        shown = open_alert(runtime, session, alert)
        if shown is None:
            return GonePage(
                language=language, authorities=general_authorities(runtime, alert.country)
            )
        return _poster_page(runtime, session, atlas, shown, language)


def show_home(runtime: Runtime, language: Language) -> HomePage:
    """Return the home page with the newest of the alerts that are active now."""
    with runtime.store.read() as session:
        found = [
            _at_home(runtime, session, alert, live, language)
            for alert, live in newest_active(session, runtime.clock(), MOST_AT_HOME)
        ]
    return HomePage(
        language=language,
        alerts=tuple(shown for shown in found if shown is not None),
        base_url=runtime.settings.resolved_public_url,
    )


def _at_home(
    runtime: Runtime, session: Session, alert: Alert, live: AlertRevision, language: Language
) -> HomeAlert | None:
    """Return an alert's line; one that can't be shown takes no other's away."""
    try:
        shown = _open(runtime, session, alert, live)
        return _home_alert(runtime, shown, language) if shown else None
    except (Sealed, Refused):  # taken back in this very moment; or nothing may be said of it
        return None


def general_authorities(runtime: Runtime, country: str | None = None) -> tuple[Authority, ...]:
    """Return whom to call about any child: emergency number and hotline, no contact of a case."""
    book = runtime.authorities
    known = book.get(country or runtime.settings.default_country)
    if known is None:
        return ()
    emergency = Authority(kind=AuthorityKind.EMERGENCY, name="", phones=known.emergency)
    hotline = Authority(
        kind=AuthorityKind.HOTLINE, name=known.hotline_name or "", phones=known.hotline
    )
    return tuple(authority for authority in (emergency, hotline) if authority.phones)


def headline(runtime: Runtime, shown: Shown, language: Language) -> str:
    """Return the title under which an alert is pushed."""
    subject = PushSubject(
        tier=shown.alert.tier,
        poster=shown.poster,
        authorities=whom_to_call(shown.poster, shown.alert.country, runtime.authorities),
        place=place_words(shown.poster),
        is_exercise=shown.alert.exercise,
    )
    return word_push(subject, WaveKind.ALERT, language).title


def _names(poster: Poster) -> str:
    """Return who is missing ("Wren Example, 7"), as far as the poster has names."""
    named = [child for child in poster.still_missing if child.full_name]
    return ", ".join(
        f"{child.full_name}, {child.age_now}" if child.age_now else child.full_name
        for child in named
    )


def _home_alert(runtime: Runtime, shown: Shown, language: Language) -> HomeAlert:
    alert = shown.alert
    return HomeAlert(
        title=_names(shown.poster) or headline(runtime, shown, language),
        timezone=alert.time_zone or "UTC",
        tier=alert.tier,
        place=place_words(shown.poster),
        since=alert.activated_at or alert.received_at,
        url=f"/alerts/{alert.public_id}",
    )


def _poster_page(
    runtime: Runtime, session: Session, atlas: Atlas, shown: Shown, language: Language
) -> PosterPage:
    alert, poster = shown.alert, shown.poster
    live = revision_of(session, alert.id, alert.live_revision)
    area, zone = live.area.value() if live.area else None, alert.time_zone or "UTC"

    def views(photos: tuple[Photo, ...]) -> tuple[PhotoView, ...]:
        found = (_photo_view(runtime, shown, photo) for photo in photos)
        return tuple(view for view in found if view is not None)

    pictures = [v for p in (*poster.still_missing, *poster.companions) for v in views(p.photos)]
    extra = views(poster.extra_photos)
    return PosterPage(
        language=language,
        alert_id=str(alert.public_id),
        revision=alert.live_revision,
        tier=Tier(live.tier),
        headline=headline(runtime, shown, language),
        url=f"{runtime.settings.resolved_public_url}/alerts/{alert.public_id}",
        issued_at=alert.activated_at or alert.received_at,
        updated_at=live.made_at if live.number > 1 else None,
        expires_at=alert.expires_at,
        exercise=alert.exercise,
        timezone=zone,
        children=tuple(child_view(c, views(c.photos), language, zone) for c in poster.children),
        companions=tuple(companion_view(c, views(c.photos), language) for c in poster.companions),
        vehicles=tuple(vehicle_view(vehicle) for vehicle in poster.vehicles),
        narratives=tuple(narrative_view(narrative) for narrative in poster.narratives),
        extra_photos=extra,
        area=AreaView(
            shape=area.shape,
            words=area.source,
            provenance=area.provenance,
            confidence=area.confidence,
            surroundings=atlas.around(area.shape),
            tile_url=runtime.settings.tile_url or None,
            tile_attribution=OPEN_STREET_MAP if runtime.settings.tile_url else None,
        )
        if area
        else None,
        source=SourceView(
            name=poster.organization_name or poster.case.organization,
            case_number=poster.case.number,
            url=poster.source_uri,
        ),
        authorities=whom_to_call(poster, alert.country, runtime.authorities),
        share_image_url=next((v.url for v in (*pictures, *extra)), None),
    )


def _photo_view(runtime: Runtime, shown: Shown, photo: Photo) -> PhotoView | None:
    kept = shown.photos.get(source_hash(runtime.vault, photo))
    if kept is None:
        return None
    return PhotoView(
        url=runtime.links.url(kept.public_id, "page", runtime.clock()),
        print_url=runtime.links.url(kept.public_id, "print", runtime.clock()),
        caption=photo.caption,
        age_progressed=photo.age_progressed,
        width_px=kept.width,
        height_px=kept.height,
    )

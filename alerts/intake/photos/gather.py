"""Fetches the photos that a poster names by address, before its first wave is made or later.

Bounded in time: a picture helps, but it never holds up an alert. What fails for a reason that may
pass is said, so that somebody tries again.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from alerts.clock import Clock
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.fetch import fetch_photo
from alerts.intake.photos.keep import keep_photos, known_sources
from alerts.intake.photos.quarantine import tell_the_feed
from alerts.intake.photos.take import KeptPhoto, PhotoRules, take_photo
from alerts.outbound.ask import AskLimits
from alerts.photos_shown import photos_shown, source_hash
from alerts.poster import Photo
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.cases import CaseRecord, PosterRecord, latest_poster, open_poster
from alerts.store.engine import Store
from alerts.store.media import Media
from alerts.store.vault import Vault

log = structlog.get_logger()

Fetch = Callable[[Photo], bytes]  # raises PhotoRefused


@dataclass(frozen=True, kw_only=True)
class GatherPolicy:
    """What fetching a photo may cost, and what it is compared with."""

    limits: AskLimits
    rules: PhotoRules
    allow_loopback: bool

    def fetch(self, photo: Photo) -> bytes:
        """Fetch a photo from the address that its poster names."""
        return fetch_photo(photo.uri or "", limits=self.limits, allow_loopback=self.allow_loopback)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What came of it."""

    kept: int = 0
    failed_for_now: int = 0  # a server was down, slow or busy: another try may bring them


def gather_photos(
    store: Store,
    vault: Vault,
    media: Media,
    revision_id: int,
    clock: Clock,
    policy: GatherPolicy,
    *,
    wanted: Sequence[Photo] | None = None,
    fetch: Fetch | None = None,
) -> Gathered:
    """Fetch what a revision's poster shows and we don't have.

    Parameters
    ----------
    wanted: the photos; by default all that are missing and have an address.
    fetch: where their bytes come from; by default the addresses.
    """
    if wanted is None:
        wanted = [p for p in photos_wanted(store, vault, revision_id) if p.uri]
    if not wanted:
        return Gathered()
    if not policy.rules.screening.state().is_ready:  # nobody may see them: don't even fetch them
        return Gathered(failed_for_now=len(wanted))
    get = fetch or policy.fetch
    with ThreadPoolExecutor(len(wanted)) as pool:  # at most MAX_PHOTOS; none waits for another
        tried = list(pool.map(lambda photo: _try(photo, get, policy.rules), wanted))
    taken = [one for one in tried if isinstance(one, KeptPhoto)]
    kept = _keep(store, vault, media, revision_id, clock, taken) if taken else 0
    failed = [one for one in tried if isinstance(one, PhotoRefused)]
    return Gathered(kept=kept, failed_for_now=sum(one.temporary for one in failed))


def photos_wanted(store: Store, vault: Vault, revision_id: int) -> list[Photo]:
    """Return the photos that a revision's poster shows and we neither have nor may have."""
    with store.read() as session:
        found = session.execute(_POSTER, {"revision_id": revision_id}).one()
        if found.ended_at is not None:
            return []
        poster = open_poster(vault, found.key_id, found.PosterRecord)
        shown = photos_shown(poster) if poster else []
        known = known_sources(session, found.id) if shown else set()
    return [p for p in shown if source_hash(vault, p) not in known]


_POSTER = (  # made once: it is asked for every revision, of which few have photos
    select(PosterRecord, CaseRecord.id, CaseRecord.key_id, CaseRecord.ended_at)
    .join(AlertRevision, AlertRevision.poster_id == PosterRecord.id)
    .join(Alert, Alert.id == AlertRevision.alert_id)
    .join(CaseRecord, CaseRecord.id == Alert.case_id)
    .where(AlertRevision.id == bindparam("revision_id"))
)


def _keep(
    store: Store,
    vault: Vault,
    media: Media,
    revision_id: int,
    clock: Clock,
    taken: Sequence[KeptPhoto],
) -> int:
    with store.begin() as session:
        case = _case_of(session, session.get_one(AlertRevision, revision_id))
        if case.ended_at is not None:
            return 0
        still = _still_shown(session, vault, case)  # a sibling may have been found meanwhile
        shown = [one for one in taken if one.photo in still]
        if any(one.hit for one in shown):
            tell_the_feed(session, case)
        return keep_photos(session, vault, media, case, shown, clock())


def _still_shown(session: Session, vault: Vault, case: CaseRecord) -> list[Photo]:
    record = latest_poster(session, case.id)
    poster = open_poster(vault, case.key_id, record) if record else None
    return photos_shown(poster) if poster else []


def _case_of(session: Session, revision: AlertRevision) -> CaseRecord:
    return session.get_one(CaseRecord, session.get_one(Alert, revision.alert_id).case_id)


def _try(photo: Photo, fetch: Fetch, rules: PhotoRules) -> KeptPhoto | PhotoRefused:
    try:
        return take_photo(photo, fetch(photo), rules)
    except PhotoRefused as problem:
        log.warning("photo_left_out", code=problem.code, again=problem.temporary)
        return problem

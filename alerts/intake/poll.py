"""Pulls a Poster API: page by page, photos first, then posters and checkpoint in one transaction.

The network is done before the transaction opens. A page that was stored stays stored, with the
checkpoint that says so; a broken poster is kept as refused and never stops the rest.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.clock import Clock
from alerts.errors import AlertsError, FeedUnavailable
from alerts.intake.cases import lookup_of
from alerts.intake.document import Document, TakenIn
from alerts.intake.ncmec.api import PosterApi, PosterPage
from alerts.intake.ncmec.listing import RawPoster
from alerts.intake.ncmec.reader import read_poster_bytes
from alerts.intake.photos.clean import clean_photo
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.keep import KeptPhoto, refused
from alerts.intake.receive import JSON, Intake, Prepared
from alerts.photos_shown import photos_shown, source_hash
from alerts.poster import Poster
from alerts.problem import Problem, warning
from alerts.store.cases import case_by_lookup, photos_of_case
from alerts.store.engine import Store
from alerts.store.feeds import Feed, checkpoint, set_checkpoint
from alerts.store.submissions import was_refused, was_seen

CHECKPOINT = "lastModifiedFrom"
# Longest wait after failures in a row: half an hour, a tenth of what NCMEC's token lives.
LONGEST_BACK_OFF = timedelta(minutes=30)
# After each page the feed is ours for so long: a hundred posters with a photo or two at a second
# each. Nobody else begins to read it meanwhile; after a crash somebody does when it is over.
PAGE_LEASE = timedelta(minutes=3)


def poll_poster_api(
    store: Store, intake: Intake, api: PosterApi, feed: Feed, clock: Clock
) -> Iterator[TakenIn]:
    """Take in everything modified since the checkpoint; yields what became of each poster.

    Raises
    ------
    FeedUnavailable: the source can't be read now; what was yielded before is stored.
    """
    with store.read() as session:
        since = checkpoint(session, feed, CHECKPOINT)
    for page in api.posters(datetime.fromisoformat(since) if since else None):
        yield from _take_page(store, intake, api, feed, page, clock)


def note_poll(store: Store, feed_id: int, now: datetime, every: timedelta, why: str | None) -> None:
    """Write down how a poll went, and when the next one is due: later after each failure."""
    with store.begin() as session:
        feed = session.get_one(Feed, feed_id)
        feed.polled_at, feed.last_error = now, why[:500] if why else None
        feed.failures = feed.failures + 1 if why else 0
        feed.read_at = feed.read_at if why else now
        wait = min(every * 2 ** min(feed.failures, 10), max(LONGEST_BACK_OFF, every))
        feed.next_poll_at = now + (wait if why else every)


def _take_page(
    store: Store, intake: Intake, api: PosterApi, feed: Feed, page: PosterPage, clock: Clock
) -> list[TakenIn]:
    fresh = _unseen(store, intake, feed, page)
    prepared = [_prepare(store, intake, api, feed, item, clock) for item in fresh]
    with store.begin() as session:
        taken = [
            intake.write(session, feed, one)
            for one in prepared
            if not _is_refused_again(session, intake, feed, one)
        ]
        _stay(session, feed, clock() + PAGE_LEASE)
        if page.newest_modified_at is not None:
            value = page.newest_modified_at.isoformat()
            set_checkpoint(session, feed, CHECKPOINT, value, clock())
    return taken


def _is_refused_again(session: Session, intake: Intake, feed: Feed, one: Prepared) -> bool:
    """Say whether it is to be refused, and was before: once is enough on the record."""
    digest = intake.vault.lookup_bytes("raw", one.document.raw)
    return one.proposal is None and was_refused(session, feed.id, digest)


def _stay(session: Session, feed: Feed, until: datetime) -> None:
    """Put the next poll off, so that no other process reads the feed beside us."""
    row = session.get_one(Feed, feed.id)
    row.next_poll_at = max(row.next_poll_at or until, until)


def _unseen(store: Store, intake: Intake, feed: Feed, page: PosterPage) -> list[RawPoster]:
    """Leave out what this feed sent before, byte by byte: the checkpoint is inclusive.

    What was refused is looked at again: the rule, or a fault of ours, may be mended since.
    """
    with store.read() as session:
        return [
            item
            for item in page.items
            if not was_seen(session, feed.id, intake.vault.lookup_bytes("raw", item.raw))
        ]


def _prepare(
    store: Store, intake: Intake, api: PosterApi, feed: Feed, item: RawPoster, clock: Clock
) -> Prepared:
    document = Document(raw=item.raw, media_type=JSON, received_at=clock())
    reading = read_poster_bytes(item.raw)
    photos: list[KeptPhoto] = []
    problems: list[Problem] = list(reading.problems)
    if reading.poster is not None:
        photos, odd = _fetch_photos(store, intake, api, reading.poster)
        problems += odd
    return intake.prepare(feed, document, reading.poster, tuple(problems), tuple(photos))


def _fetch_photos(
    store: Store, intake: Intake, api: PosterApi, poster: Poster
) -> tuple[list[KeptPhoto], list[Problem]]:
    """Fetch the photos that we don't have yet, those the API serves by their md5."""
    photos: list[KeptPhoto] = []
    problems: list[Problem] = []
    known = _known_photos(store, intake, poster)
    for photo in photos_shown(poster):
        if photo.md5 is None or photo.data_base64 or source_hash(intake.vault, photo) in known:
            continue
        try:
            raw = api.photo(poster.case.organization, poster.case.number, photo.md5)
            clean = clean_photo(raw, expected_md5=photo.md5, max_pixels=intake.max_pixels)
            photos.append(KeptPhoto(photo=photo, clean=clean))
        except PhotoRefused as problem:
            problems.append(refused(problem))
        except FeedUnavailable:
            raise
        except AlertsError:
            problems.append(warning("no_photo", "/photos", "The source has no such photo."))
    return photos, problems


def _known_photos(store: Store, intake: Intake, poster: Poster) -> set[bytes]:
    with store.read() as session:
        case = case_by_lookup(session, lookup_of(intake.vault, poster.case))
        return {p.source for p in photos_of_case(session, case.id)} if case else set()

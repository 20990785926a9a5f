"""Pulls a Poster API: page by page, photos first, then posters and checkpoint in one transaction.

The network is done before the transaction opens. A page that was stored stays stored, with the
checkpoint that says so; a broken poster is kept as refused and never stops the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.clock import Clock
from alerts.errors import AlertsError, FeedUnavailable
from alerts.intake.case.cases import lookup_of
from alerts.intake.document import Document, TakenIn
from alerts.intake.ncmec.api import PosterApi, PosterPage
from alerts.intake.ncmec.listing import RawPoster
from alerts.intake.ncmec.reader import case_in, read_poster_bytes
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.keep import KeptPhoto, known_sources, refused
from alerts.intake.photos.quarantine import photo_quarantined
from alerts.intake.photos.take import take_photo
from alerts.intake.poll.listed import ended_unfound, note_listed
from alerts.intake.prepared import Prepared
from alerts.intake.pull.timetable import wait_for
from alerts.intake.receive import JSON, Intake
from alerts.photos_shown import photos_shown, source_hash
from alerts.poster import Poster
from alerts.problem import Problem, warning
from alerts.store.cases import case_by_lookup
from alerts.store.engine import Store
from alerts.store.feeds import Feed, checkpoint, set_checkpoint
from alerts.store.notices import notify_desk
from alerts.store.submissions import was_refused, was_seen

CHECKPOINT = "lastModifiedFrom"


@dataclass(frozen=True, kw_only=True)
class Pull:
    """A feed that we read, and with what."""

    store: Store
    intake: Intake
    api: PosterApi
    feed: Feed
    clock: Clock


def poll_poster_api(
    store: Store, intake: Intake, api: PosterApi, feed: Feed, clock: Clock
) -> Iterator[TakenIn]:
    """Take in everything modified since the checkpoint; yields what became of each poster.

    Raises
    ------
    FeedUnavailable: the source can't be read now; what was yielded before is stored.
    """
    pull = Pull(store=store, intake=intake, api=api, feed=feed, clock=clock)
    with store.read() as session:
        since = checkpoint(session, feed, CHECKPOINT)
    for page in api.posters(datetime.fromisoformat(since) if since else None):
        yield from take_page(pull, page)


def note_poll(
    store: Store,
    feed_id: int,
    now: datetime,
    every: timedelta,
    why: str | None,
    *,
    retry_after_s: float | None = None,
) -> None:
    """Write down how a poll went, and when the next one is due: later after each failure.

    `retry_after_s`: how long the source asks us to wait, in seconds.
    """
    with store.begin() as session:
        feed = session.get_one(Feed, feed_id)
        feed.polled_at, feed.last_error = now, why[:500] if why else None
        feed.failures = feed.failures + 1 if why else 0
        feed.read_at = feed.read_at if why else now
        feed.next_poll_at = now + wait_for(every, feed.failures, retry_after_s)


def take_page(pull: Pull, page: PosterPage, *, moves_on: bool = True) -> list[TakenIn]:
    """Take in what of a page isn't here yet, and write down how far the feed was read.

    `moves_on`: the page belongs to the reading that the checkpoint is about.
    """
    intake, feed, clock = pull.intake, pull.feed, pull.clock
    prepared = [_prepare(pull, item) for item in _unseen(pull, page)]
    names = names_in(intake, page)
    with pull.store.begin() as session:
        intake.in_turn(session, prepared)
        taken = [
            intake.write(session, feed, one)
            for one in prepared
            if not _is_refused_again(session, intake, feed, one)
        ]
        for name in note_listed(session, feed, names, clock()):
            _tell_of_return(session, feed, name, clock())
        if moves_on and page.newest_modified_at is not None:
            value = page.newest_modified_at.isoformat()
            set_checkpoint(session, feed, CHECKPOINT, value, clock())
    return taken


def names_in(intake: Intake, page: PosterPage) -> set[bytes]:
    """Return the names of the cases that a page lists; what can't be read has none."""
    keys = [case_in(item.payload) for item in page.items]
    return {lookup_of(intake.vault, key) for key in keys if key is not None}


def _tell_of_return(session: Session, feed: Feed, name: bytes, now: datetime) -> None:
    """Tell the desk that what had gone is back: whether a child is missing anew, a person says."""
    alert = ended_unfound(session, feed, name)
    if alert is not None:
        message = (
            "A poster had gone from the source, and its alert was ended. The source lists it "
            "again: look there whether the child is still missing."
        )
        notify_desk(session, "listed_again", message, now, feed_id=feed.id, alert_id=alert.id)


def _is_refused_again(session: Session, intake: Intake, feed: Feed, one: Prepared) -> bool:
    """Say whether it is to be refused, and was before: once is enough on the record."""
    digest = intake.vault.lookup_bytes("raw", one.document.raw)
    return one.proposal is None and was_refused(session, feed.id, digest)


def _unseen(pull: Pull, page: PosterPage) -> list[RawPoster]:
    """Leave out what this feed sent before, byte by byte: the checkpoint is inclusive.

    What was refused is looked at again: the rule, or a fault of ours, may be mended since.
    """
    vault, feed_id = pull.intake.vault, pull.feed.id
    with pull.store.read() as session:
        return [
            item
            for item in page.items
            if not was_seen(session, feed_id, vault.lookup_bytes("raw", item.raw))
        ]


def _prepare(pull: Pull, item: RawPoster) -> Prepared:
    document = Document(raw=item.raw, media_type=JSON, received_at=pull.clock())
    reading = read_poster_bytes(item.raw)
    photos: list[KeptPhoto] = []
    problems: list[Problem] = list(reading.problems)
    if reading.poster is not None:
        photos, odd = _fetch_photos(pull, reading.poster)
        problems += odd
    said = tuple(problems)
    return pull.intake.prepare(pull.feed, document, reading.poster, said, tuple(photos))


def _fetch_photos(pull: Pull, poster: Poster) -> tuple[list[KeptPhoto], list[Problem]]:
    """Fetch the photos that we don't have yet, those the API serves by their md5."""
    intake, case = pull.intake, poster.case
    photos: list[KeptPhoto] = []
    problems: list[Problem] = []
    known = _known_photos(pull, poster)
    for photo in photos_shown(poster):
        if photo.md5 is None or photo.data_base64 or source_hash(intake.vault, photo) in known:
            continue
        try:
            raw = pull.api.photo(case.organization, case.number, photo.md5)
            photos.append(take_photo(photo, raw, intake.photos))
            problems += [photo_quarantined()] if photos[-1].hit else []
        except PhotoRefused as problem:
            problems.append(refused(problem))
        except FeedUnavailable:
            raise
        except AlertsError:
            problems.append(warning("no_photo", "/photos", "The source has no such photo."))
    return photos, problems


def _known_photos(pull: Pull, poster: Poster) -> set[bytes]:
    with pull.store.read() as session:
        case = case_by_lookup(session, lookup_of(pull.intake.vault, poster.case))
        return known_sources(session, case.id) if case else set()

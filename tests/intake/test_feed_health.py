"""How is each feed: last success, lag, error rate, drift, staleness?"""

from datetime import datetime, timedelta

from uuid_utils.compat import uuid7

from alerts.intake.feed_health import FeedHealth, feeds_health, report_quiet_feeds
from alerts.store.cases import CaseRecord, PosterRecord
from alerts.store.drift import note_fields
from alerts.store.engine import Store
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.notices import open_notices
from alerts.store.submissions import Submission, SubmissionOutcome
from tests.fakes.clock import NOON

pytest_plugins = ("tests.store.databases",)

STALE_AFTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


def add_feed(store: Store, slug: str, kind: FeedKind, **more: object) -> Feed:
    with store.begin() as session:
        feed = Feed(slug=slug, kind=kind, trust=Trust.AUTO, created_at=NOON - 10 * HOUR, **more)
        session.add(feed)
    return feed


def document(store: Store, feed: Feed, outcome: SubmissionOutcome, at: datetime) -> None:
    with store.begin() as session:
        session.add(
            Submission(
                feed_id=feed.id,
                received_at=at,
                media_type="application/json",
                size_bytes=1,
                digest=b"",
                key_id=uuid7(),
                outcome=outcome,
                problems=[],
            )
        )


def poster(store: Store, feed: Feed, modified_at: datetime | None, at: datetime) -> None:
    with store.begin() as session:
        case = CaseRecord(feed_id=feed.id, lookup=uuid7().bytes, key_id=uuid7(), opened_at=at)
        session.add(PosterRecord(case=case, digest=b"", modified_at=modified_at, received_at=at))


def health(store: Store, slug: str) -> FeedHealth:
    with store.read() as session:
        return {h.feed: h for h in feeds_health(session, NOON, STALE_AFTER)}[slug]


def test_a_feed_that_pushes_is_as_well_as_its_last_document(store: Store) -> None:
    feed = add_feed(store, "police", FeedKind.POSTER)
    assert (health(store, "police").is_stale, health(store, "police").error_rate) == (False, None)
    document(store, feed, SubmissionOutcome.ACCEPTED, NOON - 30 * HOUR)
    document(store, feed, SubmissionOutcome.ACCEPTED, NOON - 3 * HOUR)
    document(store, feed, SubmissionOutcome.DUPLICATE, NOON - 2 * HOUR)
    document(store, feed, SubmissionOutcome.HELD, NOON - 2 * HOUR)
    document(store, feed, SubmissionOutcome.REFUSED, NOON - 1 * HOUR)
    found = health(store, "police")
    assert found.last_success == NOON - 2 * HOUR
    assert found.last_document == NOON - 1 * HOUR
    assert (found.documents, found.error_rate) == (4, 0.25)
    assert found.is_well


def test_a_feed_that_pushes_is_stale_only_after_a_time_of_its_own(store: Store) -> None:
    feed = add_feed(store, "police", FeedKind.POSTER, stale_after_s=3600.0)
    document(store, feed, SubmissionOutcome.ACCEPTED, NOON - 2 * HOUR)
    assert health(store, "police").is_stale
    document(store, feed, SubmissionOutcome.ACCEPTED, NOON - 0.5 * HOUR)
    assert not health(store, "police").is_stale


def test_a_feed_that_is_pulled_is_as_well_as_its_last_poll(store: Store) -> None:
    add_feed(store, "ncmec", FeedKind.NCMEC, read_at=NOON - STALE_AFTER)
    add_feed(store, "quiet", FeedKind.NCMEC, read_at=NOON - STALE_AFTER - timedelta(seconds=1))
    add_feed(store, "never", FeedKind.NCMEC, failures=3, last_error="It doesn't answer.")
    add_feed(store, "paused", FeedKind.NCMEC, paused=True)
    assert [health(store, slug).is_stale for slug in ("ncmec", "quiet", "never", "paused")] == [
        False,
        True,
        True,
        False,
    ]
    assert health(store, "never").last_error == "It doesn't answer."


def test_a_feed_that_is_held_is_not_well(store: Store) -> None:
    add_feed(store, "police", FeedKind.POSTER, suspended_why="a third of it vanished")
    assert not health(store, "police").is_well


def test_the_lag_is_that_of_the_newest_poster(store: Store) -> None:
    feed = add_feed(store, "ncmec", FeedKind.NCMEC, read_at=NOON)
    assert health(store, "ncmec").lag_s is None
    poster(store, feed, NOON - timedelta(days=900), NOON - HOUR)  # read for the first time
    poster(store, feed, NOON - timedelta(minutes=70), NOON - HOUR)
    poster(store, feed, None, NOON)
    assert health(store, "ncmec").lag_s == 600
    poster(store, feed, NOON + HOUR, NOON)  # the source's clock is ahead
    assert health(store, "ncmec").lag_s == 0


def test_unknown_fields_are_counted(store: Store) -> None:
    feed = add_feed(store, "police", FeedKind.POSTER)
    with store.begin() as session:
        note_fields(session, feed.id, ["/a", "/b"], NOON, most=10)
    assert health(store, "police").unknown_fields == 2


def test_the_alarm_sounds_once_for_each_silence(store: Store) -> None:
    add_feed(store, "quiet", FeedKind.NCMEC)
    add_feed(store, "well", FeedKind.NCMEC, read_at=NOON)
    for told in (["quiet"], []):
        with store.begin() as session:
            healths = feeds_health(session, NOON, STALE_AFTER)
            assert report_quiet_feeds(session, healths, NOON) == told
    with store.read() as session:
        assert [notice.code for notice in open_notices(session)] == ["feed_quiet"]

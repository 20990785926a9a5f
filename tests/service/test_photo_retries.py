"""Does a photo that didn't come at first come later, without another push?"""

import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import func, select

from alerts.intake.poll.poll import poll_poster_api
from alerts.intake.poll.stored_tokens import CREDENTIALS_PURPOSE
from alerts.store.cases import PhotoRecord
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.waves import Wave
from service.demo.cases import fictional_case
from service.demo.poster_api import run_poster_api
from service.jobs import Jobs
from service.photo_retries import LOOKS_AFTER, PhotoRetries
from service.poster_apis import PosterApis
from service.wiring import Runtime, wire
from tests.fakes.clock import StandingClock
from tests.intake.photos.cases import Police, child, inside, police, poster, screened
from tests.intake.photos.pictures import list_of, png
from tests.store.instances import settings_at


@dataclass
class PhotoServer:
    """Serves photos, unless it is told to fail."""

    url: str = ""
    status: int = 200
    content: bytes = field(default_factory=lambda: png(1))
    asked: Counter[str] = field(default_factory=Counter)


@pytest.fixture
def server() -> Iterator[PhotoServer]:
    state = PhotoServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked[self.path] += 1
            self.send_response(state.status)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(state.content)))
            self.end_headers()
            self.wfile.write(state.content)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        state.url = f"http://127.0.0.1:{httpd.server_address[1]}"
        yield state
        httpd.shutdown()
        thread.join()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def runtime(tmp_path: Path, prepared_sqlite: Path, clock: StandingClock) -> Iterator[Runtime]:
    path = tmp_path / "porchlight.sqlite3"
    shutil.copy(prepared_sqlite, path)
    settings = settings_at(tmp_path / "var", f"sqlite:///{path}", photo_allow_loopback=True)
    made = wire(settings, clock)
    yield made
    made.close()


@pytest.fixture
def mqpd(runtime: Runtime) -> Police:
    return police(runtime)


def published(mqpd: Police, server: PhotoServer, *names: str) -> None:
    """A poster that names photos by address goes live and is planned."""
    mqpd.sends(poster(child("Wren", *({"photoUri": f"{server.url}/{name}"} for name in names))))
    Jobs(mqpd.runtime).run_until_quiet()


def waves(runtime: Runtime) -> int:
    with runtime.store.read() as session:
        return session.scalar(select(func.count(Wave.id))) or 0


def test_a_photo_of_a_server_that_was_down_comes_later_and_nobody_is_pushed_again(
    mqpd: Police, server: PhotoServer, clock: StandingClock
) -> None:
    server.status = 503
    published(mqpd, server, "a.png")
    assert mqpd.photos() == []
    before, retries = waves(mqpd.runtime), PhotoRetries(mqpd.runtime)
    assert retries.look() == 0
    assert server.asked["/a.png"] == 1  # not so soon
    server.status = 200
    clock.move_on(minutes=1)
    assert retries.look() == 1
    assert len(mqpd.photos()) == 1
    Jobs(mqpd.runtime).run_until_quiet()
    assert waves(mqpd.runtime) == before
    clock.move_on(hours=3)
    assert retries.look() == 0
    assert server.asked["/a.png"] == 2


def test_it_is_tried_five_times_within_a_day(
    mqpd: Police, server: PhotoServer, clock: StandingClock
) -> None:
    server.status = 500
    published(mqpd, server, "a.png")
    retries = PhotoRetries(mqpd.runtime)
    for _ in range(23 * 6):
        clock.move_on(minutes=10)
        retries.look()
    assert server.asked["/a.png"] == 1 + len(LOOKS_AFTER) - 1  # a look covers what it missed
    assert LOOKS_AFTER[-1] < timedelta(hours=24)


def test_what_is_broken_or_refused_for_good_is_left_alone(
    mqpd: Police, server: PhotoServer, clock: StandingClock
) -> None:
    server.content = b"<html>"
    published(mqpd, server, "a.png")
    retries = PhotoRetries(mqpd.runtime)
    for _ in range(4):
        clock.move_on(hours=1)
        retries.look()
    assert server.asked["/a.png"] == 2


def test_one_that_comes_waits_for_no_other(
    mqpd: Police, server: PhotoServer, clock: StandingClock
) -> None:
    server.status = 503
    published(mqpd, server, "a.png", "b.png")
    server.status = 200
    clock.move_on(minutes=2)
    assert PhotoRetries(mqpd.runtime).look() == 2
    assert len(mqpd.photos()) == 2


def test_an_alert_that_is_over_gets_no_photo(
    mqpd: Police, server: PhotoServer, clock: StandingClock
) -> None:
    server.status = 503
    published(mqpd, server, "a.png")
    server.status = 200
    mqpd.sends(poster(child("Wren", dateFound="2026-11-22T12:00:00Z"), hour=12))
    Jobs(mqpd.runtime).run_until_quiet()
    clock.move_on(minutes=5)
    assert PhotoRetries(mqpd.runtime).look() == 0
    assert server.asked["/a.png"] == 1


def test_a_hit_that_comes_later_is_quarantined_and_the_feed_is_told(
    mqpd: Police, server: PhotoServer, clock: StandingClock, tmp_path: Path
) -> None:
    guarded = screened(mqpd.runtime, list_of(tmp_path / "list.txt", png(1)))
    mqpd = Police(runtime=guarded, feed=mqpd.feed)
    server.status = 503
    published(mqpd, server, "a.png")
    assert mqpd.newest_problems() == set()
    server.status = 200
    clock.move_on(minutes=2)
    retries = PhotoRetries(guarded)
    assert retries.look() == 0
    assert len(mqpd.quarantined()) == 1
    assert mqpd.photos() == []
    assert mqpd.newest_problems() == {"photo_quarantined"}
    clock.move_on(hours=1)
    retries.look()
    assert server.asked["/a.png"] == 2


def test_photos_that_could_not_be_screened_come_when_the_list_is_back(
    mqpd: Police, server: PhotoServer, clock: StandingClock, tmp_path: Path
) -> None:
    path = tmp_path / "list.txt"
    guarded = screened(mqpd.runtime, path)
    mqpd = Police(runtime=guarded, feed=mqpd.feed)
    photos = (inside(png(1)), inside(png(2)), {"photoUri": f"{server.url}/a.png"})
    server.content = png(3)
    taken = mqpd.sends(poster(child("Wren", *photos)))
    assert [problem.code for problem in taken.problems] == ["photo_unscreened"] * 2
    Jobs(guarded).run_until_quiet()
    retries = PhotoRetries(guarded)
    clock.move_on(hours=20)
    assert retries.look() == 0
    assert not server.asked  # what nobody may see isn't fetched
    list_of(path, png(1))
    assert retries.look() == 2
    assert len(mqpd.photos()) == 2
    assert len(mqpd.quarantined()) == 1


def test_a_closed_one_begins_with_no_other_revision(
    mqpd: Police, server: PhotoServer, clock: StandingClock
) -> None:
    server.status = 503
    published(mqpd, server, "a.png")
    clock.move_on(minutes=2)
    retries = PhotoRetries(mqpd.runtime)
    retries.close()
    assert retries.look() == 0
    assert server.asked["/a.png"] == 1


def test_a_photo_of_a_poster_api_is_asked_for_again_by_its_md5(
    runtime: Runtime, clock: StandingClock
) -> None:
    secrets = {"client_id": "demo-client", "client_secret": "demo-secret"}
    with run_poster_api() as running:
        with runtime.store.begin() as session:
            feed = Feed(
                slug="ncmec",
                kind=FeedKind.NCMEC,
                trust=Trust.AUTO,
                created_at=clock(),
                url=running.url,
                sealed_credentials=runtime.vault.seal_own(
                    CREDENTIALS_PURPOSE, json.dumps(secrets).encode()
                ),
            )
            session.add(feed)
        document, photos = fictional_case("1", clock() - timedelta(minutes=1))
        running.stand_in.add(document, photos)
        running.stand_in.fail_next(403, times=len(photos), path="/Poster/DEMO/1/Photo")
        api = PosterApis(runtime).of(feed)
        list(poll_poster_api(runtime.store, runtime.intake, api, feed, clock))
        Jobs(runtime).run_until_quiet()
        assert photos_kept(runtime) == 0
        clock.move_on(minutes=2)
        assert PhotoRetries(runtime).look() == photos_kept(runtime) == len(photos)


def photos_kept(runtime: Runtime) -> int:
    with runtime.store.read() as session:
        return session.scalar(select(func.count(PhotoRecord.id))) or 0

"""The pull client against the stand-in Poster API."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from alerts.errors import FeedUnavailable, NotFound
from alerts.intake.ncmec.api import PosterApi
from alerts.intake.ncmec.reader import read_poster_bytes
from alerts.intake.ncmec.token_store import Credentials, MemoryTokens
from alerts.intake.ncmec.transport import ApiLimits, BadAnswer
from alerts.intake.photos.errors import PhotoRefused
from service.demo.cases import fictional_case, sparse_case
from service.demo.poster_api import run_poster_api
from service.demo.poster_store import PosterApiStandIn

START = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
SECRET = "demo-secret"
TOKEN = "POST /Auth/Token"


class SetClock:
    """A clock that goes when told to."""

    def __init__(self) -> None:
        self.now = START + timedelta(days=30)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def stand_in(clock: SetClock) -> PosterApiStandIn:
    return PosterApiStandIn(clock=clock)


@pytest.fixture
def url(stand_in: PosterApiStandIn) -> Iterator[str]:
    with run_poster_api(stand_in) as running:
        yield running.url


@pytest.fixture
def api(url: str, clock: SetClock) -> PosterApi:
    return client(url, clock)


def client(
    url: str, clock: SetClock, *, secret: str = SECRET, limits: ApiLimits | None = None
) -> PosterApi:
    tokens = MemoryTokens(Credentials(client_id="demo-client", client_secret=secret))
    return PosterApi(url, tokens=tokens, clock=clock, limits=limits)


def publish(stand_in: PosterApiStandIn, how_many: int) -> None:
    for i in range(how_many):
        stand_in.add(sparse_case(str(i), START + timedelta(minutes=i))[0])


def cases(api: PosterApi, since: datetime | None = None) -> list[str]:
    return [case_of(item.raw) for page in api.posters(since) for item in page.items]


def case_of(raw: bytes) -> str:
    poster = read_poster_bytes(raw).poster
    assert poster is not None
    return poster.case.number


def wait_of(api: PosterApi) -> float | None:
    with pytest.raises(FeedUnavailable) as unavailable:
        list(api.posters(None))
    return unavailable.value.retry_after_s


@pytest.mark.parametrize("how_many", [0, 1, 9, 10, 11, 90, 100, 101, 250])
def test_every_poster_comes_once(api: PosterApi, stand_in: PosterApiStandIn, how_many: int) -> None:
    publish(stand_in, how_many)
    assert cases(api) == [str(i) for i in range(how_many)]
    assert stand_in.requests.count(TOKEN) == 1


def test_the_checkpoint_of_the_last_page_is_where_to_go_on(
    api: PosterApi, stand_in: PosterApiStandIn
) -> None:
    publish(stand_in, 250)
    pages = list(api.posters(None))
    assert [len(page.items) for page in pages] == [100, 90, 60]
    assert pages[0].count == 250
    checkpoint = pages[-1].newest_modified_at
    assert checkpoint == START + timedelta(minutes=249)
    stand_in.add(sparse_case("new", START + timedelta(minutes=300))[0])
    assert cases(api, checkpoint) == ["249", "new"]
    assert "lastModifiedFrom=2026-03-05T18:09:00Z" in stand_in.requests[-1].replace("%3A", ":")


def test_posters_that_change_or_go_while_we_read_hide_no_other(
    api: PosterApi, stand_in: PosterApiStandIn
) -> None:
    publish(stand_in, 250)
    pages = api.posters(None)
    seen = {case_of(item.raw) for item in next(pages).items}
    for i in range(5):
        stand_in.mark_found(str(i), START + timedelta(days=1, minutes=i))
        stand_in.remove(str(10 + i))
    seen |= {case_of(item.raw) for page in pages for item in page.items}
    assert seen == {str(i) for i in range(250)}


def test_a_broken_item_stops_no_other(api: PosterApi, stand_in: PosterApiStandIn) -> None:
    publish(stand_in, 3)
    items: tuple[object, ...] = (None, 7, {"caseNumber": []})
    for broken in items:
        stand_in.add_broken(broken)
    (page,) = api.posters(None)
    readings = [read_poster_bytes(item.raw) for item in page.items]
    assert [r.poster is not None for r in readings] == [False] * 3 + [True] * 3
    assert page.items[0].raw == b"null"


def test_null_fields_come_through(api: PosterApi, stand_in: PosterApiStandIn) -> None:
    poster, _ = sparse_case("1", START)
    stand_in.add(poster)
    assert api.poster("DEMO", "1").payload == poster


def test_a_poster_that_is_gone_is_not_found(api: PosterApi, stand_in: PosterApiStandIn) -> None:
    publish(stand_in, 1)
    stand_in.remove("0")
    with pytest.raises(NotFound):
        api.poster("DEMO", "0")
    assert cases(api) == []


@pytest.mark.parametrize("form", ["bytes", "json"])
def test_a_photo_is_read_in_both_forms(
    api: PosterApi, stand_in: PosterApiStandIn, form: str
) -> None:
    stand_in.photo_form = "json" if form == "json" else "bytes"
    poster, photos = fictional_case("1", START)
    stand_in.add(poster, photos)
    for md5, content in photos.items():
        assert api.photo("DEMO", "1", md5) == content
    with pytest.raises(NotFound):
        api.photo("DEMO", "1", "0" * 32)


@pytest.mark.parametrize(
    ("status", "message"),
    [(401, ""), (403, ""), (500, ""), (503, "again after 2 hours"), (204, "")],
)
def test_one_photo_that_cant_be_had_is_no_outage(
    api: PosterApi, stand_in: PosterApiStandIn, status: int, message: str
) -> None:
    poster, photos = fictional_case("1", START)
    stand_in.add(poster, photos)
    stand_in.fail_next(status, times=2, path="/Poster/DEMO/1/Photo", message=message)
    md5 = next(iter(photos))
    with pytest.raises(PhotoRefused) as refused:
        api.photo("DEMO", "1", md5)
    assert refused.value.code == "photo_unavailable"
    assert cases(api) == ["1"]


@pytest.mark.parametrize("said", [b'{"photoData": "no, base64!"}', b'"\\u00e9"', b"{", b"[" * 9999])
def test_a_photo_that_is_no_base64_is_no_outage(
    said: bytes, api: PosterApi, stand_in: PosterApiStandIn
) -> None:
    poster, _ = sparse_case("1", START)
    stand_in.add(poster, {"0" * 32: b"{" + said if said[:1] == b"[" else said})
    with pytest.raises(PhotoRefused):
        api.photo("DEMO", "1", "0" * 32)


@pytest.mark.parametrize(("status", "path"), [(429, "/Poster/"), (500, "/Auth"), (429, "/Auth")])
def test_a_photo_that_nobody_gets_now_is_an_outage(
    api: PosterApi, stand_in: PosterApiStandIn, status: int, path: str
) -> None:
    stand_in.fail_next(status, path=path, message="Too many.")
    with pytest.raises(FeedUnavailable):
        api.photo("DEMO", "1", "0" * 32)


def test_a_photo_of_a_host_that_is_gone_is_an_outage(clock: SetClock) -> None:
    with run_poster_api() as gone:
        api = client(gone.url, clock)
        list(api.posters(None))
    with pytest.raises(FeedUnavailable):
        api.photo("DEMO", "1", "0" * 32)


def test_a_photo_that_is_too_large_is_no_outage(
    url: str, stand_in: PosterApiStandIn, clock: SetClock
) -> None:
    poster, photos = fictional_case("1", START)
    stand_in.add(poster, photos)
    with pytest.raises(PhotoRefused):
        client(url, clock, limits=ApiLimits(max_bytes=1_000)).photo("DEMO", "1", next(iter(photos)))


@pytest.mark.parametrize("part", ["", ".", ".."])
def test_a_name_that_would_leave_the_path_is_not_asked_for(
    api: PosterApi, stand_in: PosterApiStandIn, part: str
) -> None:
    with pytest.raises(NotFound):
        api.poster(part, "1")
    with pytest.raises(NotFound):
        api.photo("DEMO", "1", part)
    assert stand_in.requests == []


def test_a_name_with_a_slash_stays_one_name(api: PosterApi, stand_in: PosterApiStandIn) -> None:
    with pytest.raises(NotFound):
        api.poster("DEMO", "../../Posters?limit=1")
    assert not any(line.startswith("GET /Posters") for line in stand_in.requests)


def test_the_logo_is_read(api: PosterApi) -> None:
    assert api.logo("DEMO").startswith(b"\x89PNG")


def test_a_revoked_token_is_renewed_once(api: PosterApi, stand_in: PosterApiStandIn) -> None:
    publish(stand_in, 1)
    assert cases(api) == ["0"]
    stand_in.revoke_tokens()
    assert cases(api) == ["0"]
    assert stand_in.requests.count(TOKEN) == 2
    stand_in.fail_next(401, times=2, path="/Posters")
    assert wait_of(api) is None
    assert stand_in.requests.count(TOKEN) == 3


def test_many_threads_share_one_token_and_one_renewal(
    api: PosterApi, stand_in: PosterApiStandIn
) -> None:
    publish(stand_in, 1)
    together = threading.Barrier(6)

    def read() -> list[str]:
        together.wait()
        return cases(api)

    with ThreadPoolExecutor(6) as pool:
        for asked in (1, 2):
            reads = [pool.submit(read) for _ in range(6)]
            assert [r.result() for r in reads] == [["0"]] * 6
            assert stand_in.requests.count(TOKEN) == asked
            stand_in.revoke_tokens()


def test_another_content_type_is_tried_when_json_is_not_taken(
    api: PosterApi, stand_in: PosterApiStandIn
) -> None:
    stand_in.accepted_content_types = ("application/json-patch+json",)
    assert cases(api) == []
    assert stand_in.requests.count(TOKEN) == 2


def test_wrong_credentials_are_told(url: str, clock: SetClock) -> None:
    api = client(url, clock, secret="wrong")
    with pytest.raises(FeedUnavailable, match="client id and secret"):
        list(api.posters(None))


def test_too_many_requests_say_how_long_to_wait(api: PosterApi, stand_in: PosterApiStandIn) -> None:
    stand_in.fail_next(429, path="/Posters", message="Too many requests. Wait after 2 hour(s).")
    assert wait_of(api) == 7200
    assert cases(api) == []


@pytest.mark.parametrize("status", [400, 403, 500, 502, 503])
def test_another_status_makes_the_feed_unavailable(
    api: PosterApi, stand_in: PosterApiStandIn, status: int
) -> None:
    stand_in.fail_next(status, path="/Posters")
    assert wait_of(api) is None


def test_an_answer_that_is_no_listing_no_photo_no_token_makes_the_feed_unavailable(
    api: PosterApi, stand_in: PosterApiStandIn
) -> None:
    stand_in.fail_next(200, path="/Auth/Token", message="odd")
    assert wait_of(api) is None
    stand_in.fail_next(200, path="/Posters", message="odd")
    assert wait_of(api) is None
    stand_in.fail_next(200, path="/Auth/RotateSecret", message="odd")
    with pytest.raises(BadAnswer):
        api.rotate_secret()


def test_what_was_read_before_a_failure_is_kept(api: PosterApi, stand_in: PosterApiStandIn) -> None:
    publish(stand_in, 250)
    pages = api.posters(None)
    assert len(next(pages).items) == 100
    stand_in.fail_next(503)
    with pytest.raises(FeedUnavailable):
        next(pages)


def test_an_answer_of_too_many_bytes_is_left(
    url: str, stand_in: PosterApiStandIn, clock: SetClock
) -> None:
    publish(stand_in, 100)
    assert wait_of(client(url, clock, limits=ApiLimits(max_bytes=5_000))) is None


@pytest.mark.parametrize("url", ["http://posterapi.example", "posterapi.example", "ftp://a", ""])
def test_the_secret_is_never_sent_in_the_clear(url: str, clock: SetClock) -> None:
    with pytest.raises(ValueError, match="https"):
        client(url, clock)

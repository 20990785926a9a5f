"""Who may fetch a photo, in which size, for how long?"""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from alerts.alert import EndReason
from alerts.lifecycle import end_alert
from alerts.store.alerts import alert_by_public_id
from alerts.store.cases import PhotoRecord
from alerts.store.feeds import Feed
from alerts.store.media import SIZES, PhotoSize
from service.jobs import Jobs
from service.wiring import Runtime
from tests.intake.photos.pictures import drawn, file_of, inline
from tests.service.api_app.conftest import MovableClock
from tests.service.api_app.people import child, poster, push

LARGE = file_of(drawn(1, 3000, 1500), "JPEG")


@pytest.fixture
def alert_id(runtime: Runtime, feed: Feed) -> UUID:
    """An active alert whose poster shows one large photo."""
    wren = child("Wren", photos=[{"photoData": inline(LARGE)}])
    taken = push(runtime, feed, poster("1", children=[wren]))
    assert taken.alert_id is not None, taken
    return taken.alert_id


def photo_id(runtime: Runtime) -> UUID:
    with runtime.store.read() as session:
        return session.scalars(select(PhotoRecord.public_id)).one()


@pytest.fixture
def path(runtime: Runtime, alert_id: UUID) -> str:
    return path_of(runtime, "page")


def path_of(runtime: Runtime, size: PhotoSize) -> str:
    link = runtime.links.url(photo_id(runtime), size, runtime.clock())
    return link.removeprefix(runtime.settings.resolved_public_url)


def side_of(jpeg: bytes) -> int:
    return max(Image.open(io.BytesIO(jpeg)).size)


@pytest.mark.parametrize(("size", "side"), [("page", 1200), ("push", 400), ("print", 2400)])
def test_each_size_is_behind_a_link_of_its_own(
    runtime: Runtime, client: FlaskClient, alert_id: UUID, size: PhotoSize, side: int
) -> None:
    answer = client.get(path_of(runtime, size))
    assert answer.status_code == 200
    assert answer.content_type == "image/jpeg"
    assert side_of(answer.data) == side
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_link_of_one_size_opens_no_other(
    runtime: Runtime, client: FlaskClient, alert_id: UUID
) -> None:
    for size in SIZES:
        link = path_of(runtime, size)
        for other in set(SIZES) - {size}:
            assert client.get(link.replace(f"/{size}.jpg", f"/{other}.jpg")).status_code == 403
        assert client.get(link.replace(f"/{size}.jpg", "/original.jpg")).status_code == 404


@pytest.mark.parametrize("size", ["Page", "page.jpg", "..", "waiting"])
def test_there_are_no_other_sizes(client: FlaskClient, path: str, size: str) -> None:
    assert client.get(path.replace("/page.jpg", f"/{size}.jpg")).status_code == 404


def test_a_photo_kept_without_a_print_size_is_served_as_on_the_page(
    runtime: Runtime, client: FlaskClient, alert_id: UUID
) -> None:
    kept = photo_id(runtime)
    for file in runtime.settings.data_dir.rglob(f"{kept.hex}.print"):
        file.unlink()
    answer = client.get(path_of(runtime, "print"))
    assert answer.status_code == 200
    assert side_of(answer.data) == 1200


def test_a_link_works_for_a_day_and_not_for_longer(
    client: FlaskClient, clock: MovableClock, path: str
) -> None:
    clock.moves(timedelta(hours=23, minutes=59))
    assert client.get(path).status_code == 200
    clock.moves(timedelta(hours=3))
    answer = client.get(path)
    assert answer.status_code == 403
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_link_that_was_changed_opens_nothing(client: FlaskClient, path: str) -> None:
    signature, expires = path.rpartition("sig=")[2], path.partition("exp=")[2].partition("&")[0]
    later = str(int(expires) + 1)
    for other in (
        path.replace(f"exp={expires}", f"exp={later}"),
        path.replace(signature, signature[::-1]),
        path.replace(signature, signature[:-1]),
        path.replace(signature, signature.upper() + "0"),
        path.replace(f"&sig={signature}", ""),
        path.replace("/photos/0", "/photos/1"),
    ):
        assert other != path
        answer = client.get(other)
        assert answer.status_code == 403
        assert answer.headers["Cache-Control"] == "no-store"


def test_head_says_the_same_without_the_picture(client: FlaskClient, path: str) -> None:
    answer = client.head(path)
    assert answer.status_code == 200
    assert answer.data == b""
    assert int(answer.headers["Content-Length"]) == len(client.get(path).data)
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.head(path.replace("sig=", "sig=0")).status_code == 403
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("size", SIZES)
def test_after_the_end_a_link_that_hasnt_expired_is_gone_and_no_cache_keeps_that(
    runtime: Runtime, client: FlaskClient, alert_id: UUID, size: PhotoSize
) -> None:
    link = path_of(runtime, size)
    with runtime.store.begin() as session:
        alert = alert_by_public_id(session, alert_id)
        end_alert(session, alert, EndReason.FOUND, runtime.clock(), actor="system")
    for _ in range(2):
        answer = client.get(link)
        assert answer.status_code == 410
        assert answer.content_type == "application/problem+json"
        assert answer.headers["Cache-Control"] == "no-store"
        Jobs(runtime).run_until_quiet()  # the takedown
    assert not list(runtime.settings.data_dir.rglob(f"{photo_id(runtime).hex}*"))


def test_page_and_json_link_to_the_print(
    runtime: Runtime, client: FlaskClient, alert_id: UUID
) -> None:
    said = client.get(f"/v1/alerts/{alert_id}").get_json()
    [photo] = said["children"][0]["photos"]
    base = runtime.settings.resolved_public_url
    assert side_of(client.get(photo["print_url"].removeprefix(base)).data) == 2400
    assert (photo["width_px"], photo["height_px"]) == (1200, 600)
    assert "/print.jpg?" in client.get(f"/alerts/{alert_id}").text

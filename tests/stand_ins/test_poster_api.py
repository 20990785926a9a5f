"""The stand-in answers as the real Poster API is known to."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from service.demo.cases import fictional_case, siblings_case, sparse_case
from service.demo.poster_api import RunningPosterApi, run_poster_api
from service.demo.poster_store import PosterApiStandIn

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


@pytest.fixture
def api() -> Iterator[RunningPosterApi]:
    with run_poster_api(PosterApiStandIn(clock=lambda: NOW)) as running:
        yield running


@pytest.fixture
def session(api: RunningPosterApi) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        credentials = {"clientId": "demo-client", "clientSecret": "demo-secret"}
        answer = session.post(f"{api.url}/Auth/Token", json=credentials, timeout=5).json()
        assert answer["expiresIn"] == 86_400
        session.headers["Authorization"] = f"Bearer {answer['accessToken']}"
        yield session


def get(session: requests.Session, url: str, **params: str) -> Any:
    response = session.get(url, params=params, timeout=5)
    response.raise_for_status()
    return response.json()


def test_nobody_gets_in_without_a_token(api: RunningPosterApi) -> None:
    with requests.Session() as session:
        session.trust_env = False
        for path in ("Posters", "Poster/DEMO/1", "Poster/DEMO/1/Photo/0", "Poster/DEMO/Logo"):
            assert session.get(f"{api.url}/{path}", timeout=5).status_code == 401
        assert session.post(f"{api.url}/Auth/RotateSecret", timeout=5).status_code == 401
        wrong: tuple[object, ...] = ({"clientId": "demo-client", "clientSecret": "wrong"}, [], None)
        for body in wrong:
            answer = session.post(f"{api.url}/Auth/Token", json=body, timeout=5)
            assert answer.status_code == 401


def test_the_next_requests_fail_as_told(api: RunningPosterApi, session: requests.Session) -> None:
    api.stand_in.fail_next(429, path="/Auth/Token")
    api.stand_in.fail_next(503, times=2, path="/Posters")
    answer = session.post(f"{api.url}/Auth/Token", timeout=5)
    assert answer.status_code == 429
    assert answer.json()["title"] == "Too many requests. Try again after 1 hour(s)"
    statuses = [session.get(f"{api.url}/Posters", timeout=5).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


def test_a_rotated_secret_voids_the_old_one(
    api: RunningPosterApi, session: requests.Session
) -> None:
    secret = session.post(f"{api.url}/Auth/RotateSecret", timeout=5).json()["clientSecret"]
    assert session.get(f"{api.url}/Posters", timeout=5).status_code == 401
    for tried, status in (("demo-secret", 401), (secret, 200)):
        body = {"clientId": "demo-client", "clientSecret": tried}
        assert session.post(f"{api.url}/Auth/Token", json=body, timeout=5).status_code == status


def test_posters_are_listed_oldest_first_by_pages_and_filters(
    api: RunningPosterApi, session: requests.Session
) -> None:
    for i in (2, 0, 1):
        api.stand_in.add(sparse_case(str(i), NOW + timedelta(hours=i))[0])
    url = f"{api.url}/Posters"

    def numbers(**params: str) -> list[str]:
        return [p["caseNumber"] for p in get(session, url, **params)["posters"]]

    assert get(session, url)["count"] == 3
    assert numbers() == ["0", "1", "2"]
    assert numbers(sortType="lastModified", sortOrder="desc") == ["2", "1", "0"]
    assert numbers(skip="1", limit="1") == ["1"]
    assert numbers(skip="3") == []
    assert numbers(lastModifiedFrom="2026-03-05T15:00:00Z") == ["1", "2"]
    assert numbers(lastModifiedTo="2026-03-05T15:00:00Z") == ["0", "1"]
    assert numbers(organizationCodes="DEMO") == ["0", "1", "2"]
    assert numbers(organizationCodes="OTHER") == []


def test_the_default_page_is_twenty(api: RunningPosterApi, session: requests.Session) -> None:
    for i in range(30):
        api.stand_in.add(sparse_case(str(i), NOW)[0])
    answer = get(session, f"{api.url}/Posters")
    assert (len(answer["posters"]), answer["count"]) == (20, 30)


def test_null_fields_stay_null(api: RunningPosterApi, session: requests.Session) -> None:
    poster, _ = sparse_case("1", NOW)
    api.stand_in.add(poster)
    assert get(session, f"{api.url}/Poster/DEMO/1") == poster
    assert poster["contacts"] is None


def test_a_poster_is_put_and_deleted(api: RunningPosterApi, session: requests.Session) -> None:
    url = f"{api.url}/Poster/DEMO/77"
    assert session.get(url, timeout=5).status_code == 404
    assert session.put(url, data=b"no json", timeout=5).status_code == 400
    put = session.put(url, json={"children": None}, timeout=5).json()
    assert put["lastModified"] == "2026-03-05T14:00:00Z"
    assert get(session, url) == put
    assert session.delete(url, timeout=5).status_code == 200
    assert session.get(url, timeout=5).status_code == 404


def test_a_photo_comes_as_bytes_or_as_json(
    api: RunningPosterApi, session: requests.Session
) -> None:
    poster, photos = fictional_case("1", NOW)
    api.stand_in.add(poster, photos)
    md5, content = next(iter(photos.items()))
    url = f"{api.url}/Poster/DEMO/1/Photo/{md5}"
    plain = session.get(url, timeout=5)
    assert (plain.content, plain.headers["Content-Type"]) == (content, "image/png")
    photo = get(session, url, form="json")
    assert base64.b64decode(photo["photoData"]) == content
    assert photo["md5"] == hashlib.md5(content, usedforsecurity=False).hexdigest()
    assert session.get(url[:-1] + "x", timeout=5).status_code == 404
    api.stand_in.remove("1")
    assert session.get(url, timeout=5).status_code == 404


def test_the_logo_is_an_image(api: RunningPosterApi, session: requests.Session) -> None:
    logo = session.get(f"{api.url}/Poster/DEMO/Logo", timeout=5)
    assert logo.headers["Content-Type"] == "image/png"


def test_a_found_case_says_so_for_every_child(
    api: RunningPosterApi, session: requests.Session
) -> None:
    api.stand_in.add(siblings_case("2", NOW)[0])
    api.stand_in.mark_found("2", NOW + timedelta(hours=1))
    poster = get(session, f"{api.url}/Poster/DEMO/2")
    assert {c["dateFound"] for c in poster["children"]} == {"2026-03-05T15:00:00Z"}
    assert poster["lastModified"] == "2026-03-05T15:00:00Z"


def test_a_hidden_case_is_there_and_not_listed(
    api: RunningPosterApi, session: requests.Session
) -> None:
    for case in ("1", "2"):
        api.stand_in.add(sparse_case(case, NOW)[0])
    api.stand_in.hide("1")
    assert [p["caseNumber"] for p in get(session, f"{api.url}/Posters")["posters"]] == ["2"]
    assert get(session, f"{api.url}/Poster/DEMO/1")["caseNumber"] == "1"
    api.stand_in.show("1")
    assert get(session, f"{api.url}/Posters")["count"] == 2
    api.stand_in.count_is_off_by = -1
    assert get(session, f"{api.url}/Posters")["count"] == 1


def test_something_may_happen_between_two_requests(
    api: RunningPosterApi, session: requests.Session
) -> None:
    api.stand_in.add(sparse_case("1", NOW)[0])
    api.stand_in.before_next(lambda: api.stand_in.remove("1"), path="/Posters", skip=1)
    counts = [get(session, f"{api.url}/Posters")["count"] for _ in range(3)]
    assert counts == [1, 0, 0]


def test_an_answer_may_get_lost_after_the_deed(
    api: RunningPosterApi, session: requests.Session
) -> None:
    api.stand_in.fail_next(502, path="/Auth/RotateSecret", after=True)
    assert session.post(f"{api.url}/Auth/RotateSecret", timeout=5).status_code == 502
    assert api.stand_in.client_secret != "demo-secret"


def test_an_answer_may_take_its_time(api: RunningPosterApi, session: requests.Session) -> None:
    api.stand_in.delay_next(0.3, path="/Posters")
    with pytest.raises(requests.ReadTimeout):
        session.get(f"{api.url}/Posters", timeout=0.1)
    assert session.get(f"{api.url}/Posters", timeout=5).status_code == 200


def test_a_token_ends_when_its_life_is_over() -> None:
    now = [NOW]
    stand_in = PosterApiStandIn(clock=lambda: now[0], token_life_s=600)
    token = stand_in.token("demo-client", "demo-secret")
    assert token is not None
    now[0] += timedelta(seconds=599)
    assert stand_in.is_valid(token)
    now[0] += timedelta(seconds=1)
    assert not stand_in.is_valid(token)

import json
import math
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from alerts.store.feeds import Feed
from alerts.store.waves import Batch
from service.http import APP_BODY_BYTES
from service.jobs import Job, Jobs
from service.problem import UNPARSABLE
from service.wiring import Runtime
from tests.service.api_app.people import (
    FAR_AWAY,
    MARQUETTE,
    HeardBell,
    Person,
    circle,
    polygon,
    poster,
    push,
    sign_up,
)

PATH = "/v1/me/neighborhoods"
BLOCK = ((-87.41, 46.53), (-87.39, 46.53), (-87.39, 46.55), (-87.41, 46.55))
BOW_TIE = ((-87.41, 46.53), (-87.39, 46.55), (-87.39, 46.53), (-87.41, 46.55))


def test_a_polygon_comes_back_as_it_was_drawn(wren: Person, bell: HeardBell) -> None:
    answer = wren.ask("POST", PATH, polygon(*BLOCK, name=" Home "))
    assert answer.status_code == 201
    drawn = answer.get_json()
    assert answer.headers["Location"] == f"{PATH}/{drawn['id']}"
    assert drawn["type"] == "Feature"
    assert corners(drawn) == set(BLOCK)
    assert drawn["properties"]["name"] == "Home"
    assert drawn["properties"]["radius_m"] is None
    assert drawn["properties"]["area_km2"] == pytest.approx(3.41, abs=0.02)
    assert drawn["properties"]["notes"] == []
    assert bell.heard == [Job.PLAN]
    assert wren.ask("GET", answer.headers["Location"]).get_json() == drawn
    assert wren.ask("GET", PATH).get_json() == {"items": [drawn], "next": None}


def test_a_circle_remembers_its_radius(wren: Person) -> None:
    drawn = wren.ask("POST", PATH, circle(MARQUETTE, 1500)).get_json()
    assert drawn["geometry"]["type"] == "Polygon"
    assert drawn["properties"]["radius_m"] == 1500
    assert drawn["properties"]["area_km2"] == pytest.approx(math.pi * 1.5**2, rel=0.01)


def test_what_we_gave_may_be_sent_back(wren: Person) -> None:
    drawn = wren.ask("POST", PATH, polygon(*BLOCK, name="Home")).get_json()
    answer = wren.ask("PUT", f"{PATH}/{drawn['id']}", drawn)
    assert answer.status_code == 200
    again = answer.get_json()
    assert corners(again) == corners(drawn)
    assert again["properties"] == drawn["properties"]


def corners(feature: dict[str, Any]) -> set[tuple[float, float]]:
    return {(lon, lat) for lon, lat in feature["geometry"]["coordinates"][0]}


def test_a_bow_tie_is_repaired_and_the_repair_is_told(wren: Person) -> None:
    drawn = wren.ask("POST", PATH, polygon(*BOW_TIE)).get_json()
    assert drawn["geometry"]["type"] == "MultiPolygon"
    assert len(drawn["geometry"]["coordinates"]) == 2
    assert drawn["properties"]["notes"] == ["a self-crossing outline was repaired"]


def test_a_neighborhood_over_the_180th_meridian_is_two_parts(wren: Person) -> None:
    ring = ((179.99, -16.5), (-179.99, -16.5), (-179.99, -16.4), (179.99, -16.4))
    drawn = wren.ask("POST", PATH, polygon(*ring)).get_json()
    assert drawn["geometry"]["type"] == "MultiPolygon"
    assert drawn["properties"]["area_km2"] < 100


def raw(coordinates: str, kind: str = "Polygon") -> bytes:
    geometry = f'{{"type": "{kind}", "coordinates": {coordinates}}}'
    return f'{{"type": "Feature", "geometry": {geometry}, "properties": {{}}}}'.encode()


def big_ring(corners: int) -> tuple[tuple[float, float], ...]:
    turns = [2 * math.pi * n / corners for n in range(corners)]
    return tuple((-87.4 + 0.1 * math.cos(t), 46.5 + 0.1 * math.sin(t)) for t in turns)


BAD: list[tuple[object, str, str]] = [
    (circle((46.54, -187.4)), "out_of_range", "/geometry/coordinates"),
    (
        polygon((46.5, -97.4), (46.6, -97.4), (46.6, -97.3)),
        "out_of_range",
        "/geometry/coordinates/0/0",
    ),
    (circle((0, 0)), "null_island", "/geometry/coordinates"),
    (polygon((0, 0), (0, 0), (0, 0)), "null_island", "/geometry"),
    (circle(MARQUETTE, 0), "radius", "/properties/radius_m"),
    (circle(MARQUETTE, -5), "radius", "/properties/radius_m"),
    (circle(MARQUETTE, 1e12), "radius", "/properties/radius_m"),
    (circle(MARQUETTE, 0.0001), "radius", "/properties/radius_m"),
    (circle(MARQUETTE, 100_000), "too_large", "/geometry"),
    (polygon(*big_ring(600)), "too_many_vertices", "/geometry"),
    (polygon((1, 1), (2, 2), (3, 3)), "no_area", "/geometry"),
    (polygon((1, 1), (1 + 3e-8, 1), (1 + 3e-8, 1 + 3e-8), (1, 1 + 3e-8)), "no_area", ""),
    (raw("[[[NaN, 1], [2, 2], [3, 1], [1, 1]]]"), "not_finite", "/geometry/coordinates/0/0/0"),
    (raw("[[[1e999, 1], [2, 2], [3, 1], [1, 1]]]"), "not_finite", "/geometry/coordinates/0/0/0"),
    (raw('[[["1", 1], [2, 2], [3, 1]]]'), "not_a_number", "/geometry/coordinates/0/0"),
    (raw("[]"), "empty", "/geometry/coordinates"),
    (raw("null"), "not_an_array", "/geometry/coordinates"),
    (raw("[[1, 1], [2, 2]]", "LineString"), "unknown_type", "/geometry/type"),
    ({"type": "Polygon", "coordinates": []}, "unknown_type", "/type"),
    ({"type": "Feature", "geometry": None}, "not_an_object", "/geometry"),
    ([], "not_an_object", ""),
    (b"{", "malformed_json", "line 1, column 2"),
    (b'{"type": "Feature", "type": "Feature"}', "duplicate_key", "/type"),
    (polygon(*BLOCK, name="x" * 61), "string_too_long", "/properties/name"),
    (polygon(*BLOCK, name=["Home"]), "string_type", "/properties/name"),
    (polygon(*BLOCK, name="a\x00b"), "control_character", "/properties/name"),
    (polygon(*BLOCK, name="\ud800"), "string_unicode", "/properties/name"),
    ({**polygon(*BLOCK), "properties": [1]}, "model_type", "/properties"),
]


@pytest.mark.parametrize(("sent", "code", "where"), BAD)
def test_what_is_no_neighborhood_is_refused_where_it_is_wrong(
    wren: Person, bell: HeardBell, sent: object, code: str, where: str
) -> None:
    answer = wren.ask("POST", PATH, sent)
    assert answer.status_code == (400 if code in UNPARSABLE else 422), answer.text
    problem = answer.get_json()["problems"][0]
    assert problem["code"] == code
    assert problem["where"].startswith(where)
    assert wren.ask("GET", PATH).get_json()["items"] == []
    assert bell.heard == []


def test_the_limits_are_named(wren: Person, runtime: Runtime) -> None:
    said = wren.ask("POST", PATH, circle(MARQUETTE, 100_000)).get_json()["detail"]
    assert "at most 2,000 km²" in said
    said = wren.ask("POST", PATH, polygon(*big_ring(600))).get_json()["detail"]
    assert "at most 500 vertices" in said
    for _ in range(runtime.settings.neighborhoods_per_subscriber):
        wren.draws(MARQUETTE)
    refused = wren.ask("POST", PATH, circle(MARQUETTE))
    assert refused.status_code == 422
    assert "20 neighborhoods" in refused.get_json()["detail"]


def test_another_persons_neighborhood_is_not_there(client: FlaskClient) -> None:
    owner, stranger = sign_up(client), sign_up(client)
    path = f"{PATH}/{owner.draws(MARQUETTE)}"
    assert stranger.ask("GET", path).status_code == 404
    assert stranger.ask("PUT", path, circle(FAR_AWAY)).status_code == 404
    assert stranger.ask("DELETE", path).status_code == 404
    assert stranger.ask("GET", PATH).get_json()["items"] == []
    assert owner.ask("GET", path).status_code == 200
    assert client.get(path).status_code == 401


@pytest.mark.parametrize("name", ["1", "..", "018f4d2e-0000-7000-8000-000000000000"])
def test_a_neighborhood_that_is_none_is_not_found(wren: Person, name: str) -> None:
    for method, sent in (("GET", None), ("PUT", circle(MARQUETTE)), ("DELETE", None)):
        answer = wren.ask(method, f"{PATH}/{name}", sent)
        assert answer.status_code in (404, 405)
        assert answer.content_type == "application/problem+json"


def test_a_removed_neighborhood_is_gone(wren: Person) -> None:
    path = f"{PATH}/{wren.draws(MARQUETTE)}"
    assert wren.ask("DELETE", path).status_code == 204
    assert wren.ask("GET", path).status_code == 404
    assert wren.ask("DELETE", path).status_code == 404


def test_a_retry_under_the_same_key_draws_once(wren: Person) -> None:
    answers = [wren.ask("POST", PATH, circle(MARQUETTE), Idempotency_Key="k1") for _ in range(2)]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(wren.ask("GET", PATH).get_json()["items"]) == 1
    assert wren.ask("POST", PATH, circle(FAR_AWAY), Idempotency_Key="k1").status_code == 422


def devices_in_batches(runtime: Runtime) -> int:
    with runtime.store.read() as session:
        return sum(session.scalars(select(Batch.size)))


@pytest.mark.parametrize("moves", [False, True])
def test_who_draws_or_moves_into_an_active_alert_gets_it(
    runtime: Runtime, jobs: Jobs, feed: Feed, wren: Person, *, moves: bool
) -> None:
    wren.registers()
    path = f"{PATH}/{wren.draws(FAR_AWAY)}"
    push(runtime, feed, poster())
    jobs.run_until_quiet()
    assert devices_in_batches(runtime) == 0
    into: dict[str, Any] = circle(MARQUETTE)
    wren.ask("PUT", path, into) if moves else wren.ask("POST", PATH, into)
    jobs.run_until_quiet()
    assert devices_in_batches(runtime) == 1
    [alert] = wren.alerts()["items"]
    assert alert["told"] is True


def test_the_largest_neighborhood_fits_however_it_is_written(
    runtime: Runtime, wren: Person
) -> None:
    most = runtime.settings.largest_neighborhood_vertices
    angles = [2 * math.pi * n / (most - 1) for n in range(most - 1)]
    ring = [(-87.4 + math.cos(a) / 97, 46.54 + math.sin(a) / 97) for a in angles]
    sent = json.dumps(polygon(*ring), indent=8).encode()
    assert wren.ask("POST", PATH, sent).status_code == 201
    assert len(sent) * 2 < APP_BODY_BYTES

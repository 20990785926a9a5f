from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from alerts.store.alerts import alert_by_public_id
from alerts.store.feeds import Feed, Trust
from service.jobs import Jobs
from service.wiring import Runtime
from tests.service.api_app.conftest import MovableClock
from tests.service.api_app.people import (
    FAR_AWAY,
    MARQUETTE,
    Person,
    add_feed,
    child,
    polygon,
    poster,
    push,
    sign_up,
)


def test_an_alert_says_why_it_concerns_me(
    runtime: Runtime, jobs: Jobs, feed: Feed, wren: Person
) -> None:
    wren.registers()
    home = wren.draws(MARQUETTE, name="Home")
    wren.draws(FAR_AWAY, name="Grandmother")
    taken = push(runtime, feed, poster())
    jobs.run_until_quiet()
    said = wren.alerts()
    assert said["next"] is None
    [alert] = said["items"]
    assert alert["id"] == str(taken.alert_id)
    assert (alert["tier"], alert["told"], alert["exercise"]) == ("amber", True, False)
    assert alert["title"].startswith("AMBER Alert")
    assert alert["place"] == "Marquette, MI"
    assert alert["link"].endswith(f"/alerts/{taken.alert_id}")
    [why] = alert["why"]
    assert (why["neighborhood_id"], why["neighborhood_name"]) == (home, "Home")
    assert why["overlap_percent"] == 100
    assert why["overlap_km2"] == pytest.approx(7.07, abs=0.05)
    assert (why["area_revision"], why["provenance"]) == (1, "zip")
    assert "49855" in why["source"]


def test_a_neighborhood_at_the_edge_is_overlapped_in_part(
    runtime: Runtime, feed: Feed, wren: Person
) -> None:
    push(runtime, feed, poster())
    west, east = -87.9, -87.4
    ring = ((west, 46.5), (east, 46.5), (east, 46.58), (west, 46.58))
    wren.ask("POST", "/v1/me/neighborhoods", polygon(*ring))
    [alert] = wren.alerts()["items"]
    assert 20 < alert["why"][0]["overlap_percent"] < 80


def test_who_has_no_neighborhood_there_sees_nothing(
    runtime: Runtime, feed: Feed, wren: Person
) -> None:
    assert wren.alerts() == {"items": [], "next": None}
    push(runtime, feed, poster())
    assert wren.alerts() == {"items": [], "next": None}
    wren.draws(FAR_AWAY)
    assert wren.alerts() == {"items": [], "next": None}


def test_nobody_was_told_without_a_device(
    runtime: Runtime, jobs: Jobs, feed: Feed, wren: Person
) -> None:
    wren.draws(MARQUETTE)
    push(runtime, feed, poster())
    jobs.run_until_quiet()
    assert wren.alerts()["items"][0]["told"] is False


def test_the_title_is_in_my_language(runtime: Runtime, feed: Feed, client: FlaskClient) -> None:
    person = sign_up(client, language="es")
    person.draws(MARQUETTE)
    push(runtime, feed, poster())
    assert person.alerts()["items"][0]["title"].startswith("Alerta AMBER")


def test_a_long_missing_child_is_listed_and_never_pushed(
    runtime: Runtime, jobs: Jobs, feed: Feed, wren: Person
) -> None:
    wren.registers()
    wren.draws(MARQUETTE)
    long_ago = child("Wren", missingSince="2020-01-02T08:00:00Z")
    push(runtime, feed, poster(amberAlert=False, children=[long_ago]))
    jobs.run_until_quiet()
    [alert] = wren.alerts()["items"]
    assert (alert["tier"], alert["told"]) == ("long_term", False)


def test_what_is_held_or_over_is_not_listed(
    runtime: Runtime, clock: MovableClock, feed: Feed, wren: Person
) -> None:
    wren.draws(MARQUETTE)
    push(runtime, add_feed(runtime, Trust.REVIEW, slug="reviewed"), poster("held"))
    assert wren.alerts()["items"] == []
    push(runtime, feed, poster("active"))
    assert len(wren.alerts()["items"]) == 1
    clock.moves(timedelta(hours=25))
    assert wren.alerts()["items"] == []


def test_an_exercise_is_for_testers_only(runtime: Runtime, feed: Feed, client: FlaskClient) -> None:
    tester, other = sign_up(client, tester=True), sign_up(client)
    for person in (tester, other):
        person.draws(MARQUETTE)
    alert_id = exercise(runtime, feed)
    [alert] = tester.alerts()["items"]
    assert alert["exercise"] is True
    assert "EXERCISE" in alert["title"]
    assert other.alerts()["items"] == []
    receipt = f"/v1/me/alerts/{alert_id}/receipts"
    assert tester.ask("POST", receipt, {"event": "shown"}).status_code == 204
    assert other.ask("POST", receipt, {"event": "shown"}).status_code == 404


def exercise(runtime: Runtime, feed: Feed) -> str:
    taken = push(runtime, feed, poster("drill"))
    assert taken.alert_id is not None
    with runtime.store.begin() as session:
        alert_by_public_id(session, taken.alert_id).exercise = True
    return str(taken.alert_id)


def test_the_list_is_read_piece_by_piece_newest_first(
    runtime: Runtime, feed: Feed, wren: Person
) -> None:
    wren.draws(MARQUETTE)
    ids = [str(push(runtime, feed, poster(str(n))).alert_id) for n in range(5)]
    read: list[str] = []
    query = "?limit=2"
    for size in (2, 2, 1):
        piece = wren.alerts(query)
        assert len(piece["items"]) == size
        read += [alert["id"] for alert in piece["items"]]
        query = f"?limit=2&cursor={piece['next']}"
    assert piece["next"] is None
    assert read == ids[::-1]


@pytest.mark.parametrize(
    "query",
    [
        "?limit=0",
        "?limit=101",
        "?limit=x",
        "?cursor=x",
        "?cursor=018f4d2e-0000-7000-8000-000000000000",
    ],
)
def test_a_piece_that_is_none_is_refused(wren: Person, query: str) -> None:
    answer = wren.ask("GET", f"/v1/me/alerts{query}")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"

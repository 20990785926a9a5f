import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from alerts.delivery.wording import languages
from alerts.store.alerts import alert_by_public_id
from alerts.store.feeds import Feed, Trust
from service.api.app.why_words import SENTENCES, Sentence
from service.jobs import Jobs
from service.wiring import Runtime
from tests.service.api_app.conftest import MovableClock
from tests.service.api_app.people import (
    FAR_AWAY,
    MARQUETTE,
    Person,
    add_feed,
    child,
    circle,
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
    assert why["confidence_words"] == "very likely"
    assert "49855" in why["source"]


def test_a_neighborhood_at_the_edge_is_overlapped_in_part(
    runtime: Runtime, feed: Feed, wren: Person
) -> None:
    push(runtime, feed, poster())
    west, east = -93.4, -87.4  # longer than any area that grows round a town
    ring = ((west, 46.53), (east, 46.53), (east, 46.56), (west, 46.56))
    wren.ask("POST", "/v1/me/neighborhoods", polygon(*ring))
    [alert] = wren.alerts()["items"]
    assert 2 < alert["why"][0]["overlap_percent"] < 60


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


def why(person: Person, alert_id: object) -> Any:
    answer = person.ask("GET", f"/v1/me/alerts/{alert_id}/why")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_it_says_in_words_what_is_covered_and_by_what_it_was_sent(
    runtime: Runtime, jobs: Jobs, feed: Feed, wren: Person
) -> None:
    wren.registers()
    home = wren.draws(MARQUETTE, name="Home")
    push(runtime, feed, poster())
    jobs.run_until_quiet()
    [alert] = wren.alerts()["items"]
    [reason] = alert["why"]
    assert reason["words"].startswith("This alert covers ")
    assert "around ZIP 49855" in reason["words"]
    assert reason["words"].endswith('your neighborhood "Home" overlaps it by 7.1 km² (100 %).')
    assert (reason["area_provenance"], reason["area_confidence"]) == ("zip", 0.8)
    assert reason["confidence_words"] == "very likely"
    told = alert["told_by"]
    assert (told["neighborhood_id"], told["since"], told["revision"]) == (home, "unchanged", 1)
    assert told["overlap_percent"] == 100
    assert alert["told_at"] == told["at"] == "2026-11-22T12:00:00Z"
    assert "on 2026-11-22 12:00 UTC" in told["words"]


def test_one_alert_is_explained_by_itself(
    runtime: Runtime, jobs: Jobs, feed: Feed, wren: Person
) -> None:
    wren.registers()
    wren.draws(MARQUETTE, name="Home")
    taken = push(runtime, feed, poster())
    jobs.run_until_quiet()
    said = why(wren, taken.alert_id)
    [alert] = wren.alerts()["items"]
    assert said["why"] == alert["why"]
    assert (said["told"], said["told_at"]) == (True, alert["told_at"])
    assert said["told_by"] == alert["told_by"]
    assert said["status"] == "active"
    assert "Wren" not in str(said)


def test_a_neighborhood_that_was_drawn_anew_or_removed_since_is_said_to_be(
    runtime: Runtime, jobs: Jobs, clock: MovableClock, feed: Feed, wren: Person
) -> None:
    wren.registers()
    home = wren.draws(MARQUETTE, name="Home")
    taken = push(runtime, feed, poster())
    jobs.run_until_quiet()
    clock.moves(timedelta(hours=2))
    moved = wren.ask("PUT", f"/v1/me/neighborhoods/{home}", circle(FAR_AWAY, name="Home"))
    assert moved.status_code == 200
    said = why(wren, taken.alert_id)
    assert (said["told"], said["why"], said["told_by"]["since"]) == (True, [], "redrawn")
    assert said["told_by"]["redrawn_at"] == "2026-11-22T14:00:00Z"
    assert said["told_by"]["overlap_km2"] is None
    assert "drawn that neighborhood anew since, on 2026-11-22 14:00" in said["told_by"]["words"]
    assert wren.ask("DELETE", f"/v1/me/neighborhoods/{home}").status_code == 204
    told = why(wren, taken.alert_id)["told_by"]
    assert (told["since"], told["neighborhood_id"]) == ("removed", None)
    assert "removed since" in told["words"]


def test_after_the_end_it_still_says_by_what_it_was_sent(
    runtime: Runtime, jobs: Jobs, clock: MovableClock, feed: Feed, wren: Person
) -> None:
    wren.registers()
    wren.draws(MARQUETTE)
    taken = push(runtime, feed, poster())
    jobs.run_until_quiet()
    found = child("Wren", dateFound="2026-11-22T11:00:00Z")
    push(runtime, feed, poster(lastModified="2026-11-22T11:30:00Z", children=[found]))
    jobs.run_until_quiet()
    assert wren.alerts()["items"] == []
    said = why(wren, taken.alert_id)
    assert (said["status"], said["told"], said["why"]) == ("ended", True, [])
    assert said["told_by"]["since"] == "unchanged"


def test_an_alert_that_concerns_somebody_else_is_not_explained(
    runtime: Runtime, jobs: Jobs, feed: Feed, client: FlaskClient, wren: Person
) -> None:
    wren.draws(FAR_AWAY)
    taken = push(runtime, feed, poster())
    jobs.run_until_quiet()
    assert wren.ask("GET", f"/v1/me/alerts/{taken.alert_id}/why").status_code == 404
    unknown = wren.ask("GET", "/v1/me/alerts/018f4d2e-0000-7000-8000-000000000000/why")
    assert unknown.status_code == 404
    drill = exercise(runtime, add_feed(runtime, slug="drills"))
    near = sign_up(client)
    near.draws(MARQUETTE)
    assert near.ask("GET", f"/v1/me/alerts/{drill}/why").status_code == 404
    assert near.ask("GET", f"/v1/me/alerts/{taken.alert_id}/why").status_code == 200


def test_the_reason_is_in_my_language(
    runtime: Runtime, jobs: Jobs, feed: Feed, client: FlaskClient
) -> None:
    person = sign_up(client, language="es")
    person.registers()
    person.draws(MARQUETTE, name="Casa")
    push(runtime, feed, poster())
    jobs.run_until_quiet()
    [alert] = person.alerts()["items"]
    assert "su vecindario «Casa» coincide con ella" in alert["why"][0]["words"]
    assert alert["told_by"]["words"].startswith("Se le envió el 2026-11-22 12:00 UTC")


def test_every_sentence_is_in_every_language() -> None:
    slots = {
        language: {key: sorted(re.findall(r"{(\w+)}", text)) for key, text in said.items()}
        for language, said in SENTENCES.items()
    }
    assert set(slots) == set(languages())
    for known in slots.values():
        assert set(known) == set(Sentence)
        assert known == slots["en"]
